/** Regular expressions read (POSIX "Regular Expressions", and GNU's syntax bits of <regex.h>), into a tree of program.ts. */

import { isDigit, isHexDigit, isLetter, isLower, isSpace, isUpper, lower, upper } from "../letters.ts";
import { isUtf8 } from "../locale.ts";
import { startsWith } from "../text.ts";
import { type State, take } from "../wide/multibyte.ts";
import { Kind, Operation, Place, type Program } from "./program.ts";

/** RE_… of <regex.h>. */
export const BACKSLASH_IN_LISTS: u64 = 1;
export const BK_PLUS_QM: u64 = 2;
export const CONTEXT_INDEP_ANCHORS: u64 = 8;
export const CONTEXT_INDEP_OPS: u64 = 0x10;
export const CONTEXT_INVALID_OPS: u64 = 0x20;
export const DOT_NEWLINE: u64 = 0x40;
export const HAT_NOT_NEWLINE: u64 = 0x100;
export const INTERVALS: u64 = 0x200;
export const LIMITED_OPS: u64 = 0x400;
export const NEWLINE_ALT: u64 = 0x800;
export const NO_BK_BRACES: u64 = 0x1000;
export const NO_BK_PARENS: u64 = 0x2000;
export const NO_BK_REFS: u64 = 0x4000;
export const NO_BK_VBAR: u64 = 0x8000;
export const UNMATCHED_PAREN_ORD: u64 = 0x2_0000;
export const NO_GNU_OPS: u64 = 0x8_0000;
export const INVALID_INTERVAL_ORD: u64 = 0x20_0000;
export const ICASE: u64 = 0x40_0000;

/** REG_… errors. */
export enum Fault {
  None = 0,
  NoMatch = 1,
  BadPattern = 2,
  BadClass = 4,
  TrailingBackslash = 5,
  BadReference = 6,
  Bracket = 7,
  Parenthesis = 8,
  Brace = 9,
  BadBraces = 10,
  Range = 11,
  Memory = 12,
  BadRepeat = 13,
}
const MOST_REPEATS: i32 = 32_767;
const MOST_DEPTH: u32 = 250;

export class Parser extends Struct {
  at: ptr<u8>;
  end: ptr<u8>;
  start: ptr<u8>;
  syntax: u64;
  program: ptr<Program>;
  fault: Fault;
  depth: u32;
  /** Groups that are closed, for back references; by bits. */
  closed: u32;

