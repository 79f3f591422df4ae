/**
 * The typed tree: what the front end (frontend/) makes of checked source, and the lowering (lower/) turns into IR. Everything is
 * resolved: names are symbols or variables, generics are monomorphised, types are exact, conversions explicit, constants
 * known. Nothing here knows TypeScript's compiler.
 */
import type { Place } from "./place.ts";
import type { ArrayType, EnumType, Field, FunctionType, StructType, Type } from "./types/type.ts";

export interface ProgramTree {
  readonly functions: readonly FunctionTree[];
  readonly globals: readonly GlobalTree[];
  /** Named types that are used, for debuggers. */
  readonly types: readonly (StructType | EnumType)[];
  /** Files, the program's own first and the others in the order they were read, with their texts: for DWARF, and for places in messages. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** A parameter or local variable. Structures and arrays are storage; so is what has its address taken. */
export interface Variable {
  readonly name: string;
  readonly type: Type;
  readonly place: Place;
  readonly parameter: boolean;
  /** At least; absent: its type's. */
  readonly align?: number;
  /** `addressOf` is applied to it, or it is a structure or array. */
  addressTaken: boolean;
  /** After it was declared, or passed. */
  assigned?: boolean;
}

export interface Attributes {
  readonly inline?: "always" | "never";
  readonly noreturn?: boolean;
  /** Seen by other objects under its own name. */
  readonly exported?: boolean;
  readonly section?: string;
  readonly align?: number;
  /** An interrupt handler: entered by a gate, saves everything, ends in IRET. With "error code" the gate pushes one, which is the second parameter; the first is a pointer to the frame. */
  readonly isr?: "plain" | "error code";
  /** No prologue and epilogue: the body is asm only. */
  readonly naked?: boolean;
}

export interface FunctionTree {
  /** Name in objects, unique. */
  readonly symbol: string;
  /** As in the source: `Class.method`, `f<u8>`. */
  readonly name: string;
  readonly type: FunctionType;
  readonly params: readonly Variable[];
  /** All of its variables, parameters first. */
  readonly variables: readonly Variable[];
  /** Absent: it is defined elsewhere (`declare function`). */
  readonly body: Statement | undefined;
  readonly attributes: Attributes;
  readonly place: Place;
}

export interface GlobalTree {
  readonly symbol: string;
  readonly name: string;
  readonly type: Type;
  /** Absent: zeros; or defined elsewhere if `external`. */
  readonly initial: Constant | undefined;
  readonly external: boolean;
  /** `const`: may lie in read-only memory. */
  readonly readOnly: boolean;
  readonly attributes: Pick<Attributes, "exported" | "section" | "align">;
  readonly place: Place;
}

export type Constant =
  /** An integer, enum, bool or pointer, as an unsigned number of its width. */
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "f64"; readonly value: number }
  | { readonly kind: "address"; readonly symbol: string; readonly offset: number }
  /** The address of these bytes in read-only memory. A string literal's end in a zero. */
  | { readonly kind: "string"; readonly bytes: Uint8Array }
  /** The first bytes of an array of them, in place; the rest is zero. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Parts at byte offsets; the rest is zero. Bit fields are merged into `int` parts. */
  | {
      readonly kind: "aggregate";
      readonly parts: readonly { readonly offset: number; readonly type: Type; readonly value: Constant }[];
    };

// ------------------------------------------------------------------------------------------------------ places

/** What can be assigned to, or have its address taken. `type` is that of the value kept there. */
export type LValue =
  | { readonly kind: "variable"; readonly variable: Variable; readonly type: Type; readonly place: Place }
  | { readonly kind: "global"; readonly symbol: string; readonly type: Type; readonly place: Place }
  /** What a pointer points to. Debug builds check it for null. */
  | {
      readonly kind: "deref";
      readonly pointer: Expression;
      readonly type: Type;
      readonly volatile: boolean;
      readonly place: Place;
    }
  | {
      readonly kind: "field";
      readonly base: LValue;
      readonly field: Field;
      readonly type: Type;
      readonly place: Place;
    }
  /** Of an array kept at `base`. Debug builds check the index, a u64 (signed ones are extended). */
  | {
      readonly kind: "element";
      readonly base: LValue;
      readonly array: ArrayType;
      readonly index: Expression;
      readonly type: Type;
      readonly place: Place;
    };

// ------------------------------------------------------------------------------------------------- expressions

