/**
 * Numbers without a type meet the types of their places: range checks, and the few conversions that happen by themselves (null to
 * pointers, pointers to what they derive from, any pointer to ptr<unknown>). Everything else is an error.
 */
import { D } from "../diagnostics/table.ts";
import type { Place } from "../place.ts";
import type { Constant, Expression } from "../tree.ts";
import { F64, type IntType, intType, type PointerType, sameType, type Type } from "../types/type.ts";
import type { Null, Operand, StructInfo, Untyped, World } from "./world.ts";

export const U64 = intType("u64");
export const I64 = intType("i64");
export const U8 = intType("u8");
export const BYTES: PointerType = { kind: "ptr", target: U8, volatile: false };

export const isUntyped = (operand: Operand): operand is Untyped => operand.kind === "untyped";
export const isNull = (operand: Operand): operand is Null => operand.kind === "null";
/** Has a type of its own. */
export const isTyped = (operand: Operand): operand is Expression => !isUntyped(operand) && !isNull(operand);

export const inRange = (value: bigint, { bits, signed }: IntType): boolean =>
  value === (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
/** What a constant of an integer type says as a number: signed types below zero. */
export const signedValue = (value: bigint, { bits, signed }: IntType): bigint =>
  signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);

export const constant = (value: Constant, type: Type, place: Place): Expression => ({
  kind: "constant",
  value,
  type,
  place,
});
export const integer = (value: bigint, type: Type, place: Place): Expression => {
  const bits =
    type.kind === "int" ? type.bits : type.kind === "enum" ? type.base.bits : type.kind === "bool" ? 8 : 64;
  return constant({ kind: "int", value: BigInt.asUintN(bits, value) }, type, place);
};

/** The integer type that an integer or enum computes in. */
export const integerOf = (type: Type): IntType | undefined =>
  type.kind === "int" ? type : type.kind === "enum" ? type.base : undefined;

export function adaptUntyped(world: World, { value, place }: Untyped, type: Type): Expression {
  if (type.kind === "f64") return constant({ kind: "f64", value: Number(value) }, F64, place);
  if (type.kind === "int") {
    if (typeof value === "number") return world.fail(D.useless(place, value, type));
    if (!inRange(value, type)) return world.fail(D.range(place, value, type));
    return integer(value, type, place);
  }
  return world.fail(D.mismatch(place, typeof value === "number" ? F64 : I64, type));
}

function derives(info: StructInfo | undefined, from: Type): boolean {
  return info !== undefined && (info.type === from || derives(info.base, from));
}

/** Whether pointers to the one are pointers to the other without being asked. */
export function pointsAlike(world: World, from: PointerType, to: PointerType): boolean {
  if (from.volatile !== to.volatile) return false;
  if (to.target.kind === "void") return from.target.kind !== "fn";
  return (
    from.target.kind === "struct" &&
    to.target.kind === "struct" &&
    derives(world.infoOf(from.target), to.target)
  );
}

export function adapt(world: World, operand: Operand, type: Type): Expression {
  if (isUntyped(operand)) return adaptUntyped(world, operand, type);
  if (isNull(operand)) {
    if (type.kind !== "ptr") {
      return world.fail(
        D.mismatch(operand.place, { kind: "ptr", target: { kind: "void" }, volatile: false }, type),
      );
    }
    return integer(0n, type, operand.place);
  }
  if (sameType(operand.type, type)) return operand;
  if (operand.type.kind === "ptr" && type.kind === "ptr" && pointsAlike(world, operand.type, type)) {
    return { kind: "convert", conversion: "bits", value: operand, type, place: operand.place };
  }
  return world.fail(D.mismatch(operand.place, operand.type, type));
}

export function own(world: World, operand: Operand): Expression {
  if (isTyped(operand)) return operand;
  if (isUntyped(operand) && typeof operand.value === "number") return adaptUntyped(world, operand, F64);
  return world.fail(D.untyped(operand.place));
}
