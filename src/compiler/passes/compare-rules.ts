/**
 * Algebra of comparisons and conditions, for simplify.ts, in the manner of rules.ts: what is compared becomes narrower and simpler,
 * and what is always or never true becomes a constant.
 */
import { bitsOf } from "../ir/construct.ts";
import type { Condition, Instruction, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction } from "../ir/uses.ts";
import { rewrite } from "./pass.ts";
import type { Verdict, Workshop } from "./rules.ts";

/** With the operands exchanged. */
export const SWAPPED: Readonly<Record<Condition, Condition>> = {
  eq: "eq",
  ne: "ne",
  ult: "ugt",
  ule: "uge",
  ugt: "ult",
  uge: "ule",
  slt: "sgt",
  sle: "sge",
  sgt: "slt",
  sge: "sle",
};
/** True where the other is false. Of integers only: comparisons with NaN are false both ways. */
export const INVERTED: Readonly<Record<Condition, Condition>> = {
  eq: "ne",
  ne: "eq",
  ult: "uge",
  ule: "ugt",
  ugt: "ule",
  uge: "ult",
  slt: "sge",
  sle: "sgt",
  sgt: "sle",
  sge: "slt",
};
/** Of equal operands. */
const REFLEXIVE: ReadonlySet<Condition> = new Set(["eq", "ule", "uge", "sle", "sge"]);

export function comparisonRules(instruction: Instruction, shop: Workshop): Verdict {
  if (instruction.op === "icmp") return integerComparison(instruction, shop);
  if (instruction.op === "and" || instruction.op === "or") return rangeCheck(instruction, shop);
  if (instruction.op !== "xor" || instruction.results[0]!.type !== "i1") return undefined;
  // Not of a comparison.
  const [a, b] = instruction.args;
  if (constantOf(b!) !== 1n) return undefined;
  const def = definingInstruction(a!);
  if (def?.op !== "icmp") return undefined;
  rewrite(instruction, "icmp", def.args, { condition: INVERTED[def.details.condition!] });
  return "again";
}

function integerComparison(instruction: Instruction, shop: Workshop): Verdict {
  const [a, b] = instruction.args;
  const condition = instruction.details.condition!;
  const bits = bitsOf(a!.type);
  const always = (truth: boolean): "again" => {
    rewrite(instruction, "const", [], { value: truth ? 1n : 0n });
    return "again";
  };
  const become = (next: Condition, left: Value, right: Value): "again" => {
    rewrite(instruction, "icmp", [left, right], { condition: next });
    return "again";
  };
  const constant = (like: Value, value: bigint): Value =>
    shop.make("const", [], like.type, { value: BigInt.asUintN(bitsOf(like.type), value) });

  if (a === b) return always(REFLEXIVE.has(condition));
  const right = constantOf(b!);
  if (constantOf(a!) !== undefined && right === undefined) return become(SWAPPED[condition], b!, a!);
  const equality = condition === "eq" || condition === "ne";
  const left = definingInstruction(a!);

  if (right === undefined) {
    // Both extended alike from the same type.
    const other = definingInstruction(b!);
    const extension = left?.op === "zext" || left?.op === "sext" ? left : undefined;
    if (!extension || other?.op !== extension.op) return undefined;
    const [x, y] = [extension.args[0]!, other.args[0]!];
    if (x.type !== y.type || x.type === "i1") return undefined;
    const signed = condition.startsWith("s");
    if (extension.op === "sext" && !equality && !signed) return undefined;
    return become(extension.op === "zext" && signed ? UNSIGNED[condition] : condition, x, y);
  }

  const most = (1n << BigInt(bits)) - 1n;
  const largest = most >> 1n;
  const smallest = largest + 1n;
  switch (condition) {
    case "ult":
      if (right === 0n) return always(false);
      if (right === 1n) return become("eq", a!, constant(a!, 0n));
      break;
    case "uge":
      if (right === 0n) return always(true);
      if (right === 1n) return become("ne", a!, constant(a!, 0n));
      break;
    case "ugt":
      if (right === most) return always(false);
      if (right === 0n) return become("ne", a!, b!);
      break;
    case "ule":
      if (right === most) return always(true);
      if (right === 0n) return become("eq", a!, b!);
      break;
    case "slt":
      if (right === smallest) return always(false);
      break;
    case "sge":
      if (right === smallest) return always(true);
      break;
    case "sgt":
      if (right === largest) return always(false);
      break;
    case "sle":
      if (right === largest) return always(true);
      break;
    default:
      break;
  }
  if (!left) return undefined;

  if (left.op === "zext") {
    const from = left.args[0]!;
    const narrow = 1n << BigInt(bitsOf(from.type));
    if (from.type === "i1") return ofBool(instruction, shop, from, condition, right);
    // A zero-extended value is never negative: signed comparisons with what is not negative are unsigned ones.
    if (right < narrow) return become(UNSIGNED[condition], from, constant(from, right));
    if (equality) return always(condition === "ne");
    if (!condition.startsWith("s")) return always(condition === "ult" || condition === "ule");
    const negative = right > largest;
    return always(condition === "slt" || condition === "sle" ? !negative : negative);
  }
  if (left.op === "sext" && left.args[0]!.type !== "i1" && (equality || condition.startsWith("s"))) {
    const from = left.args[0]!;
    const width = bitsOf(from.type);
    const cut = BigInt.asUintN(width, right);
    if (BigInt.asUintN(bits, BigInt.asIntN(width, cut)) === right)
      return become(condition, from, constant(from, cut));
  }
  if (equality) {
    const by = left.args[1] && constantOf(left.args[1]);
    // Of a counter's next value, the counter would be kept for this alone.
    if (left.op === "add" && by !== undefined && shop.usedOnce(a!))
      return become(condition, left.args[0]!, constant(a!, right - by));
    if (left.op === "xor" && by !== undefined)
      return become(condition, left.args[0]!, constant(a!, right ^ by));
    if (right === 0n && (left.op === "sub" || left.op === "xor")) {
      return become(condition, left.args[0]!, left.args[1]!);
    }
    if (left.op === "neg" || left.op === "not") {
      return become(condition, left.args[0]!, constant(a!, left.op === "neg" ? -right : ~right));
    }
  }
  return undefined;
}

