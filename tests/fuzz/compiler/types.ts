/* The types of generated programs, and where a value of one can stand for another. */
import type { FunctionTree } from "./tree.ts";

export interface IntType {
  readonly kind: "int";
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}
export interface EnumType {
  readonly kind: "enum";
  readonly name: string;
  readonly base: IntType;
  readonly members: readonly { readonly name: string; readonly value: bigint }[];
}
export interface Field {
  readonly name: string;
  readonly type: Type;
  /** Of a bit field, whose type is an integer, enum or bool. */
  readonly width: number | undefined;
  /** The argument of `@align`. */
  readonly align: number | undefined;
}
export interface StructType {
  readonly kind: "struct";
  readonly name: string;
  readonly form: "struct" | "packed" | "union";
  readonly base: StructType | undefined;
  /** Its own, after its base's. */
  readonly fields: Field[];
  readonly align: number | undefined;
  readonly methods: FunctionTree[];
}
export interface ArrayType {
  readonly kind: "array";
  readonly element: Type;
  readonly length: number;
}
export interface PointerType {
  readonly kind: "pointer";
  readonly target: Type;
  /** Elements that are there before and from the one pointed to. */
  readonly before: number;
  readonly extent: number;
  readonly writable: boolean;
  readonly nullable: boolean;
  /** 0: what it points to lives forever; n: as long as the scope of that depth. Parameters point to 1. */
  readonly level: number;
  /** The target may lie at any address. */
  readonly unaligned: boolean;
  readonly volatile: boolean;
}
export interface FunctionType {
  readonly kind: "function";
  readonly params: readonly Type[];
  readonly result: Type;
}
/** An integer type that a generic function is given. */
export interface ParameterType {
  readonly kind: "parameter";
}
export type ScalarType =
  | IntType
  | EnumType
  | ParameterType
  | { readonly kind: "bool" }
  | { readonly kind: "f64" };
export type Type = ScalarType | StructType | ArrayType | PointerType | FunctionType;

export const BOOL = { kind: "bool" } as const;
export const F64 = { kind: "f64" } as const;
export const PARAMETER: ParameterType = { kind: "parameter" };
export const int = (bits: IntType["bits"], signed: boolean): IntType => ({ kind: "int", bits, signed });
export const INTEGERS: readonly IntType[] = ([8, 16, 32, 64] as const).flatMap((bits) => [
  int(bits, false),
  int(bits, true),
]);
export const U8 = int(8, false);
export const U32 = int(32, false);
export const I64 = int(64, true);
export const U64 = int(64, false);

/** Whether a value of the one can stand where the other is wanted. */
export function fits(from: Type, to: Type): boolean {
  if (from === to) return true;
  switch (to.kind) {
    case "int":
      return from.kind === "int" && from.bits === to.bits && from.signed === to.signed;
    case "array":
      return from.kind === "array" && from.length === to.length && same(from.element, to.element);
    case "pointer":
      return (
        from.kind === "pointer" &&
        same(from.target, to.target) &&
        from.extent >= to.extent &&
        from.before >= to.before &&
        (from.writable || !to.writable) &&
        (!from.nullable || to.nullable) &&
        (!from.unaligned || to.unaligned) &&
        from.volatile === to.volatile &&
        from.level <= to.level
      );
    case "function":
      return (
        from.kind === "function" &&
        from.params.length === to.params.length &&
        same(from.result, to.result) &&
        from.params.every((param, i) => same(param, to.params[i]!))
      );
    case "struct":
    case "enum":
      return false;
    default:
      return from.kind === to.kind;
  }
}
export const same = (a: Type, b: Type): boolean => fits(a, b) && fits(b, a);

/** The bits that both types have beside their sign. */
export function commonMask(from: Type, to: Type): bigint {
  const bits = (type: Type): number => (type.kind === "int" ? type.bits - (type.signed ? 1 : 0) : 7);
  return (1n << BigInt(Math.min(bits(from), bits(to)))) - 1n;
}
