/** Patterns of names: fnmatch(3) and glob(3), as the shell has them (POSIX "Pattern Matching Notation"); by bytes. */
import { closedir, opendir, readdir } from "./directory.ts";
import { free, malloc, realloc } from "./kernel-calls.ts";
import { isDigit, isHexDigit, isLetter, isLower, isSpace, isUpper, lower } from "./letters.ts";
import { qsort } from "./sort.ts";
import { strcmp, strdup } from "./string.ts";
import { systemCall } from "./system.ts";
import { type Line, lengthOf, startsWith } from "./text.ts";

type Text = ptr<u8>;
const NOESCAPE: u32 = 2;
const PATHNAME: u32 = 1;
const PERIOD: u32 = 4;
const LEADING_DIR: u32 = 8;
const CASEFOLD: u32 = 16;
const NO_MATCH: i32 = 1;

function folded(byte: u8, flags: u32): u8 {
  return (flags & CASEFOLD) !== 0 ? lower(byte) : byte;
}
/** "[:name:]": whether a byte is of that class. */
function isOfClass(name: Text, byte: u8): bool {
  if (startsWith(name, "alpha:")) return isLetter(byte);
  if (startsWith(name, "digit:")) return isDigit(byte);
  if (startsWith(name, "alnum:")) return isLetter(byte) || isDigit(byte);
  if (startsWith(name, "upper:")) return isUpper(byte);
  if (startsWith(name, "lower:")) return isLower(byte);
  if (startsWith(name, "space:")) return isSpace(byte);
  if (startsWith(name, "blank:")) return byte === 32 || byte === 9;
  if (startsWith(name, "xdigit:")) return isHexDigit(byte);
  if (startsWith(name, "punct:")) return byte > 32 && byte < 127 && !isLetter(byte) && !isDigit(byte);
  if (startsWith(name, "print:")) return byte >= 32 && byte < 127;
  if (startsWith(name, "graph:")) return byte > 32 && byte < 127;
  return startsWith(name, "cntrl:") && (byte < 32 || byte === 127);
}
class Bracket extends Struct {
  /** Behind "]"; as it was: it is no bracket. */
  end: Text;
  matches: bool;
}
/** `at` is behind "[". */
function readBracket(at: Text, byte: u8, flags: u32): Bracket {
  const start = at;
  const inverted = at[0] === char("!") || at[0] === char("^");
  let from = inverted ? at.offset(1) : at;
  let found = false;
  let isFirst = true;
  for (;;) {
    let low = from[0];
    if (low === 0) return { end: start, matches: false };
    if (low === char("]") && !isFirst) return { end: from.offset(1), matches: found !== inverted };
    isFirst = false;
    if (low === char("[") && from[1] === char(":")) {
      if (isOfClass(from.offset(2), byte)) found = true;
      from = from.offset(2);
      while (from[0] !== 0 && !(from[0] === char(":") && from[1] === char("]"))) from = from.offset(1);
      if (from[0] === 0) return { end: start, matches: false };
      from = from.offset(2);
      continue;
    }
    if (low === char("\\") && (flags & NOESCAPE) === 0 && from[1] !== 0) {
      from = from.offset(1);
      low = from[0];
    }
    from = from.offset(1);
    let high = low;
    if (from[0] === char("-") && from[1] !== char("]") && from[1] !== 0) {
      high = from[1];
      from = from.offset(2);
      if (high === char("\\") && (flags & NOESCAPE) === 0 && from[0] !== 0) {
        high = from[0];
        from = from.offset(1);
      }
    }
    const one = folded(byte, flags);
    if (folded(low, flags) <= one && one <= folded(high, flags)) found = true;
  }
}
function match(pattern: Text, text: Text, start: Text, flags: u32): bool {
  let p = pattern;
  let t = text;
  for (;;) {
    const one = p[0];
    if (one === 0) return t[0] === 0 || ((flags & LEADING_DIR) !== 0 && t[0] === char("/"));
    const isLeading =
      (flags & PERIOD) !== 0 &&
      t[0] === char(".") &&
      (t === start || ((flags & PATHNAME) !== 0 && t.offset(-1)[0] === char("/")));
    const isSlash = t[0] === char("/") && (flags & PATHNAME) !== 0;
    if (one === char("*")) {
      if (isLeading) return false;
      while (p[0] === char("*")) p = p.offset(1);
      for (;;) {
        if (match(p, t, start, flags)) return true;
        if (t[0] === 0 || (t[0] === char("/") && (flags & PATHNAME) !== 0)) return false;
        t = t.offset(1);
      }
    }
    if (t[0] === 0) return false;
    if (one === char("?")) {
      if (isSlash || isLeading) return false;
      p = p.offset(1);
    } else if (one === char("[")) {
      const bracket = readBracket(p.offset(1), t[0], flags);
      if (bracket.end === p.offset(1)) {
        if (t[0] !== one) return false;
        p = p.offset(1);
      } else {
        if (isSlash || isLeading || !bracket.matches) return false;
        p = bracket.end;
      }
    } else {
      if (one === char("\\") && (flags & NOESCAPE) === 0 && p[1] !== 0) p = p.offset(1);
      if (folded(p[0], flags) !== folded(t[0], flags)) return false;
      p = p.offset(1);
    }
    t = t.offset(1);
  }
}
/** @export */
export function fnmatch(pattern: Text, text: Text, flags: i32): i32 {
  return match(pattern, text, text, u32(flags)) ? 0 : NO_MATCH;
}