const UNSIGNED: Readonly<Record<Condition, Condition>> = {
  eq: "eq",
  ne: "ne",
  ult: "ult",
  ule: "ule",
  ugt: "ugt",
  uge: "uge",
  slt: "ult",
  sle: "ule",
  sgt: "ugt",
  sge: "uge",
};

/** A bool as an integer compared with a constant: the bool, its opposite, or nothing new. */
function ofBool(
  instruction: Instruction,
  shop: Workshop,
  bool: Value,
  condition: Condition,
  right: bigint,
): Verdict {
  if (condition !== "eq" && condition !== "ne") return undefined;
  if (right > 1n) {
    rewrite(instruction, "const", [], { value: condition === "ne" ? 1n : 0n });
    return "again";
  }
  if ((condition === "eq") === (right === 1n)) return bool;
  rewrite(instruction, "xor", [bool, shop.make("const", [], "i1", { value: 1n })]);
  return "again";
}

/** The least and the largest number of an interval in which a comparison of a value with a constant is true. */
interface Range {
  readonly of: Value;
  readonly signed: boolean | undefined;
  readonly low: bigint;
  readonly high: bigint;
}

/** What a comparison with a constant says; `inverted`: what it denies. Signed bounds are moved so that they compare as unsigned. */
function rangeOf(value: Value, inverted: boolean): Range | undefined {
  const def = definingInstruction(value);
  if (def?.op !== "icmp") return undefined;
  const of = def.args[0]!;
  const right = constantOf(def.args[1]!);
  if (right === undefined || of.type === "i1") return undefined;
  const condition = inverted ? INVERTED[def.details.condition!] : def.details.condition!;
  const most = (1n << BigInt(bitsOf(of.type))) - 1n;
  if (condition === "eq") return { of, signed: undefined, low: right, high: right };
  const signed = condition.startsWith("s");
  const bound = signed ? right ^ ((most >> 1n) + 1n) : right;
  switch (condition.slice(1)) {
    case "lt":
      return bound === 0n ? undefined : { of, signed, low: 0n, high: bound - 1n };
    case "le":
      return { of, signed, low: 0n, high: bound };
    case "gt":
      return bound === most ? undefined : { of, signed, low: bound + 1n, high: most };
    case "ge":
      return { of, signed, low: bound, high: most };
    default:
      return undefined;
  }
}

/** low <= x && x <= high is x - low <= high - low of unsigned numbers; likewise its opposite, and x === c || x === c + 1. */
function rangeCheck(instruction: Instruction, shop: Workshop): Verdict {
  if (instruction.results[0]!.type !== "i1") return undefined;
  const either = instruction.op === "or";
  const [left, right] = instruction.args;
  if (!shop.usedOnce(left!) || !shop.usedOnce(right!)) return undefined;
  const become = (of: Value, low: bigint, high: bigint, condition: Condition): "again" => {
    const constant = (value: bigint): Value =>
      shop.make("const", [], of.type, { value: BigInt.asUintN(bitsOf(of.type), value) });
    const moved = low === 0n ? of : shop.make("add", [of, constant(-low)], of.type);
    rewrite(instruction, "icmp", [moved, constant(high - low)], { condition });
    return "again";
  };
  // Both hold, or of "or": both are denied, and that is denied.
  const [a, b] = [rangeOf(left!, either), rangeOf(right!, either)];
  if (a && b && a.of === b.of && a.signed !== undefined && a.signed === b.signed) {
    const low = a.low > b.low ? a.low : b.low;
    const high = a.high < b.high ? a.high : b.high;
    if (low > high) return undefined;
    const offset = a.signed ? 1n << BigInt(bitsOf(a.of.type) - 1) : 0n;
    return become(a.of, low ^ offset, (low ^ offset) + (high - low), either ? "ugt" : "ule");
  }
  if (!either) return undefined;
  const [c, d] = [rangeOf(left!, false), rangeOf(right!, false)];
  if (!c || !d || c.of !== d.of || c.low !== c.high || d.low !== d.high) return undefined;
  const low = c.low < d.low ? c.low : d.low;
  return c.low - d.low === 1n || d.low - c.low === 1n ? become(c.of, low, low + 1n, "ule") : undefined;
}
