/**
 * How arguments and results travel: the classes of the System V ABI (x86-64 psABI §3.2.3), for the dialect's types. A structure of up
 * to two eightbytes goes in registers if all of them fit; larger and misaligned ones go in memory. No x87, vector or 128-bit
 * types. Integers narrower than 32 bits are passed as i32: callers extend them, as gcc and clang do and as the latter's callees expect.
 */
import type { IrType, Signature } from "../ir/ir.ts";
import { alignOf, type FunctionType, sizeOf, type Type } from "../types/type.ts";
import { isAggregate, isNothing, isSigned, memoryType } from "./machine-type.ts";

/** One eightbyte of a structure: `size` bytes at `offset`, 8 but for the last. */
export interface Part {
  readonly type: "i64" | "f64";
  readonly offset: number;
  readonly size: number;
}

export type Passing =
  | { readonly kind: "nothing" }
  /** As `type`; a narrow integer is extended from its type. */
  | {
      readonly kind: "scalar";
      readonly type: IrType;
      readonly extended: "signed" | "unsigned" | undefined;
    }
  | { readonly kind: "parts"; readonly parts: readonly Part[] }
  | { readonly kind: "memory"; readonly size: number; readonly align: number };

export interface Convention {
  readonly signature: Signature;
  /** Of each parameter of the dialect's type. A result in memory has its address in front of the signature's parameters. */
  readonly params: readonly Passing[];
  readonly result: Passing;
}

type Class = "INTEGER" | "SSE";

/** Marks the eightbytes that a type has at an offset. False: something in it is misaligned. */
function mark(type: Type, offset: number, classes: (Class | undefined)[]): boolean {
  if (type.kind === "struct") {
    return type.fields.every((field) => {
      const at = offset + field.offset;
      if (field.bits === undefined) return mark(field.type, at, classes);
      // Bit fields count where their bits are, and are never misaligned.
      const first = at * 8 + field.bits.offset;
      for (let bit = first; bit < first + field.bits.width; bit += 1)
        classes[Math.floor(bit / 64)] = "INTEGER";
      return true;
    });
  }
  if (type.kind === "array") {
    for (let i = 0; i < type.length; i++) {
      if (!mark(type.element, offset + i * sizeOf(type.element), classes)) return false;
    }
    return true;
  }
  const size = type.kind === "fn" ? 8 : sizeOf(type);
  if (offset % size !== 0) return false;
  const index = Math.floor(offset / 8);
  if (type.kind !== "f64") classes[index] = "INTEGER";
  else classes[index] ??= "SSE";
  return true;
}

/** How one value travels if registers were without end. */
export function classify(type: Type): Passing {
  if (isNothing(type)) return { kind: "nothing" };
  if (!isAggregate(type)) return { kind: "scalar", type: memoryType(type), extended: undefined };
  const size = sizeOf(type);
  if (size === 0) return { kind: "nothing" };
  const memory: Passing = { kind: "memory", size, align: Math.max(8, alignOf(type)) };
  if (size > 16) return memory;
  const classes: (Class | undefined)[] = [];
  if (!mark(type, 0, classes)) return memory;
  const parts: Part[] = [];
  for (let offset = 0; offset < size; offset += 8) {
    // Of padding alone, NO_CLASS: it is passed as an integer, which the callee does not read.
    const sse = classes[offset / 8] === "SSE";
    parts.push({ type: sse ? "f64" : "i64", offset, size: Math.min(8, size - offset) });
  }
  return { kind: "parts", parts };
}

const INTEGER_REGISTERS = 6;
const SSE_REGISTERS = 8;

/** Parameters and results of a function. `isr`: the gate's own parameters, as they are. */
export function convention(type: FunctionType, noreturn: boolean): Convention {
  const result = classify(type.result);
  const params: Signature["params"][number][] = [];
  let integers = INTEGER_REGISTERS;
  let vectors = SSE_REGISTERS;
  if (result.kind === "memory") {
    params.push("i64");
    integers--;
  }
  const passings = type.params.map((param): Passing => {
    const passing = classify(param);
    if (passing.kind === "scalar") {
      if (passing.type === "f64") vectors--;
      else integers--;
      const narrow = passing.type === "i8" || passing.type === "i16";
      params.push(narrow ? "i32" : passing.type);
      return narrow
        ? { ...passing, type: "i32", extended: isSigned(param) ? "signed" : "unsigned" }
        : passing;
    }
    if (passing.kind === "parts") {
      const floats = passing.parts.filter((part) => part.type === "f64").length;
      const whole = passing.parts.length - floats;
      if (whole > Math.max(0, integers) || floats > Math.max(0, vectors)) {
        const memory = { size: sizeOf(param), align: Math.max(8, alignOf(param)) };
        params.push(memory);
        return { kind: "memory", ...memory };
      }
      integers -= whole;
      vectors -= floats;
      params.push(...passing.parts.map((part) => part.type));
    } else if (passing.kind === "memory") {
      params.push({ size: passing.size, align: passing.align });
    }
    return passing;
  });
  return {
    signature: { params, results: resultTypes(result), noreturn, variadic: false },
    params: passings,
    result,
  };
}

function resultTypes(result: Passing): IrType[] {
  switch (result.kind) {
    case "nothing":
      return [];
    case "scalar":
      return [result.type];
    case "parts":
      return result.parts.map((part) => part.type);
    case "memory":
      return ["i64"];
  }
}
