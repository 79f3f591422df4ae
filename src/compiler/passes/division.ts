/**
 * Division by constants through multiplication: Granlund and Montgomery, "Division by Invariant Integers using Multiplication" (1994).
 * The quotient is the high half of a product with a scaled reciprocal, shifted. Remainders are what the quotient leaves. Powers
 * of two, signed, become shifts.
 */
import { bitsOf, newInstruction } from "../ir/construct.ts";
import type { Details, Instruction, IrFunction, IrType, Value } from "../ir/ir.ts";
import type { OpName } from "../ir/ops.ts";
import { constantOf } from "../ir/uses.ts";
import { type Pass, rewrite } from "./pass.ts";
import { log2 } from "./rules.ts";

/** Writes instructions one after the other. */
class Line {
  readonly #fn: IrFunction;
  readonly #list: Instruction[];
  readonly #place: Instruction["place"];
  constructor(fn: IrFunction, list: Instruction[], place: Instruction["place"]) {
    this.#fn = fn;
    this.#list = list;
    this.#place = place;
  }
  op(op: OpName, args: readonly Value[], type: IrType, details: Details = {}): Value {
    const made = newInstruction(this.#fn, op, args, [type], details, this.#place);
    this.#list.push(made);
    return made.results[0]!;
  }
  const(type: IrType, value: bigint): Value {
    return this.op("const", [], type, { value: BigInt.asUintN(bitsOf(type), value) });
  }
  /** A shift by a constant. */
  shift(op: "shl" | "lshr" | "ashr", value: Value, by: number): Value {
    return by === 0 ? value : this.op(op, [value, this.const(value.type, BigInt(by))], value.type);
  }
  both(op: OpName, a: Value, b: Value): Value {
    return this.op(op, [a, b], a.type);
  }
}

/**
 * The multiplier for unsigned n-bit x / d, d no power of two: x·m / 2^(n + shift) is exact for all x of `precision` bits. It may
 * have n + 1 bits.
 */
function reciprocal(d: bigint, n: number, precision: number): { m: bigint; shift: number } {
  const size = (d - 1n).toString(2).length;
  let low = (1n << BigInt(n + size)) / d;
  let high = ((1n << BigInt(n + size)) + (1n << BigInt(n + size - precision))) / d;
  let shift = size;
  while (low / 2n < high / 2n && shift > 0) {
    low /= 2n;
    high /= 2n;
    shift--;
  }
  return { m: high, shift };
}

/** x / d for 64 bits. */
function unsigned64(line: Line, x: Value, d: bigint): Value {
  let { m, shift } = reciprocal(d, 64, 64);
  let from = x;
  if (m >> 64n !== 0n && d % 2n === 0n) {
    // The even part first, so that the multiplier may be less exact.
    const even = (d & -d).toString(2).length - 1;
    from = line.shift("lshr", x, even);
    ({ m, shift } = reciprocal(d >> BigInt(even), 64, 64 - even));
  }
  if (m >> 64n === 0n) return line.shift("lshr", line.both("umulh", from, line.const("i64", m)), shift);
  const high = line.both("umulh", x, line.const("i64", m - (1n << 64n)));
  const half = line.shift("lshr", line.both("sub", x, high), 1);
  return line.shift("lshr", line.both("add", half, high), shift - 1);
}

/** x / d for up to 32 bits, in 64. */
function unsigned32(line: Line, x: Value, d: bigint): Value {
  const bits = bitsOf(x.type);
  const wide = line.op("zext", [x], "i64");
  const { m, shift } = reciprocal(d, bits, bits);
  const quotient =
    (m << BigInt(bits)) >> 64n === 0n
      ? line.shift("lshr", line.both("mul", wide, line.const("i64", m)), bits + shift)
      : // 2^64 / d, rounded up, is exact for 32 bits.
        line.both("umulh", wide, line.const("i64", (1n << 64n) / d + 1n));
  return line.op("trunc", [quotient], x.type);
}

/** |d| a power of two of 2 or more: x moved towards zero, then shifted. */
function signedPower(line: Line, x: Value, exponent: number): Value {
  const bits = bitsOf(x.type);
  const sign = line.shift("ashr", x, bits - 1);
  const bias = line.shift("lshr", sign, bits - exponent);
  return line.shift("ashr", line.both("add", x, bias), exponent);
}

/** x / d for d > 2, no power of two; of 64 bits, or of up to 32 in 64. */
function signedQuotient(line: Line, x: Value, d: bigint): Value {
  const bits = bitsOf(x.type);
  const { m, shift } = reciprocal(d, bits, bits - 1);
  const sign = line.shift("ashr", x, bits - 1);
  if (bits === 64) {
    const fits = m >> 63n === 0n;
    const high = line.both("smulh", x, line.const("i64", m));
    const sum = fits ? high : line.both("add", high, x);
    return line.both("sub", line.shift("ashr", sum, shift), sign);
  }
  const wide = line.op("sext", [x], "i64");
  const product = line.both("mul", wide, line.const("i64", m));
  const quotient = line.op("trunc", [line.shift("ashr", product, bits + shift)], x.type);
  return line.both("sub", quotient, sign);
}

/** The quotient by a constant that is neither 0 nor 1; for unsigned ones no power of two. */
function quotient(line: Line, x: Value, divisor: bigint, signed: boolean): Value {
  const bits = bitsOf(x.type);
  if (!signed) return bits === 64 ? unsigned64(line, x, divisor) : unsigned32(line, x, divisor);
  const d = BigInt.asIntN(bits, divisor);
  const size = d < 0n ? -d : d;
  const exponent = log2(size);
  const result = exponent === undefined ? signedQuotient(line, x, size) : signedPower(line, x, exponent);
  return d < 0n ? line.op("neg", [result], x.type) : result;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const list: Instruction[] = [];
    for (const instruction of block.instructions) {
      const { op, args } = instruction;
      const signed = op === "sdiv" || op === "srem";
      const divisor = signed || op === "udiv" || op === "urem" ? constantOf(args[1]!) : undefined;
      const plain = divisor === undefined || divisor < 2n || (!signed && log2(divisor) !== undefined);
      // −1 traps for the least number.
      if (plain || (signed && BigInt.asIntN(bitsOf(args[1]!.type), divisor) === -1n)) {
        list.push(instruction);
        continue;
      }
      changed = true;
      const line = new Line(fn, list, instruction.place);
      const x = args[0]!;
      const q = quotient(line, x, divisor, signed);
      if (op === "udiv" || op === "sdiv") rewrite(instruction, "add", [q, line.const(q.type, 0n)]);
      else rewrite(instruction, "sub", [x, line.both("mul", q, line.const(q.type, divisor))]);
      list.push(instruction);
    }
    block.instructions = list;
  }
  return changed;
}

/** Quotients come as sums with zero, which `simplify` takes away. */
export const division: Pass = { name: "division", letter: "q", run };
