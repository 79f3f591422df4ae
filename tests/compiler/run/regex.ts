// Regular expressions compiled to a program and run on all ways at once (Thompson, 1968): ., *, +, ?, |, (), ranges, ^ and $.
// expect: a*b "aaab": 0-4
// expect: (ab|c)+d "xxabcabd": 2-8
// expect: ^[0-9]+$ "12345": 0-5
// expect: ^[0-9]+$ "123x5": none
// expect: h.l?lo "say hello": 4-9
// expect: (a?)(a?)(a?)aaa "aaa": 0-3
// expect: x|y|zz "abczzy": 3-5
// expect: (a|b)*abb$ "babaabb": 0-7
// expect: colou?r "the color": 4-9
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

/** @base u8 */
enum Op {
  Character,
  Any,
  Range,
  Split,
  Jump,
  Begin,
  End,
  Match,
}
class Instruction extends Struct {
  op: Op;
  low: u8;
  high: u8;
  /** The way to prefer, and the other one. */
  first: u16;
  second: u16;
}
const MOST = 64;
class Compiler extends Struct {
  pattern: ptr<u8>;
  at: usize;
  code: array<Instruction, typeof MOST>;
  length: u16;

  emit(op: Op, low: u8, high: u8): u16 {
    this.code[this.length] = { op, low, high, first: this.length + 1, second: 0 };
    return this.length++;
  }
  /** Moves what begins at `from` one on. */
  insert(from: u16): void {
    for (let i = this.length; i > from; i--) {
      this.code[i] = this.code[i - 1];
      const moved = addressOf(this.code[i]);
      if (moved.first >= from && (moved.first > from || moved.op !== Op.Split)) moved.first++;
      if (moved.second > from) moved.second++;
    }
    this.length++;
  }
  alternatives(): void {
    const start = this.length;
    this.sequence();
    while (this.pattern[this.at] === char("|")) {
      this.at++;
      this.insert(start);
      const jump = this.emit(Op.Jump, 0, 0);
      this.code[start] = { op: Op.Split, low: 0, high: 0, first: start + 1, second: this.length };
      this.sequence();
      this.code[jump].first = this.length;
    }
  }
  sequence(): void {
    for (;;) {
      const c = this.pattern[this.at];
      if (c === 0 || c === char("|") || c === char(")")) return;
      this.repeated();
    }
  }
  repeated(): void {
    const start = this.length;
    this.atom();
    const c = this.pattern[this.at];
    if (c !== char("*") && c !== char("+") && c !== char("?")) return;
    this.at++;
    if (c === char("+")) {
      const split = this.emit(Op.Split, 0, 0);
      this.code[split].first = start;
      this.code[split].second = split + 1;
      return;
    }
    this.insert(start);
    if (c === char("*")) this.code[this.emit(Op.Jump, 0, 0)].first = start;
    this.code[start] = { op: Op.Split, low: 0, high: 0, first: start + 1, second: this.length };
  }
  atom(): void {
    const c = this.pattern[this.at++];
    switch (c) {
      case char("."):
        this.emit(Op.Any, 0, 0);
        break;
      case char("^"):
        this.emit(Op.Begin, 0, 0);
        break;
      case char("$"):
        this.emit(Op.End, 0, 0);
        break;
      case char("("):
        this.alternatives();
        this.at++;
        break;
      case char("["): {
        const low = this.pattern[this.at];
        const high = this.pattern[this.at + 2];
        this.at += 4;
        this.emit(Op.Range, low, high);
        break;
      }
      default:
        this.emit(Op.Character, c, c);
    }
  }
}
class Threads extends Struct {
  at: array<u16, typeof MOST>;
  count: usize;
  seen: u64;
  add(program: ptr<Compiler>, pc: u16, isBegin: bool, isEnd: bool): void {
    if (((this.seen >> pc) & 1) !== 0) return;
    this.seen |= u64(1) << pc;
    const i = addressOf(program.code[pc]);
    if (i.op === Op.Split) {
      this.add(program, i.first, isBegin, isEnd);
      this.add(program, i.second, isBegin, isEnd);
    } else if (i.op === Op.Jump || (i.op === Op.Begin && isBegin) || (i.op === Op.End && isEnd)) {
      this.add(program, i.first, isBegin, isEnd);
    } else if (i.op !== Op.Begin && i.op !== Op.End) this.at[this.count++] = pc;
  }
}
/** Where a match that begins at `start` ends, the longest; -1 for none. */
function matchAt(program: ptr<Compiler>, text: ptr<u8>, start: usize): i64 {
  let now: Threads = zeroed();
  let found: i64 = -1;
  now.add(program, 0, start === 0, text[start] === 0);
  for (let at = start; now.count > 0; at++) {
    const next: Threads = zeroed();
    const c = text[at];
    const isEnd = c === 0 || text[at + 1] === 0;
    for (let i: usize = 0; i < now.count; i++) {
      const instruction = addressOf(program.code[now.at[i]]);
      switch (instruction.op) {
        case Op.Match:
          found = i64(at);
          continue;
        case Op.Any:
          if (c === 0) continue;
          break;
        default:
          if (c < instruction.low || c > instruction.high) continue;
      }
      next.add(program, instruction.first, false, isEnd);
    }
    now = next;
  }
  return found;
}
function run(pattern: ptr<u8>, text: ptr<u8>): void {
  const program: Compiler = init({ pattern });
  program.alternatives();
  program.emit(Op.Match, 0, 0);
  print(pattern);
  print(' "');
  print(text);
  print('": ');
  for (let start: usize = 0; ; start++) {
    const end = matchAt(addressOf(program), text, start);
    if (end >= 0) {
      printU64(start);
      print("-");
      printU64(u64(end));
      break;
    }
    if (text[start] === 0) {
      print("none");
      break;
    }
  }
  newline();
}
export function main(): i32 {
  run("a*b", "aaab");
  run("(ab|c)+d", "xxabcabd");
  run("^[0-9]+$", "12345");
  run("^[0-9]+$", "123x5");
  run("h.l?lo", "say hello");
  run("(a?)(a?)(a?)aaa", "aaa");
  run("x|y|zz", "abczzy");
  run("(a|b)*abb$", "babaabb");
  run("colou?r", "the color");
  return 0;
}
