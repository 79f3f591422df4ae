// An interpreter for a very small language, in itself a switch in a loop.
// expect: Hello World!
import { printChar } from "../../../kernel/lib/linux.ts";

const program: ptr<u8> =
  "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++.";
const tape: array<u8, 64> = zeroed();
function skip(from: usize, step: i64): usize {
  let depth: i64 = 0;
  let at = from;
  for (;;) {
    if (program[at] === char("[")) depth++;
    else if (program[at] === char("]")) depth--;
    if (depth === 0) return at;
    at = truncate<usize>(i64(at) + step);
  }
}
export function main(): i32 {
  let cell: usize = 0;
  for (let at: usize = 0; program[at] !== 0; at++) {
    switch (program[at]) {
      case char(">"):
        cell++;
        break;
      case char("<"):
        cell--;
        break;
      case char("+"):
        tape[cell]++;
        break;
      case char("-"):
        tape[cell]--;
        break;
      case char("."):
        printChar(tape[cell]);
        break;
      case char("["):
        if (tape[cell] === 0) at = skip(at, 1);
        break;
      case char("]"):
        if (tape[cell] !== 0) at = skip(at, -1);
    }
  }
  return 0;
}