export const BINARY_OPERATORS = [
  "add",
  "sub",
  "mul",
  "div",
  "rem",
  "and",
  "or",
  "xor",
  "shl",
  "shr",
] as const;
/** Integers wrap. `div`, `rem` and `shr` go by the operands' signedness; shift counts are taken modulo the width. f64 has the first four. */
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];
export const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * How a value becomes one of another type: "integer" between integers, enums and bool by truncation or extension (by the
 * source's signedness); "check" the same, and debug builds trap if the value changes; to and from f64 (toward zero); "bits" between
 * pointers, function addresses and 64-bit integers, and between pointers.
 */
export type Conversion = "integer" | "check" | "to f64" | "from f64" | "bits" | "to bool";

interface Node {
  readonly type: Type;
  readonly place: Place;
}

export type Expression = Node &
  (
    | { readonly kind: "constant"; readonly value: Constant }
    /** A function's address; the type is a pointer to the function type, as of all function values. */
    | { readonly kind: "function"; readonly symbol: string }
    /** The value kept at a place; for structures a copy of it. */
    | { readonly kind: "load"; readonly from: LValue }
    | { readonly kind: "address"; readonly of: LValue }
    | { readonly kind: "negate" | "complement" | "not"; readonly value: Expression }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    /** Of integers, enums, bools, f64 and pointers; both sides of one type; gives bool. */
    | {
        readonly kind: "compare";
        readonly comparison: Comparison;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
    | {
        readonly kind: "choose";
        readonly condition: Expression;
        readonly then: Expression;
        readonly otherwise: Expression;
      }
    /** A pointer moved by `index` (i64 or u64) elements. */
    | { readonly kind: "offset"; readonly pointer: Expression; readonly index: Expression }
    | { readonly kind: "convert"; readonly conversion: Conversion; readonly value: Expression }
    /** Gives the value assigned. Structures are copied. */
    | { readonly kind: "assign"; readonly to: LValue; readonly value: Expression }
    /** Compound assignment and ++: the place is evaluated once. Pointers move by elements. `gives`: the value before or after. */
    | {
        readonly kind: "update";
        readonly to: LValue;
        readonly operator: BinaryOperator;
        readonly value: Expression;
        readonly gives: "before" | "after";
      }
    | {
        readonly kind: "call";
        readonly callee: { readonly symbol: string } | { readonly pointer: Expression };
        readonly signature: FunctionType;
        readonly args: readonly Expression[];
      }
    | { readonly kind: "intrinsic"; readonly name: Intrinsic; readonly args: readonly Expression[] }
    | { readonly kind: "asm"; readonly asm: AsmTree }
    /** `a, b`: the first for its effect. */
    | { readonly kind: "sequence"; readonly first: Expression; readonly then: Expression }
  );

/**
 * Operations of kernel.d.ts that are not calls. Operand types are given by the arguments; T is an integer type.
 * Orders of atomics are always sequentially consistent unless the name says relaxed, acquire or release.
 */
export const INTRINSICS = [
  // (x: T): T
  "popcount",
  "clz",
  "ctz",
  "byteSwap",
  // (x: T, count: T): T
  "rotateLeft",
  "rotateRight",
  // (a: u64, b: u64): u64: the high half of the product; of i64 likewise
  "mulHigh",
  // (high: u64, low: u64, divisor: u64): u64; the quotient must fit
  "divWide",
  "remWide",
  // (p: ptr<T>): T
  "atomicLoad",
  "atomicLoadAcquire",
  "atomicLoadRelaxed",
  // (p: ptr<T>, value: T): void
  "atomicStore",
  "atomicStoreRelease",
  "atomicStoreRelaxed",
  // (p: ptr<T>, value: T): T, the value before
  "atomicExchange",
  "atomicAdd",
  "atomicAnd",
  "atomicOr",
  "atomicXor",
  // (p: ptr<T>, expected: T, value: T): T, the value before
  "atomicCompareExchange",
  // (): void
  "fence",
  "compilerFence",
  "pause",
  // (to: ptr, from: ptr, bytes: u64): void; (to: ptr, byte: u8, bytes: u64): void
  "memcpy",
  "memmove",
  "memset",
  // (port: u16): T; (port: u16, value: T): void
  "in8",
  "in16",
  "in32",
  "out8",
  "out16",
  "out32",
  // (): never. Debug builds say where; release builds may assume that it is not reached.
  "unreachable",
  // (): never: stops with a trap in every build
  "trap",
  // (x: f64): f64
  "sqrt",
  // (): ptr<void>
  "frameAddress",
  "returnAddress",
  // (): u64
  "readTsc",
  // (key: address of a global): bool, by code that is patched
  "staticKey",
] as const;
export type Intrinsic = (typeof INTRINSICS)[number];

/** Inline assembly: Intel syntax for the project's assembler, with values in registers. */
export interface AsmTree {
  /** Text with `$0`, `$1` … where operands stand; `$$` is a dollar. Lines end in newlines or semicolons. */
  readonly text: string;
  /** Integers and pointers. A register by name ("rax"), "any" of the compiler's choice, or "constant", an immediate. */
  readonly inputs: readonly { readonly value: Expression; readonly at: string }[];
  /** At most one value comes out, in this register ("any" likewise); the expression's type says which. Its operand follows the inputs. */
  readonly output: string | undefined;
  /** Registers that are changed beside; "memory"; "flags" always are. What the effects reading tells is added. */
  readonly clobbers: readonly string[];
}

// ---------------------------------------------------------------------------------------------------- statements

export type Statement = { readonly place: Place } & (
  | { readonly kind: "expression"; readonly value: Expression }
  /** Declares a variable where control passes; without a value it is zero. */
  | { readonly kind: "declare"; readonly variable: Variable; readonly value: Expression | undefined }
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | undefined;
    }
  /** `while`, `for` and `do`: the condition is tested before each round unless `atEnd`; `step` follows the body and `continue`. */
  | {
      readonly kind: "loop";
      readonly label: Label;
      readonly condition: Expression | undefined;
      readonly atEnd: boolean;
      readonly step: Expression | undefined;
      readonly body: Statement;
    }
  /** Cases fall through. Values are constants of the subject's type. */
  | {
      readonly kind: "switch";
      readonly label: Label;
      readonly subject: Expression;
      readonly cases: readonly {
        readonly values: readonly bigint[];
        readonly isDefault: boolean;
        readonly body: readonly Statement[];
      }[];
    }
  /** A labelled block, for `break`. */
  | { readonly kind: "labelled"; readonly label: Label; readonly body: Statement }
  | { readonly kind: "break" | "continue"; readonly label: Label }
  | { readonly kind: "return"; readonly value: Expression | undefined }
);

/** Identity is what matters. */
export interface Label {
  readonly name: string | undefined;
}