  has(bit: u64): bool {
    return (this.syntax & bit) !== 0;
  }
  left(): usize {
    return address(this.end) - address(this.at);
  }
  isAt(byte: u8): bool {
    return this.left() > 0 && this.at[0] === byte;
  }
  isEscaped(byte: u8): bool {
    return this.left() > 1 && this.at[0] === char("\\") && this.at[1] === byte;
  }
  fail(fault: Fault): u32 {
    if (this.fault === Fault.None) this.fault = fault;
    return 0;
  }
  /** An operator that the syntax has with or without a backslash before it. */
  takes(byte: u8, plain: bool): bool {
    const is = plain ? this.isAt(byte) : this.isEscaped(byte);
    if (is) this.at = this.at.offset(plain ? u32(1) : 2);
    return is;
  }
  isBar(): bool {
    if (this.has(LIMITED_OPS)) return false;
    if (this.has(NEWLINE_ALT) && this.isAt(10)) return true;
    return this.has(NO_BK_VBAR) ? this.isAt(char("|")) : this.isEscaped(char("|"));
  }
  isClose(): bool {
    return this.has(NO_BK_PARENS) ? this.isAt(char(")")) : this.isEscaped(char(")"));
  }
  either(isGroup: bool): u32 {
    let tree = this.sequence(isGroup);
    while (this.fault === Fault.None && this.isBar()) {
      this.at = this.at.offset(this.at[0] === char("\\") ? u32(2) : 1);
      tree = this.program.pair(Kind.Either, tree, this.sequence(isGroup));
    }
    return tree;
  }
  sequence(isGroup: bool): u32 {
    let tree: u32 = this.program.node(Kind.Empty, 0);
    let isFirst = true;
    while (this.fault === Fault.None && this.left() > 0 && !this.isBar()) {
      if (this.isClose()) {
        if (isGroup) break;
        if (!this.has(UNMATCHED_PAREN_ORD)) return this.fail(Fault.Parenthesis);
      }
      const one = this.repeated(isFirst);
      isFirst = false;
      tree = this.program.pair(Kind.Sequence, tree, one);
    }
    return tree;
  }
  isStar(): bool {
    return this.isAt(char("*"));
  }
  /** What may be repeated, and how often. */
  repeated(isFirst: bool): u32 {
    const isAnchor = this.isAt(char("^")) && (isFirst || this.has(CONTEXT_INDEP_ANCHORS));
    let tree = this.one(isFirst);
    // Behind an anchor of basic expressions a star is itself.
    if (isAnchor && !this.has(CONTEXT_INDEP_OPS) && this.isStar()) {
      this.at = this.at.offset(1);
      return this.program.pair(Kind.Sequence, tree, this.program.node(Kind.Byte, 42));
    }
    while (this.fault === Fault.None && this.left() > 0) {
      const plain = !this.has(BK_PLUS_QM);
      const plus = this.has(LIMITED_OPS) ? false : this.takes(char("+"), plain);
      const mark = plus || this.has(LIMITED_OPS) ? false : this.takes(char("?"), plain);
      if (plus) tree = this.repeat(tree, 1, -1);
      else if (mark) tree = this.repeat(tree, 0, 1);
      else if (this.isStar()) {
        this.at = this.at.offset(1);
        tree = this.repeat(tree, 0, -1);
      } else if (this.has(INTERVALS) && this.isBrace()) {
        const before = this.at;
        tree = this.interval(tree);
        if (this.at === before) break;
      } else break;
    }
    return tree;
  }
  isBrace(): bool {
    return this.has(NO_BK_BRACES) ? this.isAt(char("{")) : this.isEscaped(char("{"));
  }
  repeat(tree: u32, least: i32, most: i32): u32 {
    const made = this.program.node(Kind.Repeat, 0);
    this.program.nodes[made].left = tree;
    this.program.nodes[made].least = least;
    this.program.nodes[made].most = most;
    return made;
  }
  /** -1: no digits. */
  number(): i32 {
    let value: i32 = -1;
    for (; this.left() > 0 && isDigit(this.at[0]); this.at = this.at.offset(1))
      if (value < 100_000) value = (value < 0 ? 0 : value) * 10 + i32(this.at[0] - char("0"));
    return value;
  }
  interval(tree: u32): u32 {
    const before = this.at;
    const plain = this.has(NO_BK_BRACES);
    this.at = this.at.offset(plain ? u32(1) : 2);
    let least = this.number();
    let most = least;
    if (this.isAt(char(","))) {
      this.at = this.at.offset(1);
      most = this.number();
      if (least < 0) least = 0;
    }
    const isClosed = this.takes(char("}"), plain);
    const isGood =
      isClosed && least >= 0 && (most < 0 || most >= least) && least <= MOST_REPEATS && most <= MOST_REPEATS;
    if (isGood) return this.repeat(tree, least, most);
    if (this.has(INVALID_INTERVAL_ORD)) {
      // It is itself.
      this.at = before;
      const brace = this.program.node(Kind.Byte, u32(this.at[0]));
      this.at = this.at.offset(1);
      return this.program.pair(Kind.Sequence, tree, brace);
    }
    return this.fail(isClosed ? Fault.BadBraces : Fault.Brace);
  }
  group(): u32 {
    this.program.groups++;
    const number = this.program.groups;
    this.depth++;
    if (this.depth > MOST_DEPTH) return this.fail(Fault.Memory);
    const inside = this.either(true);
    this.depth--;
    if (this.fault !== Fault.None) return 0;
    if (!this.isClose()) return this.fail(Fault.Parenthesis);
    this.at = this.at.offset(this.has(NO_BK_PARENS) ? u32(1) : 2);
    if (number < 32) this.closed |= u32(1) << number;
    const made = this.program.node(Kind.Group, number);
    this.program.nodes[made].left = inside;
    return made;
  }
  literal(byte: u8): u32 {
    if (this.has(ICASE) && isLetter(byte)) {
      const set = this.program.set();
      if (this.program.failed) return 0;
      this.program.sets[set].add(u32(lower(byte)));
      this.program.sets[set].add(u32(upper(byte)));
      return this.program.node(Kind.Set, set);
    }
    return this.program.node(Kind.Byte, u32(byte));
  }
  place(place: Place): u32 {
    return this.program.node(Kind.Assertion, u32(place));
  }
  /** Whether "$" ends a part of the expression here. */
  isEndAnchor(): bool {
    if (this.has(CONTEXT_INDEP_ANCHORS) || this.left() === 1) return true;
    const next = this.at.offset(1);
    const before = this.at;
    this.at = next;
    const is = this.isClose() || this.isBar();
    this.at = before;
    return is;
  }
  one(isFirst: bool): u32 {
    const byte = this.at[0];
    if (byte === char("\\")) return this.escaped();
    if (byte === char("(") && this.has(NO_BK_PARENS)) {
      this.at = this.at.offset(1);
      return this.group();
    }
    if (byte === char("^") && (isFirst || this.has(CONTEXT_INDEP_ANCHORS))) {
      this.at = this.at.offset(1);
      return this.place(Place.LineStart);
    }
    if (byte === char("$") && this.isEndAnchor()) {
      this.at = this.at.offset(1);
      return this.place(Place.LineEnd);
    }
    if (
      isFirst &&
      this.has(CONTEXT_INDEP_OPS) &&
      (byte === char("*") || (!this.has(BK_PLUS_QM) && (byte === char("+") || byte === char("?"))))
    ) {
      // Nothing is there to be repeated: an error, or as GNU has it the empty expression.
      if (this.has(CONTEXT_INVALID_OPS)) return this.fail(Fault.BadRepeat);
      return this.program.node(Kind.Empty, 0);
    }
    this.at = this.at.offset(1);
    if (byte === char(".")) return this.program.node(Kind.Any, 0);
    if (byte === char("[")) return this.bracket();
    return this.literal(byte);
  }
  escaped(): u32 {
    if (this.left() < 2) return this.fail(Fault.TrailingBackslash);
    const byte = this.at[1];
    this.at = this.at.offset(2);
    if (byte === char("(") && !this.has(NO_BK_PARENS)) return this.group();
    if (byte >= char("1") && byte <= char("9") && !this.has(NO_BK_REFS)) {
      const number = u32(byte - char("0"));
      if ((this.closed & (u32(1) << number)) === 0) return this.fail(Fault.BadReference);
      this.program.hasBack = true;
      return this.program.node(Kind.Back, number);
    }
    if (this.has(NO_GNU_OPS)) return this.literal(byte);
    switch (byte) {
      case char("b"):
        return this.place(Place.Boundary);
      case char("B"):
        return this.place(Place.NoBoundary);
      case char("<"):
        return this.place(Place.WordStart);
      case char(">"):
        return this.place(Place.WordEnd);
      case char("`"):
        return this.place(Place.BufferStart);
      case char("'"):
        return this.place(Place.BufferEnd);
      case char("w"):
      case char("W"):
        return this.classSet("alnum:", true, byte === char("W"));
      case char("s"):
      case char("S"):
        return this.classSet("space:", false, byte === char("S"));
      default:
        return this.literal(byte);
    }
  }
  classSet(name: ptr<u8>, withUnderscore: bool, inverted: bool): u32 {
    const set = this.program.set();
    if (this.program.failed) return 0;
    this.addClass(set, name);
    if (withUnderscore) this.program.sets[set].add(95);
    this.program.sets[set].isInverted = inverted;
    return this.program.node(Kind.Set, set);
  }
  /** "name:" and what is behind. False: there is no such class. */
  addClass(set: u32, name: ptr<u8>): bool {
    let any = false;
    for (let c: u32 = 0; c < 128; c++) {
      if (!isOfClass(name, u8(c), this.has(ICASE))) continue;
      this.program.sets[set].add(c);
      any = true;
    }
    return any;
  }
  /** A character of a bracket, of several bytes in UTF-8. */
  character(): u32 {
    const state: State = zeroed();
    for (let i: usize = 0; i < this.left() && this.program.asUtf8; i++) {
      const done = take(addressOf(state), this.at[i], true);
      if (done < 0) break;
      if (done === 0) continue;
      this.at = this.at.offset(i + 1);
      return state.character;
    }
    this.at = this.at.offset(1);
    return u32(this.at.offset(-1)[0]);
  }
  bracket(): u32 {
    const set = this.program.set();
    if (this.program.failed) return 0;
    const inverted = this.isAt(char("^"));
    if (inverted) this.at = this.at.offset(1);
    if (this.left() === 0) return this.fail(Fault.BadPattern);
    for (let isFirst = true; ; isFirst = false) {
      if (this.left() === 0) return this.fail(Fault.Bracket);
      if (this.isAt(char("]")) && !isFirst) break;
      if (this.left() > 1 && this.at[0] === char("[") && this.at[1] === char(":")) {
        if (!this.addClass(set, this.at.offset(2))) return this.fail(Fault.BadClass);
        while (this.left() > 1 && !(this.at[0] === char(":") && this.at[1] === char("]")))
          this.at = this.at.offset(1);
        if (this.left() < 2) return this.fail(Fault.Bracket);
        this.at = this.at.offset(2);
        continue;
      }
      const first = this.bracketEnd();
      let last = first;
      if (this.left() > 1 && this.at[0] === char("-") && this.at[1] !== char("]")) {
        this.at = this.at.offset(1);
        last = this.bracketEnd();
        if (last < first) return this.fail(Fault.Range);
      }
      this.addRange(set, first, last);
    }
    this.at = this.at.offset(1);
    this.program.sets[set].isInverted = inverted;
    // What an inverted set must not have counts as a member of what it inverts.
    if (inverted && this.has(HAT_NOT_NEWLINE)) this.program.sets[set].add(10);
    return this.program.node(Kind.Set, set);
  }
  /** One end of a range: a character, or one in "[. .]" or "[= =]". */
  bracketEnd(): u32 {
    if (
      this.left() > 4 &&
      this.at[0] === char("[") &&
      (this.at[1] === char(".") || this.at[1] === char("="))
    ) {
      const mark = this.at[1];
      this.at = this.at.offset(2);
      const inside = this.character();
      if (this.left() > 1 && this.at[0] === mark) this.at = this.at.offset(2);
      return inside;
    }
    if (this.has(BACKSLASH_IN_LISTS) && this.left() > 1 && this.at[0] === char("\\"))
      this.at = this.at.offset(1);
    return this.character();
  }
  addRange(set: u32, first: u32, last: u32): void {
    const to = this.program.sets.offset(set);
    if (!this.program.asUtf8) for (let c = first; c <= last; c++) to.add(c);
    else to.addRun(first, last);
    if (!this.has(ICASE)) return;
    for (let c = first; c <= last && c < 128; c++) {
      to.add(u32(lower(u8(c))));
      to.add(u32(upper(u8(c))));
    }
  }
}
function isOfClass(name: ptr<u8>, byte: u8, foldsCase: bool): bool {
  if (startsWith(name, "alpha:")) return isLetter(byte);
  if (startsWith(name, "digit:")) return isDigit(byte);
  if (startsWith(name, "alnum:")) return isLetter(byte) || isDigit(byte);
  if (startsWith(name, "upper:")) return isUpper(byte) || (foldsCase && isLetter(byte));
  if (startsWith(name, "lower:")) return isLower(byte) || (foldsCase && isLetter(byte));
  if (startsWith(name, "space:")) return isSpace(byte);
  if (startsWith(name, "blank:")) return byte === 32 || byte === 9;
  if (startsWith(name, "xdigit:")) return isHexDigit(byte);
  if (startsWith(name, "punct:")) return byte > 32 && byte < 127 && !isLetter(byte) && !isDigit(byte);
  if (startsWith(name, "print:")) return byte >= 32 && byte < 127;
  if (startsWith(name, "graph:")) return byte > 32 && byte < 127;
  return startsWith(name, "cntrl:") && (byte < 32 || byte === 127);
}
/** The whole of an expression into `program`. */
export function parse(text: ptr<u8>, length: usize, syntax: u64, program: ptr<Program>): Fault {
  program.asUtf8 = isUtf8();
  program.foldsCase = (syntax & ICASE) !== 0;
  program.dotsNewline = (syntax & DOT_NEWLINE) !== 0;
  const parser: Parser = init({ at: text, start: text, end: text.offset(length), syntax, program });
  const tree = parser.either(false);
  if (parser.fault !== Fault.None) return parser.fault;
  return program.failed ? Fault.Memory : finish(program, tree);
}
function finish(program: ptr<Program>, tree: u32): Fault {
  program.emit(tree);
  program.put(Operation.Match, 0);
  return program.failed ? Fault.Memory : Fault.None;
}
