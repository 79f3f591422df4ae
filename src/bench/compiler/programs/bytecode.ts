// An interpreter of bytecode for a stack machine, by a switch: it counts primes by trial division.
/** @base u8 */
enum Op {
  push,
  load,
  store,
  add,
  multiply,
  remainder,
  less,
  equal,
  jump,
  jumpIfZero,
  halt,
}
class Instruction extends Struct {
  op: Op;
  operand: u8;
}
// for (n = 2; n < limit; n++) { for (d = 2; d * d < n + 1; d++) if (n % d === 0) goto next; count++; next: }
// n, d, count and limit are the locals 0 to 3.
const code: array<Instruction, 35> = [
  { op: Op.push, operand: 2 },
  { op: Op.store, operand: 0 },
  { op: Op.load, operand: 0 },
  { op: Op.load, operand: 3 },
  { op: Op.less, operand: 0 },
  { op: Op.jumpIfZero, operand: 34 },
  { op: Op.push, operand: 2 },
  { op: Op.store, operand: 1 },
  { op: Op.load, operand: 1 },
  { op: Op.load, operand: 1 },
  { op: Op.multiply, operand: 0 },
  { op: Op.load, operand: 0 },
  { op: Op.push, operand: 1 },
  { op: Op.add, operand: 0 },
  { op: Op.less, operand: 0 },
  { op: Op.jumpIfZero, operand: 25 },
  { op: Op.load, operand: 0 },
  { op: Op.load, operand: 1 },
  { op: Op.remainder, operand: 0 },
  { op: Op.jumpIfZero, operand: 29 },
  { op: Op.load, operand: 1 },
  { op: Op.push, operand: 1 },
  { op: Op.add, operand: 0 },
  { op: Op.store, operand: 1 },
  { op: Op.jump, operand: 8 },
  { op: Op.load, operand: 2 },
  { op: Op.push, operand: 1 },
  { op: Op.add, operand: 0 },
  { op: Op.store, operand: 2 },
  { op: Op.load, operand: 0 },
  { op: Op.push, operand: 1 },
  { op: Op.add, operand: 0 },
  { op: Op.store, operand: 0 },
  { op: Op.jump, operand: 2 },
  { op: Op.halt, operand: 0 },
];
const stack: array<i64, 16> = zeroed();
const locals: array<i64, 8> = zeroed();

function execute(): i64 {
  let pc: usize = 0;
  let top: usize = 0;
  for (;;) {
    const instruction = addressOf(code[pc++]);
    const operand = usize(instruction.operand);
    switch (instruction.op) {
      case Op.push:
        stack[top++] = i64(operand);
        break;
      case Op.load:
        stack[top++] = locals[operand];
        break;
      case Op.store:
        locals[operand] = stack[--top];
        break;
      case Op.add:
        top--;
        stack[top - 1] += stack[top];
        break;
      case Op.multiply:
        top--;
        stack[top - 1] *= stack[top];
        break;
      case Op.remainder:
        top--;
        stack[top - 1] %= stack[top];
        break;
      case Op.less:
        top--;
        stack[top - 1] = i64(stack[top - 1] < stack[top]);
        break;
      case Op.equal:
        top--;
        stack[top - 1] = i64(stack[top - 1] === stack[top]);
        break;
      case Op.jump:
        pc = operand;
        break;
      case Op.jumpIfZero:
        if (stack[--top] === 0) pc = operand;
        break;
      default:
        return locals[2];
    }
  }
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  for (let round: u64 = 0; round < rounds; round++) {
    locals[2] = 0;
    locals[3] = 1000 + i64(round & 63);
    hash = hash * 31 + truncate<u64>(execute());
  }
  return hash;
}