/** glob_t. */
class Glob extends Struct {
  count: usize;
  paths: ptr<ptr<u8> | null>;
  reserved: usize;
  flags: i32;
}
const GLOB_ERR: u32 = 1;
const GLOB_MARK: u32 = 2;
const GLOB_NOSORT: u32 = 4;
const GLOB_DOOFFS: u32 = 8;
const GLOB_NOCHECK: u32 = 16;
const GLOB_APPEND: u32 = 32;
const GLOB_NOESCAPE: u32 = 64;
const GLOB_PERIOD: u32 = 128;
const GLOB_NOMAGIC: u32 = 2048;
const NO_SPACE: i32 = 1;
const ABORTED: i32 = 2;
const NOTHING: i32 = 3;

class Search extends Struct {
  to: ptr<Glob>;
  flags: u32;
  onError: usize;
  failure: i32;
}
function hasMagic(text: Text, end: usize): bool {
  for (let i: usize = 0; i < end; i++)
    if (text[i] === char("*") || text[i] === char("?") || text[i] === char("[")) return true;
  return false;
}
function add(search: ptr<Search>, path: Text): bool {
  const to = search.to;
  const copy = strdup(path);
  const now = realloc(to.paths, (to.reserved + to.count + 2) * 8);
  if (copy === null || now === null) {
    search.failure = NO_SPACE;
    return false;
  }
  to.paths = cast<ptr<u8> | null>(now);
  to.paths[to.reserved + to.count] = copy;
  to.count++;
  to.paths[to.reserved + to.count] = null;
  return true;
}
/** Whether there is such a file, and in bit 1 whether it is a directory. */
function kindOf(path: Text): u32 {
  const status: array<u32, 36> = zeroed();
  if (systemCall(4, address(path), address(addressOf(status[0])), 0) < 0)
    return systemCall(6, address(path), address(addressOf(status[0])), 0) < 0 ? 0 : 1;
  return (status[6] & 0xf000) === 0x4000 ? 3 : 1;
}
/** What the pattern's next part means behind `path`. */
function expand(search: ptr<Search>, path: ptr<Line>, pattern: Text): bool {
  let p = pattern;
  while (p[0] === char("/")) {
    path.byte(p[0]);
    p = p.offset(1);
  }
  let end: usize = 0;
  while (p[end] !== 0 && p[end] !== char("/")) end++;
  const before = path.length;
  if (end === 0) {
    return kindOf(addressOf(path.text[0])) === 0 || add(search, addressOf(path.text[0]));
  }
  if (!hasMagic(p, end)) {
    for (let i: usize = 0; i < end; i++) {
      if (p[i] === char("\\") && (search.flags & GLOB_NOESCAPE) === 0 && i + 1 < end) i++;
      path.byte(p[i]);
    }
    const done = finish(search, path, p.offset(end));
    path.length = before;
    path.text[before] = 0;
    return done;
  }
  const directory = opendir(path.length === 0 ? "." : addressOf(path.text[0]));
  if (directory === null) {
    if (
      search.onError !== 0 &&
      functionAt<(path: Text, error: i32) => i32>(search.onError)(addressOf(path.text[0]), 2) !== 0
    )
      search.failure = ABORTED;
    if ((search.flags & GLOB_ERR) !== 0) search.failure = ABORTED;
    return search.failure === 0;
  }
  const part = malloc(end + 1);
  let done = part !== null;
  if (part !== null) {
    memcpy(part, p, end);
    part[end] = 0;
    const flags =
      ((search.flags & GLOB_PERIOD) === 0 ? PERIOD : u32(0)) |
      ((search.flags & GLOB_NOESCAPE) !== 0 ? NOESCAPE : u32(0));
    for (let entry = readdir(directory); entry !== null && done; entry = readdir(directory)) {
      const name = addressOf(entry.name[0]);
      if (!match(part, name, name, flags)) continue;
      path.add(name);
      done = finish(search, path, p.offset(end));
      path.length = before;
      path.text[before] = 0;
    }
    free(part);
  }
  closedir(directory);
  return done;
}
/** A part is there: the rest, or the end. */
function finish(search: ptr<Search>, path: ptr<Line>, rest: Text): bool {
  const kind = kindOf(addressOf(path.text[0]));
  if (kind === 0) return true;
  if (rest[0] !== 0) return kind === 3 ? expand(search, path, rest) : true;
  if (kind === 3 && (search.flags & GLOB_MARK) !== 0) path.byte(char("/"));
  return add(search, addressOf(path.text[0]));
}
function order(a: ptr<Text>, b: ptr<Text>): i32 {
  return strcmp(a.value, b.value);
}
/** @export */
export function glob(pattern: Text, flags: i32, onError: usize, to: ptr<Glob>): i32 {
  const search: Search = init({ to, flags: u32(flags), onError });
  const path: Line = zeroed();
  if ((search.flags & GLOB_DOOFFS) === 0) to.reserved = 0;
  if ((search.flags & GLOB_APPEND) === 0) {
    to.count = 0;
    to.paths = pointer<ptr<u8> | null>(0);
    const memory = malloc((to.reserved + 1) * 8);
    if (memory === null) return NO_SPACE;
    memset(memory, 0, (to.reserved + 1) * 8);
    to.paths = cast<ptr<u8> | null>(memory);
  }
  to.flags = flags;
  const before = to.count;
  if (!expand(addressOf(search), addressOf(path), pattern))
    return search.failure === 0 ? NO_SPACE : search.failure;
  if (to.count > before) {
    if ((search.flags & GLOB_NOSORT) === 0)
      qsort(cast<u8>(to.paths.offset(to.reserved + before)), to.count - before, 8, address(order));
    return 0;
  }
  const keeps =
    (search.flags & GLOB_NOCHECK) !== 0 ||
    ((search.flags & GLOB_NOMAGIC) !== 0 && !hasMagic(pattern, lengthOf(pattern)));
  if (!keeps) return NOTHING;
  return add(addressOf(search), pattern) ? 0 : NO_SPACE;
}
/** @export */
export function globfree(of: ptr<Glob>): void {
  for (let i: usize = 0; i < of.count; i++) free(of.paths[of.reserved + i]);
  free(of.paths);
  of.count = 0;
  of.paths = pointer<ptr<u8> | null>(0);
}
/** @export @naked */
export function glob64(): void {
  asm`jmp ${glob}`;
}
/** @export @naked */
export function globfree64(): void {
  asm`jmp ${globfree}`;
}
