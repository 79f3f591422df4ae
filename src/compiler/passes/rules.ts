/**
 * Algebra of integers and conversions, for simplify.ts. A rule either names an older value that the result is, or rewrites the
 * instruction in place ("again"), or has nothing to say (undefined). Constants already stand on the right.
 */
import { bitsOf } from "../ir/construct.ts";
import type { Details, Instruction, IrType, Value } from "../ir/ir.ts";
import type { OpName } from "../ir/ops.ts";
import { constantOf, definingInstruction } from "../ir/uses.ts";
import { rewrite } from "./pass.ts";

/** Makes instructions in front of the one that is looked at. */
export interface Workshop {
  make(op: OpName, args: readonly Value[], type: IrType, details?: Details): Value;
  /** Whether nothing else uses the value: it goes if the instruction no longer does. */
  usedOnce(value: Value): boolean;
}
export type Verdict = Value | "again" | undefined;

const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** The exponent of a power of two. */
export function log2(value: bigint): number | undefined {
  return value > 0n && (value & (value - 1n)) === 0n ? value.toString(2).length - 1 : undefined;
}

/** `instruction` if it is this operation. */
function isOp(value: Value, op: OpName): Instruction | undefined {
  const def = definingInstruction(value);
  return def?.op === op ? def : undefined;
}

/** Operations that have rules. */
const RULED: ReadonlySet<OpName> = new Set([
  ...(["add", "sub", "mul", "udiv", "urem", "sdiv", "srem", "and", "or", "xor", "not", "neg"] as const),
  ...(["shl", "lshr", "ashr", "rotl", "rotr", "zext", "sext", "trunc", "select"] as const),
]);

export function integerRules(instruction: Instruction, shop: Workshop): Verdict {
  const { op, args, results } = instruction;
  const type = RULED.has(op) ? results[0]?.type : undefined;
  if (type === undefined || type === "f64") return undefined;
  const bits = bitsOf(type);
  const [a, b] = args;
  const right = b && b.type === type ? constantOf(b) : undefined;
  const constant = (value: bigint): Value =>
    shop.make("const", [], type, { value: BigInt.asUintN(bits, value) });
  const become = (next: OpName, ...operands: Value[]): "again" => {
    rewrite(instruction, next, operands);
    return "again";
  };
  const becomeConstant = (value: bigint): "again" => {
    rewrite(instruction, "const", [], { value });
    return "again";
  };
  /** `(x op c) op right`: the inner instruction and its constant. */
  const nested = (inner: OpName): readonly [Value, bigint] | undefined => {
    const def = isOp(a!, inner);
    const value = def && constantOf(def.args[1]!);
    return def && value !== undefined ? [def.args[0]!, value] : undefined;
  };

  switch (op) {
    case "add": {
      if (right === 0n) return a;
      if (right !== undefined) {
        const inner = nested("add");
        if (inner) return become("add", inner[0], constant(inner[1] + right));
        const symbol = isOp(a!, "symbol");
        const offset = Number(BigInt.asIntN(64, right)) + (symbol?.details.offset ?? 0);
        if (symbol && Math.abs(offset) < 2 ** 31) {
          rewrite(instruction, "symbol", [], { ...symbol.details, offset });
          return "again";
        }
        return undefined;
      }
      const negated = isOp(b!, "neg");
      if (negated) return become("sub", a!, negated.args[0]!);
      // (x + c) + y: constants go outwards, where addressing finds them.
      for (const [inner, other] of [
        [a!, b!],
        [b!, a!],
      ] as const) {
        const def = isOp(inner, "add");
        const value = def && constantOf(def.args[1]!);
        if (def && value !== undefined && def.args[0] !== other) {
          return become("add", shop.make("add", [def.args[0]!, other], type), constant(value));
        }
      }
      return undefined;
    }
    case "sub": {
      if (a === b) return becomeConstant(0n);
      if (right !== undefined) return become("add", a!, constant(-right));
      if (constantOf(a!) === 0n) return become("neg", b!);
      const sum = isOp(a!, "add");
      if (sum && sum.args[0] === b) return sum.args[1];
      if (sum && sum.args[1] === b) return sum.args[0];
      return undefined;
    }
    case "mul": {
      if (right === undefined) return undefined;
      if (right === 0n) return becomeConstant(0n);
      if (right === 1n) return a;
      if (right === ones(bits)) return become("neg", a!);
      const inner = nested("mul");
      if (inner) return become("mul", inner[0], constant(inner[1] * right));
      const scaled = bits === 64 ? nested("add") : undefined;
      if (scaled) return become("add", shop.make("mul", [scaled[0], b!], type), constant(scaled[1] * right));
      const shift = log2(right);
      return shift === undefined ? undefined : become("shl", a!, constant(BigInt(shift)));
    }
    case "udiv": {
      if (right === 1n) return a;
      const shift = right === undefined ? undefined : log2(right);
      return shift === undefined ? undefined : become("lshr", a!, constant(BigInt(shift)));
    }
    case "urem": {
      const shift = right === undefined ? undefined : log2(right);
      return shift === undefined ? undefined : become("and", a!, constant(right! - 1n));
    }
    case "sdiv":
      return right === 1n ? a : undefined;
    case "srem":
      return right === 1n ? becomeConstant(0n) : undefined;
    case "and": {
      if (a === b) return a;
      if (right === 0n) return becomeConstant(0n);
      if (right === ones(bits)) return a;
      if (right === undefined) return undefined;
      const inner = nested("and");
      if (inner) return become("and", inner[0], constant(inner[1] & right));
      // A mask over all that an extension can have.
      const extended = isOp(a!, "zext");
      if (extended) {
        const narrow = ones(bitsOf(extended.args[0]!.type));
        if ((right & narrow) === narrow) return a;
      }
      const shifted = nested("lshr");
      if (
        shifted &&
        (right & (ones(bits) >> (shifted[1] & BigInt(bits - 1)))) ===
          ones(bits) >> (shifted[1] & BigInt(bits - 1))
      )
        return a;
      return undefined;
    }
    case "or": {
      if (a === b || right === 0n) return a;
      if (right === ones(bits)) return becomeConstant(right);
      if (right === undefined) return maskRules(instruction, shop);
      const inner = nested("or");
      return inner ? become("or", inner[0], constant(inner[1] | right)) : undefined;
    }
    case "xor": {
      if (a === b) return becomeConstant(0n);
      if (right === 0n) return a;
      if (right === undefined) return maskRules(instruction, shop);
      const inner = nested("xor");
      if (inner) return become("xor", inner[0], constant(inner[1] ^ right));
      return right === ones(bits) && bits > 1 ? become("not", a!) : undefined;
    }
    case "not":
    case "neg": {
      const inner = isOp(a!, op);
      return inner ? inner.args[0] : undefined;
    }
    case "shl":
    case "lshr":
    case "ashr":
    case "rotl":
    case "rotr": {
      if (right === undefined) return undefined;
      const count = right & BigInt(bits - 1);
      if (count === 0n) return a;
      if (op === "rotr") return become("rotl", a!, constant(BigInt(bits) - count));
      if (right !== count) return become(op, a!, constant(count));
      // Scaled sums in addresses: the constant becomes a displacement.
      const scaled = op === "shl" && bits === 64 ? nested("add") : undefined;
      if (scaled) return become("add", shop.make("shl", [scaled[0], b!], type), constant(scaled[1] << count));
      return shiftRules(instruction, shop, a!, count, bits);
    }
    case "zext":
    case "sext": {
      const inner = definingInstruction(a!);
      if (inner?.op === "zext") return become("zext", inner.args[0]!);
      if (inner?.op === "sext" && op === "sext") return become("sext", inner.args[0]!);
      // Down and up again to the same width: a mask.
      if (inner?.op === "trunc" && op === "zext" && inner.args[0]!.type === type) {
        return become("and", inner.args[0]!, constant(ones(bitsOf(a!.type))));
      }
      return undefined;
    }
    case "trunc":
      return truncRules(instruction, shop, a!);
    case "select":
      return selectRules(instruction, shop);
    default:
      return undefined;
  }
}

