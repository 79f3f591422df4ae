/**
 * Expressions to constants: for initial values, cases, lengths and static_assert. It computes exactly as the machine does at
 * run time: integers wrap at their width. Undefined is: not constant.
 */
import type { BinaryOperator, Comparison, Constant, Expression, LValue } from "../tree.ts";
import { type Field, sizeOf, type Type } from "../types/type.ts";
import { integerOf, signedValue } from "./operands.ts";

type Address = Extract<Constant, { kind: "address" }>;

const bitsOf = (type: Type): number => integerOf(type)?.bits ?? (type.kind === "bool" ? 8 : 64);
const int = (value: bigint, type: Type): Constant => ({
  kind: "int",
  value: BigInt.asUintN(bitsOf(type), value),
});
const bool = (value: boolean): Constant => ({ kind: "int", value: value ? 1n : 0n });
const signed = (value: bigint, type: Type): bigint => {
  const integer = integerOf(type);
  return integer === undefined ? value : signedValue(value, integer);
};

/** Of operands as they are written, without a width. Undefined: division by zero, or a shift out of all bounds. */
export function exact(operator: BinaryOperator, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return b === 0n ? undefined : a / b;
    case "rem":
      return b === 0n ? undefined : a % b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return b < 0n || b > 1024n ? undefined : a << b;
    case "shr":
      return b < 0n || b > 1024n ? undefined : a >> b;
  }
}

export function float(operator: BinaryOperator, a: number, b: number): number | undefined {
  switch (operator) {
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return a / b;
    default:
      return undefined;
  }
}

export function compare<T extends bigint | number>(comparison: Comparison, a: T, b: T): boolean {
  switch (comparison) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
  }
}

function addressOf(place: LValue): Constant | undefined {
  switch (place.kind) {
    case "global":
      return { kind: "address", symbol: place.symbol, offset: 0 };
    case "variable":
      return undefined;
    case "deref":
      return fold(place.pointer);
    case "field":
      return moved(addressOf(place.base), place.field.offset);
    case "element": {
      const index = fold(place.index);
      if (index?.kind !== "int") return undefined;
      return moved(addressOf(place.base), Number(signed(index.value, place.index.type)) * sizeOf(place.type));
    }
  }
}

function moved(base: Constant | undefined, bytes: number): Constant | undefined {
  if (base?.kind === "address") return { ...base, offset: base.offset + bytes } satisfies Address;
  if (base?.kind === "int") return { kind: "int", value: BigInt.asUintN(64, base.value + BigInt(bytes)) };
  return bytes === 0 ? base : undefined;
}

function convert(e: Extract<Expression, { kind: "convert" }>): Constant | undefined {
  const value = fold(e.value);
  if (value === undefined) return undefined;
  switch (e.conversion) {
    case "bits":
      return value;
    case "integer":
    case "check":
      return value.kind === "int" ? int(signed(value.value, e.value.type), e.type) : undefined;
    case "to bool":
      return value.kind === "int" ? bool(value.value !== 0n) : undefined;
    case "to f64":
      return value.kind === "int"
        ? { kind: "f64", value: Number(signed(value.value, e.value.type)) }
        : undefined;
    case "from f64":
      return value.kind === "f64" && Number.isFinite(value.value)
        ? int(BigInt(Math.trunc(value.value)), e.type)
        : undefined;
  }
}

function binary(e: Extract<Expression, { kind: "binary" }>): Constant | undefined {
  const left = fold(e.left);
  const right = fold(e.right);
  if (left?.kind === "f64" && right?.kind === "f64") {
    const value = float(e.operator, left.value, right.value);
    return value === undefined ? undefined : { kind: "f64", value };
  }
  if (left?.kind !== "int" || right?.kind !== "int") return undefined;
  const shift = e.operator === "shl" || e.operator === "shr";
  const count = shift ? right.value % BigInt(bitsOf(e.type)) : signed(right.value, e.type);
  const value = exact(e.operator, signed(left.value, e.type), count);
  return value === undefined ? undefined : int(value, e.type);
}

export function fold(e: Expression): Constant | undefined {
  switch (e.kind) {
    case "constant":
      return e.value;
    case "function":
      return { kind: "address", symbol: e.symbol, offset: 0 };
    case "address":
      return addressOf(e.of);
    case "negate":
    case "complement":
    case "not": {
      const value = fold(e.value);
      if (value?.kind === "f64") return { kind: "f64", value: -value.value };
      if (value?.kind !== "int") return undefined;
      if (e.kind === "not") return bool(value.value === 0n);
      return int(e.kind === "negate" ? -value.value : ~value.value, e.type);
    }
    case "binary":
      return binary(e);
    case "compare": {
      const left = fold(e.left);
      const right = fold(e.right);
      if (left?.kind === "f64" && right?.kind === "f64")
        return bool(compare(e.comparison, left.value, right.value));
      if (left?.kind !== "int" || right?.kind !== "int") return undefined;
      return bool(compare(e.comparison, signed(left.value, e.left.type), signed(right.value, e.left.type)));
    }
    case "and":
    case "or": {
      const left = fold(e.left);
      if (left?.kind !== "int") return undefined;
      if ((left.value === 0n) === (e.kind === "and")) return left;
      return fold(e.right);
    }
    case "choose": {
      const condition = fold(e.condition);
      if (condition?.kind !== "int") return undefined;
      return fold(condition.value !== 0n ? e.then : e.otherwise);
    }
    case "offset": {
      const index = fold(e.index);
      if (index?.kind !== "int" || e.type.kind !== "ptr") return undefined;
      return moved(fold(e.pointer), Number(signed(index.value, e.index.type)) * sizeOf(e.type.target));
    }
    case "convert":
      return convert(e);
    default:
      return undefined;
  }
}

const BYTE: Type = { kind: "int", bits: 8, signed: false };

/** Bit fields as bytes: storage units may have fields beside them, or overlap. */
export function mergeBitFields(
  values: readonly { readonly field: Field; readonly value: Constant }[],
): { offset: number; type: Type; value: Constant }[] {
  const parts: { offset: number; type: Type; value: Constant }[] = [];
  const bytes = new Map<number, bigint>();
  for (const { field, value } of values) {
    if (field.bits === undefined || value.kind !== "int") {
      parts.push({ offset: field.offset, type: field.type, value });
      continue;
    }
    let rest = BigInt.asUintN(field.bits.width, value.value) << BigInt(field.bits.offset);
    for (let at = field.offset; rest !== 0n; at++, rest >>= 8n) {
      if ((rest & 0xffn) !== 0n) bytes.set(at, (bytes.get(at) ?? 0n) | (rest & 0xffn));
    }
  }
  for (const [offset, value] of bytes) parts.push({ offset, type: BYTE, value: { kind: "int", value } });
  return parts;
}
