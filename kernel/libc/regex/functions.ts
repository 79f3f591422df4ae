/** regcomp and its kin (POSIX <regex.h>), and GNU's re_search, on one structure, which programs have in their memory. */
import { free, malloc, realloc } from "../kernel-calls.ts";
import { lengthOf } from "../text.ts";
import { type Matched, search, type Text } from "./match.ts";
import {
  BK_PLUS_QM,
  CONTEXT_INDEP_ANCHORS,
  CONTEXT_INDEP_OPS,
  CONTEXT_INVALID_OPS,
  DOT_NEWLINE,
  Fault,
  HAT_NOT_NEWLINE,
  ICASE,
  INTERVALS,
  NO_BK_BRACES,
  NO_BK_PARENS,
  NO_BK_VBAR,
  parse,
  UNMATCHED_PAREN_ORD,
} from "./parse.ts";
import { freeProgram, type Program } from "./program.ts";

type Characters = ptr<u8>;
/** re_pattern_buffer, regex_t. */
class Pattern extends Struct {
  program: ptr<Program> | null;
  allocated: usize;
  used: usize;
  syntax: u64;
  fastMap: Characters | null;
  translate: Characters | null;
  groups: usize;
  /** can_be_null 2 bits, regs_allocated 2, fastmap_accurate, no_sub, not_bol, not_eol, newline_anchor. */
  flags: u32;
}
static_assert(sizeof<Pattern>() === 64);
const REGISTERS_SHIFT: u32 = 2;
const NO_SUB: u32 = 0x20;
const NOT_BOL: u32 = 0x40;
const NOT_EOL: u32 = 0x80;
const NEWLINE_ANCHOR: u32 = 0x100;
const RE_NO_SUB: u64 = 0x200_0000;

/** @export */
export let re_syntax_options: u64 = 0;

const faults: array<Characters, 14> = [
  "Success",
  "No match",
  "Invalid regular expression",
  "Invalid collation character",
  "Invalid character class name",
  "Trailing backslash",
  "Invalid back reference",
  "Unmatched [, [^, [:, [., or [=",
  "Unmatched ( or \\(",
  "Unmatched \\{",
  "Invalid content of \\{\\}",
  "Invalid range end",
  "Memory exhausted",
  "Invalid preceding regular expression",
];
function compile(pattern: ptr<Pattern>, text: Characters, length: usize, syntax: u64): Fault {
  const memory = malloc(sizeof<Program>());
  if (memory === null) return Fault.Memory;
  memset(memory, 0, sizeof<Program>());
  const program = cast<Program>(memory);
  const fault = parse(text, length, syntax, program);
  if (fault !== Fault.None) {
    freeProgram(program);
    pattern.program = null;
    return fault;
  }
  pattern.program = program;
  pattern.allocated = sizeof<Program>();
  pattern.used = sizeof<Program>();
  pattern.syntax = syntax;
  pattern.groups = usize(program.groups);
  return Fault.None;
}
/** @export */
export function regfree(pattern: ptr<Pattern>): void {
  const program = pattern.program;
  if (program !== null) freeProgram(program);
  pattern.program = null;
  free(pattern.fastMap);
  pattern.fastMap = null;
  free(pattern.translate);
  pattern.translate = null;
}
const REG_EXTENDED: u32 = 1;
const REG_ICASE: u32 = 2;
const REG_NEWLINE: u32 = 4;
const REG_NOSUB: u32 = 8;

/** @export */
export function regcomp(pattern: ptr<Pattern>, text: Characters, flags: i32): i32 {
  const wanted = u32(flags);
  let syntax: u64 = DOT_NEWLINE | INTERVALS;
  if ((wanted & REG_EXTENDED) !== 0)
    syntax |=
      CONTEXT_INDEP_ANCHORS |
      CONTEXT_INDEP_OPS |
      CONTEXT_INVALID_OPS |
      NO_BK_BRACES |
      NO_BK_PARENS |
      NO_BK_VBAR |
      UNMATCHED_PAREN_ORD;
  else syntax |= BK_PLUS_QM;
  if ((wanted & REG_ICASE) !== 0) syntax |= ICASE;
  memset(pattern, 0, sizeof<Pattern>());
  if ((wanted & REG_NEWLINE) !== 0) {
    syntax = (syntax & ~DOT_NEWLINE) | HAT_NOT_NEWLINE;
    pattern.flags |= NEWLINE_ANCHOR;
  }
  if ((wanted & REG_NOSUB) !== 0) pattern.flags |= NO_SUB;
  const fault = compile(pattern, text, lengthOf(text), syntax);
  return i32(u32(fault));
}
/** regmatch_t. */
class Span extends Struct {
  start: i32;
  end: i32;
}
const REG_NOTBOL: u32 = 1;
const REG_NOTEOL: u32 = 2;
const REG_STARTEND: u32 = 4;

