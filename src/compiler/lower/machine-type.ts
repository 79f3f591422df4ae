/**
 * The machine's view of the dialect's types: which are scalars, of which IR type in memory and as values, and how they are signed.
 * A bool is one byte in memory and a condition (i1) as a value.
 */
import type { IrType } from "../ir/ir.ts";
import { sizeOf, type Type } from "../types/type.ts";

/** Structures and arrays: they live in memory, and are handled by address. */
export function isAggregate(type: Type): boolean {
  return type.kind === "struct" || type.kind === "array";
}
export function isNothing(type: Type): boolean {
  return type.kind === "void" || type.kind === "never";
}

const INTEGERS: Readonly<Record<8 | 16 | 32 | 64, IrType>> = { 8: "i8", 16: "i16", 32: "i32", 64: "i64" };

/** Of a scalar in memory. Throws TypeError for aggregates and nothing. */
export function memoryType(type: Type): IrType {
  switch (type.kind) {
    case "int":
      return INTEGERS[type.bits];
    case "enum":
      return INTEGERS[type.base.bits];
    case "bool":
      return "i8";
    case "f64":
      return "f64";
    case "ptr":
    case "fn":
      return "i64";
    default:
      throw new TypeError(`${type.kind} is no scalar`);
  }
}
/** Of a scalar in hand. */
export function valueType(type: Type): IrType {
  return type.kind === "bool" ? "i1" : memoryType(type);
}
export function isSigned(type: Type): boolean {
  return type.kind === "int" ? type.signed : type.kind === "enum" && type.base.signed;
}

/** Bytes that a pointer to it moves by: void and functions count as bytes. */
export function stride(type: Type): number {
  return isNothing(type) || type.kind === "fn" ? 1 : sizeOf(type);
}
/** As `sizeOf`, with function values as addresses. */
export function storageSize(type: Type): number {
  return type.kind === "fn" ? 8 : sizeOf(type);
}