/** `or` and `xor` of two masked values. */
function maskRules(instruction: Instruction, shop: Workshop): Verdict {
  const { op, args } = instruction;
  const [left, right] = [isOp(args[0]!, "and"), isOp(args[1]!, "and")];
  if (!left || !right || !shop.usedOnce(args[0]!) || !shop.usedOnce(args[1]!)) return undefined;
  const { type } = instruction.results[0]!;
  for (const [a, x] of [left.args, left.args.toReversed()]) {
    for (const [b, y] of [right.args, right.args.toReversed()]) {
      // By the same mask: it is applied once.
      if (a === b) {
        rewrite(instruction, "and", [a!, shop.make(op, [x!, y!], type)]);
        return "again";
      }
      // By a mask and its opposite: y, but where the mask is x.
      const not = isOp(b!, "not");
      if (not?.args[0] !== a) continue;
      const differing = shop.make("and", [a!, shop.make("xor", [x!, y!], type)], type);
      rewrite(instruction, "xor", [differing, y!]);
      return "again";
    }
  }
  for (const [b, y] of [right.args, right.args.toReversed()]) {
    for (const [a, x] of [left.args, left.args.toReversed()]) {
      if (isOp(a!, "not")?.args[0] !== b) continue;
      const differing = shop.make("and", [b!, shop.make("xor", [x!, y!], type)], type);
      rewrite(instruction, "xor", [differing, x!]);
      return "again";
    }
  }
  return undefined;
}

/** By how much a value is more than another. */
function excess(value: Value, over: Value): bigint | undefined {
  const def = isOp(value, "add");
  return def?.args[0] === over ? constantOf(def.args[1]!) : undefined;
}