/** @export */
export function regexec(
  pattern: ptr<Pattern>,
  text: Characters,
  count: usize,
  spans: ptr<Span>,
  flags: i32,
): i32 {
  const program = pattern.program;
  if (program === null) return i32(Fault.BadPattern);
  const isPart = (u32(flags) & REG_STARTEND) !== 0;
  const first: i64 = isPart ? i64(spans[0].start) : 0;
  const subject: Text = init({
    bytes: text,
    length: isPart ? i64(spans[0].end) : i64(lengthOf(text)),
    notLineStart: (u32(flags) & REG_NOTBOL) !== 0,
    notLineEnd: (u32(flags) & REG_NOTEOL) !== 0,
    newlineAnchors: (pattern.flags & NEWLINE_ANCHOR) !== 0,
    translate: pattern.translate,
  });
  const matched: Matched = zeroed();
  const at = search(program, addressOf(subject), first, subject.length, 1, addressOf(matched));
  if (at < 0) return at === -1 ? i32(Fault.NoMatch) : i32(Fault.Memory);
  if ((pattern.flags & NO_SUB) !== 0) return 0;
  for (let i: usize = 0; i < count; i++) {
    const isThere = i <= pattern.groups && i < 64 && matched.places[2 * i + 1] >= 0;
    spans[i].start = isThere ? i32(matched.places[2 * i]) : -1;
    spans[i].end = isThere ? i32(matched.places[2 * i + 1]) : -1;
  }
  return 0;
}
/** @export */
export function regerror(error: i32, _pattern: ptr<Pattern>, to: Characters, room: usize): usize {
  const text = error >= 0 && error < 14 ? faults[error] : "Unknown error";
  const bytes = lengthOf(text) + 1;
  if (room > 0) {
    const fits = bytes < room ? bytes : room;
    memcpy(to, text, fits);
    to[fits - 1] = 0;
  }
  return bytes;
}
/** @export */
export function re_set_syntax(syntax: u64): u64 {
  const before = re_syntax_options;
  re_syntax_options = syntax;
  return before;
}
/** What is wrong; null: nothing. @export */
export function re_compile_pattern(
  text: Characters,
  length: usize,
  pattern: ptr<Pattern>,
): Characters | null {
  // Programs leave the structure as they found it in memory.
  pattern.flags = 0;
  if ((re_syntax_options & RE_NO_SUB) !== 0) pattern.flags |= NO_SUB;
  pattern.flags |= NEWLINE_ANCHOR;
  const fault = compile(pattern, text, length, re_syntax_options);
  return fault === Fault.None ? null : faults[u32(fault)];
}
/** @export */
export function re_compile_fastmap(_pattern: ptr<Pattern>): i32 {
  return 0;
}
/** re_registers. */
class Registers extends Struct {
  count: u32;
  starts: ptr<i32>;
  ends: ptr<i32>;
}
/** @export */
export function re_set_registers(
  pattern: ptr<Pattern>,
  registers: ptr<Registers>,
  count: u32,
  starts: ptr<i32>,
  ends: ptr<i32>,
): void {
  pattern.flags &= ~(u32(3) << REGISTERS_SHIFT);
  if (count > 0) pattern.flags |= u32(1) << REGISTERS_SHIFT;
  registers.count = count;
  registers.starts = starts;
  registers.ends = ends;
}
/** The groups' places: in memory that is made or made larger, but for registers that are the caller's own. */
function tell(pattern: ptr<Pattern>, registers: ptr<Registers>, matched: ptr<Matched>): bool {
  const kind = (pattern.flags >> REGISTERS_SHIFT) & 3;
  const needed = u32(pattern.groups) + 1;
  if (kind === 0 || (kind === 1 && registers.count < needed + 1)) {
    const starts = realloc(kind === 0 ? pointer<i32>(0) : registers.starts, usize(needed + 1) * 4);
    const ends = realloc(kind === 0 ? pointer<i32>(0) : registers.ends, usize(needed + 1) * 4);
    if (starts === null || ends === null) return false;
    registers.starts = cast<i32>(starts);
    registers.ends = cast<i32>(ends);
    registers.count = needed + 1;
    pattern.flags = (pattern.flags & ~(u32(3) << REGISTERS_SHIFT)) | (u32(1) << REGISTERS_SHIFT);
  }
  for (let i: u32 = 0; i < registers.count; i++) {
    const isThere = i < needed && i < 64 && matched.places[2 * i + 1] >= 0;
    registers.starts[i] = isThere ? i32(matched.places[2 * i]) : -1;
    registers.ends[i] = isThere ? i32(matched.places[2 * i + 1]) : -1;
  }
  return true;
}
function look(
  pattern: ptr<Pattern>,
  text: Characters,
  length: i32,
  start: i32,
  range: i32,
  registers: ptr<Registers>,
  matched: ptr<Matched>,
): i64 {
  const program = pattern.program;
  if (program === null || start < 0 || start > length) return -1;
  let last = i64(start) + i64(range);
  if (last < 0) last = 0;
  if (last > i64(length)) last = i64(length);
  const subject: Text = init({
    bytes: text,
    length: i64(length),
    notLineStart: (pattern.flags & NOT_BOL) !== 0,
    notLineEnd: (pattern.flags & NOT_EOL) !== 0,
    newlineAnchors: (pattern.flags & NEWLINE_ANCHOR) !== 0,
    translate: pattern.translate,
  });
  const at = search(program, addressOf(subject), i64(start), last, range < 0 ? -1 : 1, matched);
  if (
    at >= 0 &&
    address(registers) !== 0 &&
    (pattern.flags & NO_SUB) === 0 &&
    !tell(pattern, registers, matched)
  )
    return -2;
  return at;
}
/** Where it matches; -1: nowhere; -2: an error. @export */
export function re_search(
  pattern: ptr<Pattern>,
  text: Characters,
  length: i32,
  start: i32,
  range: i32,
  registers: ptr<Registers>,
): i32 {
  const matched: Matched = zeroed();
  return i32(look(pattern, text, length, start, range, registers, addressOf(matched)));
}
/** How long the match at a place is; -1, -2 as above. @export */
export function re_match(
  pattern: ptr<Pattern>,
  text: Characters,
  length: i32,
  start: i32,
  registers: ptr<Registers>,
): i32 {
  const matched: Matched = zeroed();
  const at = look(pattern, text, length, start, 0, registers, addressOf(matched));
  return at < 0 ? i32(at) : i32(matched.places[1] - at);
}
