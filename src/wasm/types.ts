/*
 * Value types, function types and limits, and their binary form. Reference types other than funcref are left out.
 * WebAssembly core specification, 5.3 (Types).
 */
import type { Bytes } from "./bytes.ts";

const codes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b, funcref: 0x70 } as const;

export type ValueType = keyof typeof codes;

export const codeOf = (type: ValueType): number => codes[type];

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const isValueType = (word: string): word is ValueType => Object.hasOwn(codes, word);

/** Reads "i32 i64 -> i64". Refuses a word that is no value type, and anything but one arrow. */
export function functionType(text: string): FunctionType {
  const [params, results, ...more] = text
    .split("->")
    .map((side) => side.split(" ").filter((word) => word !== ""));
  const wrong = [...(params ?? []), ...(results ?? [])].find((word) => !isValueType(word));
  if (wrong !== undefined) throw new Error(`"${text}": ${wrong} is no value type`);
  if (!params || !results || more.length > 0) throw new Error(`"${text}" is no function type`);
  return { params: params.filter(isValueType), results: results.filter(isValueType) };
}

/** Of a memory, in pages of 64 KiB; of a table, in elements. */
export interface Limits {
  readonly initial: number;
  readonly maximum?: number;
  /** A memory that several threads may hold; it needs a maximum. */
  readonly shared?: boolean;
}

function writeTypes(out: Bytes, types: readonly ValueType[]): void {
  out.u32(types.length);
  for (const type of types) out.u8(codes[type]);
}

export function writeFunctionType(out: Bytes, { params, results }: FunctionType): void {
  out.u8(0x60);
  writeTypes(out, params);
  writeTypes(out, results);
}

export function writeLimits(out: Bytes, { initial, maximum, shared = false }: Limits): void {
  if (shared && maximum === undefined) throw new RangeError("a shared memory needs a maximum");
  if (maximum !== undefined && maximum < initial) {
    throw new RangeError(`maximum ${maximum} is below the initial ${initial}`);
  }
  out.u8((maximum === undefined ? 0 : 1) | (shared ? 2 : 0));
  out.u32(initial);
  if (maximum !== undefined) out.u32(maximum);
}
