/**
 * The dialect's types with their exact widths and layouts. Layouts are the System V ABI's (x86-64 psABI §3.1), so that C and the
 * dialect agree on structures. Equal types are equal objects only through `sameType`.
 */
import type { Place } from "../place.ts";

export interface IntType {
  readonly kind: "int";
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}
/** One byte, 0 or 1. */
export interface BoolType {
  readonly kind: "bool";
}
export interface FloatType {
  readonly kind: "f64";
}
/** No value. */
export interface VoidType {
  readonly kind: "void";
}
/** The type of what does not return. */
export interface NeverType {
  readonly kind: "never";
}
/** `ptr<T>`; `mmio<T>` if volatile: every access happens, once, in order. `T` may be void: an address of anything. */
export interface PointerType {
  readonly kind: "ptr";
  readonly target: Type;
  readonly volatile: boolean;
}
export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
  /** At least 1. */
  readonly length: number;
}
export interface Field {
  readonly name: string;
  readonly type: Type;
  /** Bytes from the start. */
  readonly offset: number;
  /** Of a bit field: bits of the storage unit `type` at `offset`. */
  readonly bits: { readonly offset: number; readonly width: number } | undefined;
  readonly place: Place;
}
/** `class X extends Struct`, or `extends Union`: all fields at 0. Its value is its bytes; variables of it are storage. */
export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  readonly union: boolean;
  /** In order of declaration. Filled in after the object is made: structures may point to themselves. */
  fields: readonly Field[];
  /** Bytes: a multiple of `align`. */
  size: number;
  align: number;
  readonly place: Place;
}
export interface EnumType {
  readonly kind: "enum";
  readonly name: string;
  readonly base: IntType;
  readonly members: readonly { readonly name: string; readonly value: bigint }[];
  readonly place: Place;
}
export interface FunctionType {
  readonly kind: "fn";
  readonly params: readonly Type[];
  readonly result: Type;
}
export type Type =
  | IntType
  | BoolType
  | FloatType
  | VoidType
  | NeverType
  | PointerType
  | ArrayType
  | StructType
  | EnumType
  | FunctionType;

export const BOOL: BoolType = { kind: "bool" };
export const F64: FloatType = { kind: "f64" };
export const VOID: VoidType = { kind: "void" };
export const NEVER: NeverType = { kind: "never" };

const INTS = new Map<string, IntType>(
  ([8, 16, 32, 64] as const).flatMap((bits) =>
    [false, true].map((signed) => [`${signed ? "i" : "u"}${bits}`, { kind: "int", bits, signed }] as const),
  ),
);
/** u8 … u64, i8 … i64. `usize` is u64. Throws RangeError for other names. */
export function intType(name: string): IntType {
  const type = INTS.get(name === "usize" ? "u64" : name);
  if (type === undefined) throw new RangeError(`no integer type is called ${name}`);
  return type;
}

/** Bytes that a type, and a function's variables together, may have: addresses are below 2 GiB, displacements 32 bits. */
export const MAX_SIZE = 2 ** 31 - 1;

/** Bytes. Functions have none: only their addresses are values. Throws TypeError for void, never and functions. */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case "int":
      return type.bits / 8;
    case "bool":
      return 1;
    case "f64":
    case "ptr":
      return 8;
    case "array":
      return sizeOf(type.element) * type.length;
    case "struct":
      return type.size;
    case "enum":
      return type.base.bits / 8;
    case "void":
    case "never":
    case "fn":
      throw new TypeError(`${type.kind} has no size`);
  }
}
export function alignOf(type: Type): number {
  switch (type.kind) {
    case "array":
      return alignOf(type.element);
    case "struct":
      return type.align;
    default:
      return sizeOf(type);
  }
}

/** Whether values of one are values of the other. Structures and enums go by identity, the rest by shape. */
export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind === "int" && b.kind === "int") return a.bits === b.bits && a.signed === b.signed;
  if (a.kind === "ptr" && b.kind === "ptr") return a.volatile === b.volatile && sameType(a.target, b.target);
  if (a.kind === "array" && b.kind === "array")
    return a.length === b.length && sameType(a.element, b.element);
  if (a.kind === "fn" && b.kind === "fn") {
    return (
      a.params.length === b.params.length &&
      a.params.every((p, i) => sameType(p, b.params[i]!)) &&
      sameType(a.result, b.result)
    );
  }
  return a.kind === b.kind && a.kind !== "struct" && a.kind !== "enum";
}

/** As the dialect writes it. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "i" : "u"}${type.bits}`;
    case "ptr":
      return `${type.volatile ? "mmio" : "ptr"}<${type.target.kind === "void" ? "unknown" : typeText(type.target)}>`;
    case "array":
      return `array<${typeText(type.element)}, ${type.length}>`;
    case "struct":
    case "enum":
      return type.name;
    case "fn":
      return `fn<(${type.params.map(typeText).join(", ")}) => ${typeText(type.result)}>`;
    default:
      return type.kind;
  }
}
