/*
 * Programs of the dialect as data. Every tree whose types agree is a program that is defined and ends: what would need care is part of a
 * node and written out with it (an index is masked, a divisor is not zero, a loop counts), so that a part can be taken out or
 * replaced by another of its type. dialect.ts writes it as the dialect, c.ts as C.
 */

import type {
  ArrayType,
  EnumType,
  Field,
  FunctionType,
  IntType,
  PointerType,
  ScalarType,
  StructType,
  Type,
} from "./types.ts";

export interface Variable {
  readonly name: string;
  readonly type: Type;
  readonly storage: "global" | "parameter" | "local" | "this";
  /** It is not assigned to, and has no address: a counter, `this`, a `const`. */
  readonly constant: boolean;
  /** 0 for globals, 1 for parameters, more for blocks within. */
  readonly level: number;
  /** Of a global; absent: zeros. It is constant. */
  initial: Expression | undefined;
}

// ------------------------------------------------------------------------------------------------------- places

export type Place =
  | { readonly kind: "variable"; readonly variable: Variable; readonly type: Type }
  | {
      readonly kind: "field";
      base: Place;
      readonly field: Field;
      readonly owner: StructType;
      readonly type: Type;
    }
  /** The index is brought into the array. */
  | { readonly kind: "element"; base: Place; index: Expression; readonly length: number; readonly type: Type }
  /** What a pointer points to; `by` elements on. */
  | { readonly kind: "deref"; pointer: Expression; by: Expression | number; readonly type: Type }
  /** A structure that is only a value. */
  | { readonly kind: "value"; value: Expression; readonly type: Type };

/** Whether others see its bytes as something else: then no NaN is put there, since those differ in bits. */
export function isInUnion(place: Place): boolean {
  if (place.kind === "field") return place.owner.form === "union" || isInUnion(place.base);
  return place.kind === "element" && isInUnion(place.base);
}

// -------------------------------------------------------------------------------------------------- expressions

export const ARITHMETIC = ["+", "-", "*", "&", "|", "^", "<<", ">>"] as const;
export type Arithmetic = (typeof ARITHMETIC)[number] | "/";
export const COMPARISONS = ["===", "!==", "<", "<=", ">", ">="] as const;
export type Comparison = (typeof COMPARISONS)[number];
/** Operations of kernel.d.ts on integers of one type. */
export const INTRINSICS = [
  "popcount",
  "clz",
  "ctz",
  "byteSwap",
  "rotateLeft",
  "rotateRight",
  "mulHigh",
] as const;
export type Intrinsic = (typeof INTRINSICS)[number];
export const ATOMICS = ["Exchange", "Add", "And", "Or", "Xor"] as const;
export type Atomic = (typeof ATOMICS)[number] | "Load" | "CompareExchange";

export type Expression =
  /** Of an integer, enum, bool or f64; of a nullable pointer 0n, which is null. */
  | { readonly kind: "literal"; value: bigint | number; readonly type: Type }
  /** The address of a text's bytes. */
  | { readonly kind: "text"; readonly text: string; readonly type: PointerType }
  | { readonly kind: "sizeof" | "alignof"; readonly of: Type; readonly type: IntType }
  | { readonly kind: "read"; place: Place; readonly type: Type }
  | { readonly kind: "unary"; readonly operator: "-" | "~" | "!"; value: Expression; readonly type: Type }
  /** Both sides are of the result's type, but counts of shifts of any integer type. `/` is of f64 alone. */
  | {
      readonly kind: "binary";
      readonly operator: Arithmetic;
      left: Expression;
      right: Expression;
      readonly type: Type;
    }
  /** Of integers. The divisor is made one that no dividend overflows with, unless it is such a literal. */
  | {
      readonly kind: "divide";
      readonly operator: "/" | "%";
      left: Expression;
      right: Expression;
      readonly type: Type;
    }
  | {
      readonly kind: "compare";
      readonly operator: Comparison;
      left: Expression;
      right: Expression;
      readonly type: Type;
    }
  | {
      readonly kind: "logical";
      readonly operator: "&&" | "||";
      left: Expression;
      right: Expression;
      readonly type: Type;
    }
  | {
      readonly kind: "choose";
      condition: Expression;
      yes: Expression;
      no: Expression;
      readonly type: Type;
    }
  /**
   * Between scalars. "value": it fits by its type; "checked": it is masked until it fits; "truncate": its low bits. To and from f64: "value",
   * what does not fit is 0. From an enum's base to it: "value".
   */
  | {
      readonly kind: "convert";
      readonly how: "value" | "checked" | "truncate";
      value: Expression;
      readonly type: ScalarType;
    }
  | { readonly kind: "assign"; to: Place; value: Expression; readonly type: Type }
  | {
      readonly kind: "update";
      readonly operator: Arithmetic;
      to: Place;
      value: Expression;
      readonly type: Type;
    }
  | {
      readonly kind: "increment";
      readonly operator: "++" | "--";
      readonly prefix: boolean;
      to: Place;
      readonly type: Type;
    }
  | {
      readonly kind: "call";
      readonly callee:
        | {
            readonly kind: "function";
            readonly fn: FunctionTree;
            /** Of a generic one. */
            readonly instance: IntType | undefined;
            /** Of a recursive one: how deep, or one less than the caller. */
            readonly depth: number | "less" | undefined;
          }
        /** On a structure, or on what a pointer points to. */
        | { readonly kind: "method"; readonly fn: FunctionTree; self: Place }
        | { readonly kind: "pointer"; pointer: Expression };
      readonly args: Expression[];
      readonly type: Type;
    }
  | { readonly kind: "function"; readonly fn: FunctionTree; readonly type: FunctionType }
  | {
      readonly kind: "intrinsic";
      readonly name: Intrinsic;
      readonly args: Expression[];
      readonly type: IntType;
    }
  /** (high · 2⁶⁴ + low) / divisor, made so that it fits. */
  | {
      readonly kind: "wide";
      readonly operator: "/" | "%";
      high: Expression;
      low: Expression;
      divisor: Expression;
      readonly type: IntType;
    }
  | { readonly kind: "root"; value: Expression; readonly type: { readonly kind: "f64" } }
  | {
      readonly kind: "atomic";
      readonly name: Atomic;
      at: Place;
      readonly args: Expression[];
      readonly type: Type;
    }
  | { readonly kind: "address"; of: Place; readonly type: PointerType }
  /** Moved by so many elements, within what is there. */
  | { readonly kind: "offset"; pointer: Expression; by: Expression | number; readonly type: PointerType }
  /** The same address, of another type. */
  | { readonly kind: "cast"; pointer: Expression; readonly type: PointerType }
  | { readonly kind: "comma"; first: Expression; second: Expression; readonly type: Type }
  /** A structure's fields, or an array's elements. What is left out is zero. */
  | {
      readonly kind: "aggregate";
      readonly parts: { readonly field: Field | undefined; value: Expression }[];
      readonly type: StructType | ArrayType;
    };