/** Choices of integers. */
function selectRules(instruction: Instruction, shop: Workshop): Verdict {
  const { type } = instruction.results[0]!;
  const [condition, then, otherwise] = [instruction.args[0]!, instruction.args[1]!, instruction.args[2]!];
  const bits = bitsOf(type);
  const become = (op: OpName, ...args: Value[]): "again" => {
    rewrite(instruction, op, args);
    return "again";
  };
  const not = (of: Value): Value => shop.make("xor", [of, shop.make("const", [], "i1", { value: 1n })], "i1");
  if (bits > 1 && constantOf(then) === 1n && constantOf(otherwise) === 0n) return become("zext", condition);
  if (bits > 1 && constantOf(then) === 0n && constantOf(otherwise) === 1n)
    return become("zext", not(condition));
  const inverted = isOp(condition, "xor");
  if (inverted && constantOf(inverted.args[1]!) === 1n)
    return become("select", inverted.args[0]!, otherwise, then);
  // x + 1 or x: x and the condition.
  const minus = ones(bits);
  for (const [more, less, when] of [
    [then, otherwise, true],
    [otherwise, then, false],
  ] as const) {
    const by = bits > 1 ? excess(more, less) : undefined;
    if ((by !== 1n && by !== minus) || !shop.usedOnce(more)) continue;
    const counted = shop.make("zext", [when ? condition : not(condition)], type);
    return become(by === 1n ? "add" : "sub", less, counted);
  }
  // Two choices that end in the same are one, by both conditions.
  const inner = isOp(then, "select");
  if (inner && inner.args[2] === otherwise && shop.usedOnce(then))
    return become("select", shop.make("and", [condition, inner.args[0]!], "i1"), inner.args[1]!, otherwise);
  const other = isOp(otherwise, "select");
  if (other && other.args[1] === then && shop.usedOnce(otherwise))
    return become("select", shop.make("or", [condition, other.args[0]!], "i1"), then, other.args[2]!);
  return undefined;
}

/** Shifts of shifts, by constants below the width. */
function shiftRules(
  instruction: Instruction,
  shop: Workshop,
  a: Value,
  count: bigint,
  bits: number,
): Verdict {
  const { op } = instruction;
  const { type } = a;
  const def = definingInstruction(a);
  const before = def && constantOf(def.args[1] ?? a);
  if (!def || before === undefined || def.args.length !== 2) return undefined;
  const inner = before & BigInt(bits - 1);
  const constant = (value: bigint): Value => shop.make("const", [], type, { value });
  if (def.op === op) {
    const sum = inner + count;
    if (op === "rotl") rewrite(instruction, op, [def.args[0]!, constant(sum & BigInt(bits - 1))]);
    else if (sum < BigInt(bits)) rewrite(instruction, op, [def.args[0]!, constant(sum)]);
    else if (op === "ashr") rewrite(instruction, op, [def.args[0]!, constant(BigInt(bits - 1))]);
    else rewrite(instruction, "const", [], { value: 0n });
    return "again";
  }
  if (inner !== count) return undefined;
  // There and back again: a mask.
  if (op === "lshr" && def.op === "shl") {
    rewrite(instruction, "and", [def.args[0]!, constant(ones(bits) >> count)]);
    return "again";
  }
  if (op === "shl" && def.op === "lshr") {
    rewrite(instruction, "and", [def.args[0]!, constant((ones(bits) << count) & ones(bits))]);
    return "again";
  }
  return undefined;
}

/** Operations whose low bits depend on low bits alone. */
const NARROWABLE: ReadonlySet<OpName> = new Set(["add", "sub", "mul", "and", "or", "xor"]);

function truncRules(instruction: Instruction, shop: Workshop, a: Value): Verdict {
  const { type } = instruction.results[0]!;
  const def = definingInstruction(a);
  if (!def) return undefined;
  if (def.op === "trunc") {
    rewrite(instruction, "trunc", [def.args[0]!]);
    return "again";
  }
  if (def.op === "zext" || def.op === "sext") {
    const from = def.args[0]!;
    if (from.type === type) return from;
    rewrite(instruction, bitsOf(from.type) > bitsOf(type) ? "trunc" : def.op, [from]);
    return "again";
  }
  // An operation in the wide type of what was extended from the narrow one.
  if (type === "i1" || !NARROWABLE.has(def.op)) return undefined;
  const narrow = def.args.map((arg): Value | bigint | undefined => {
    const value = constantOf(arg);
    if (value !== undefined) return value;
    const extension = definingInstruction(arg);
    const extended = extension?.op === "zext" || extension?.op === "sext";
    return extended && extension.args[0]!.type === type ? extension.args[0]! : undefined;
  });
  const [x, y] = narrow;
  if (x === undefined || y === undefined || (typeof x === "bigint" && typeof y === "bigint"))
    return undefined;
  const operand = (value: Value | bigint): Value =>
    typeof value === "bigint"
      ? shop.make("const", [], type, { value: BigInt.asUintN(bitsOf(type), value) })
      : value;
  rewrite(instruction, def.op, [operand(x), operand(y)]);
  return "again";
}
