// A bytecode interpreter: dispatch by a switch and by a table of functions over the same program, which counts primes and computes powers.
// expect: 25 primes below 100, 25 by the table
// expect: 3^20 = 3486784401
// expect: steps equal: true
// expect: stack fault, no such operation
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

/** @base u8 */
enum Op {
  Push,
  Load,
  Store,
  Add,
  Multiply,
  Remainder,
  Less,
  Equal,
  Jump,
  JumpIfZero,
  Halt,
}
/** @base u8 */
enum State {
  Running,
  Done,
  StackFault,
  UnknownOperation,
}
class Machine extends Struct {
  code: ptr<u8>;
  at: usize;
  stack: array<u64, 8>;
  depth: usize;
  variables: array<u64, 8>;
  steps: u64;
  state: State;

  push(value: u64): void {
    if (this.depth === 8) {
      this.state = State.StackFault;
      return;
    }
    this.stack[this.depth++] = value;
  }
  pop(): u64 {
    if (this.depth === 0) {
      this.state = State.StackFault;
      return 0;
    }
    return this.stack[--this.depth];
  }
  operand(): u8 {
    return this.code[this.at++];
  }
  step(op: Op): void {
    switch (op) {
      case Op.Push:
        this.push(u64(this.operand()));
        break;
      case Op.Load:
        this.push(this.variables[this.operand()]);
        break;
      case Op.Store:
        this.variables[this.operand()] = this.pop();
        break;
      case Op.Add:
        this.push(this.pop() + this.pop());
        break;
      case Op.Multiply:
        this.push(this.pop() * this.pop());
        break;
      case Op.Remainder: {
        const by = this.pop();
        this.push(this.pop() % by);
        break;
      }
      case Op.Less: {
        const right = this.pop();
        this.push(u64(this.pop() < right));
        break;
      }
      case Op.Equal:
        // biome-ignore lint/suspicious/noSelfCompare: each pops another value
        this.push(u64(this.pop() === this.pop()));
        break;
      case Op.Jump:
        this.at = usize(this.code[this.at]);
        break;
      case Op.JumpIfZero: {
        const to = this.operand();
        if (this.pop() === 0) this.at = usize(to);
        break;
      }
      case Op.Halt:
        this.state = State.Done;
        break;
      default:
        this.state = State.UnknownOperation;
    }
  }
  run(): State {
    while (this.state === State.Running) {
      this.steps++;
      this.step(this.operand() as Op);
    }
    return this.state;
  }
  runByTable(): State {
    while (this.state === State.Running) {
      this.steps++;
      handlers[this.operand()](addressOf(this));
    }
    return this.state;
  }
}
type Handler = fn<(m: ptr<Machine>) => void>;
const handlers: array<Handler, 11> = [
  (m) => m.push(u64(m.operand())),
  (m) => m.push(m.variables[m.operand()]),
  (m) => {
    m.variables[m.operand()] = m.pop();
  },
  (m) => m.push(m.pop() + m.pop()),
  (m) => m.push(m.pop() * m.pop()),
  (m) => {
    const by = m.pop();
    m.push(m.pop() % by);
  },
  (m) => {
    const right = m.pop();
    m.push(u64(m.pop() < right));
  },
  // biome-ignore lint/suspicious/noSelfCompare: each pops another value
  (m) => m.push(u64(m.pop() === m.pop())),
  (m) => {
    m.at = usize(m.code[m.at]);
  },
  (m) => {
    const to = m.operand();
    if (m.pop() === 0) m.at = usize(to);
  },
  (m) => {
    m.state = State.Done;
  },
];
const P: u8 = u8(Op.Push);
const L: u8 = u8(Op.Load);
const S: u8 = u8(Op.Store);
const A: u8 = u8(Op.Add);
const M: u8 = u8(Op.Multiply);
const R: u8 = u8(Op.Remainder);
const LT: u8 = u8(Op.Less);
const J: u8 = u8(Op.Jump);
const JZ: u8 = u8(Op.JumpIfZero);
const H: u8 = u8(Op.Halt);
// v0 = candidate, v1 = divisor, v2 = count.
const primes: array<u8, 61> = [
  P,
  2,
  S,
  0,
  L,
  0,
  P,
  100,
  LT,
  JZ,
  60,
  P,
  2,
  S,
  1,
  L,
  1,
  L,
  1,
  M,
  L,
  0,
  P,
  1,
  A,
  LT,
  JZ,
  44,
  L,
  0,
  L,
  1,
  R,
  JZ,
  51,
  L,
  1,
  P,
  1,
  A,
  S,
  1,
  J,
  15,
  L,
  2,
  P,
  1,
  A,
  S,
  2,
  L,
  0,
  P,
  1,
  A,
  S,
  0,
  J,
  4,
  H,
];
// v0 = power, v1 = exponent.
const power: array<u8, 28> = [
  P,
  1,
  S,
  0,
  L,
  1,
  P,
  20,
  LT,
  JZ,
  27,
  L,
  0,
  P,
  3,
  M,
  S,
  0,
  L,
  1,
  P,
  1,
  A,
  S,
  1,
  J,
  4,
  H,
];

export function main(): i32 {
  const first: Machine = init({ code: addressOf(primes[0]) });
  const second: Machine = init({ code: addressOf(primes[0]) });
  first.run();
  second.runByTable();
  printU64(first.variables[2]);
  print(" primes below 100, ");
  printU64(second.variables[2]);
  print(" by the table\n3^20 = ");
  const third: Machine = init({ code: addressOf(power[0]) });
  third.run();
  printU64(third.variables[0]);
  print("\nsteps equal: ");
  printBool(first.steps === second.steps && first.state === State.Done && second.state === State.Done);
  newline();
  const empty: array<u8, 2> = [A, H];
  const fourth: Machine = init({ code: addressOf(empty[0]) });
  print(fourth.run() === State.StackFault ? "stack fault, " : "?");
  const unknown: array<u8, 1> = [99];
  const fifth: Machine = init({ code: addressOf(unknown[0]) });
  print(fifth.run() === State.UnknownOperation ? "no such operation\n" : "?\n");
  return 0;
}