// --------------------------------------------------------------------------------------------------- statements

/** What is left by break or begun again by continue. Identity matters. */
export interface Target {
  readonly name: string;
  readonly loop: boolean;
}

export interface Case {
  readonly values: bigint[];
  readonly isDefault: boolean;
  body: Statement[];
  /** Into the next one. */
  readonly falls: boolean;
}

export type Statement =
  | { readonly kind: "declare"; readonly variable: Variable; value: Expression | undefined }
  | { readonly kind: "expression"; value: Expression }
  /** Into the checksum: a scalar, or everything in a structure or array. */
  | { readonly kind: "observe"; value: Expression }
  /** Prints the checksum. */
  | { readonly kind: "show" }
  | { readonly kind: "block"; readonly target: Target; body: Statement[] }
  | { readonly kind: "if"; condition: Expression; yes: Statement[]; no: Statement[] }
  /** At most `rounds` times; the counter is a variable of its own, from `from` by `step`. */
  | {
      readonly kind: "loop";
      readonly form: "for" | "while" | "do" | "forever";
      readonly target: Target;
      readonly counter: Variable;
      readonly from: bigint;
      readonly step: bigint;
      readonly rounds: number;
      /** Compared with the counter. */
      readonly comparison: "<" | "<=" | ">" | ">=" | "!==";
      /** Further, for going on. */
      condition: Expression | undefined;
      body: Statement[];
    }
  /** A pointer over all elements of an array. */
  | {
      readonly kind: "sweep";
      readonly target: Target;
      readonly pointer: Variable;
      readonly array: Place;
      readonly length: number;
      body: Statement[];
    }
  | { readonly kind: "switch"; readonly target: Target; subject: Expression; readonly cases: Case[] }
  | { readonly kind: "break" | "continue"; readonly target: Target }
  | { readonly kind: "return"; value: Expression }
  /** Of `count` elements, from the first; `memcpy` of different variables. */
  | {
      readonly kind: "memory";
      readonly name: "memcpy" | "memmove" | "memset";
      readonly to: { pointer: Expression; readonly room: number };
      from: Expression;
      readonly element: Type;
      count: Expression;
    };

export interface FunctionTree {
  readonly name: string;
  /** Of a recursive one without the depth. */
  readonly params: readonly Variable[];
  readonly result: Type;
  body: Statement[];
  /** With the result where there is no deeper. */
  readonly recursive: { bottom: Expression } | undefined;
  readonly owner: StructType | undefined;
  /** `this` of a method. */
  readonly self: Variable | undefined;
  readonly generic: boolean;
  readonly inline: "always" | "never" | undefined;
  /** Written where its address is taken: an arrow function. Its body is one return. */
  readonly arrow: boolean;
}

export interface Program {
  readonly seed: number;
  readonly enums: readonly EnumType[];
  readonly structs: readonly StructType[];
  readonly globals: readonly Variable[];
  /** In an order such that each calls earlier ones only, or itself. */
  readonly functions: FunctionTree[];
  readonly main: FunctionTree;
}
