/**
 * Encoding of AML, the byte code of definition blocks (ACPI 6.3 chapter 20). Each function gives the bytes of one term,
 * made of the bytes of others.
 *
 * It encodes what it is told: whether names resolve and arguments fit is for whoever reads the result. Names have four
 * characters (§20.2.2); paths are written as in ASL, "\\_SB.PCI0", and shorter segments are padded with "_".
 */

import { littleEndian } from "./little-endian.ts";

export type Bytes = readonly number[];
/** What stands where AML wants a term: its bytes, an integer, or a string. */
export type Term = Bytes | number | string;

const MULTI_NAME = 0x2f;
const DUAL_NAME = 0x2e;

function segment(name: string): number[] {
  if (!/^[A-Z_][A-Z0-9_]{0,3}$/.test(name)) throw new RangeError(`"${name}" is not an ACPI name`);
  return [...name.padEnd(4, "_")].map((c) => c.charCodeAt(0));
}

/** NameString. Throws RangeError for what is not a path. */
export function name(path: string): Bytes {
  const prefix = /^(\\|\^*)/.exec(path)?.[0] ?? "";
  const segments = path.slice(prefix.length).split(".").map(segment);
  const lead =
    segments.length === 1 ? [] : segments.length === 2 ? [DUAL_NAME] : [MULTI_NAME, segments.length];
  return [...prefix].map((c) => c.charCodeAt(0)).concat(lead, segments.flat());
}

/** The shortest encoding of a whole number from 0 to 2^53 − 1. Throws RangeError for others. */
export function integer(value: number): Bytes {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an AML integer`);
  if (value <= 1) return [value];
  if (value <= 0xff) return [0x0a, value];
  if (value <= 0xffff) return [0x0b, ...littleEndian(2, value)];
  if (value <= 0xffffffff) return [0x0c, ...littleEndian(4, value)];
  return [0x0e, ...littleEndian(8, value)];
}

/** A string of ASCII. */
export function string(text: string): Bytes {
  const codes = [...text].map((c) => c.charCodeAt(0));
  if (codes.some((c) => c < 1 || c > 0x7f)) throw new RangeError("AML strings are ASCII without NUL");
  return [0x0d, ...codes, 0];
}

export function term(value: Term): Bytes {
  if (typeof value === "number") return integer(value);
  return typeof value === "string" ? string(value) : value;
}
const terms = (values: readonly Term[]): number[] => values.flatMap(term);

/** PkgLength (§20.2.4) before `body`: it counts itself, in one to four bytes. */
function packaged(body: readonly number[]): number[] {
  if (body.length + 1 < 0x40) return [body.length + 1, ...body];
  for (let extra = 1; extra <= 3; extra++) {
    const length = body.length + 1 + extra;
    if (length >= 2 ** (4 + 8 * extra)) continue;
    return [(extra << 6) | (length & 15), ...littleEndian(extra, Math.floor(length / 16)), ...body];
  }
  throw new RangeError(`an AML package of ${body.length} bytes is too long`);
}

/** A compressed EISA identifier: "PNP0A03" (§19.3.4). */
export function eisaId(id: string): Bytes {
  if (!/^[A-Z]{3}[0-9A-F]{4}$/.test(id)) throw new RangeError(`"${id}" is not an EISA identifier`);
  const letters = [...id.slice(0, 3)].map((c) => c.charCodeAt(0) - 0x40);
  const vendor = (letters[0]! << 10) | (letters[1]! << 5) | letters[2]!;
  const product = Number.parseInt(id.slice(3), 16);
  // The integer whose bytes in memory are the vendor's and the product's, most significant first.
  const bytes = [vendor >> 8, vendor & 0xff, product >> 8, product & 0xff];
  return integer(bytes.reduceRight((value, byte) => value * 256 + byte, 0));
}

/** The 16 bytes that ToUUID makes of a UUID: its first three groups little-endian. */
export function uuid(text: string): Bytes {
  const groups = text.split("-");
  const bytes = groups.map((g) => (g.match(/../g) ?? []).map((h) => Number.parseInt(h, 16)));
  if (!/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text))
    throw new RangeError(`"${text}" is not a UUID`);
  return buffer(bytes.flatMap((group, i) => (i < 3 ? group.reverse() : group)));
}

/** DefName: `Name (path, value)`. */
export const define = (path: string, value: Term): Bytes => [0x08, ...name(path), ...term(value)];
export const scope = (path: string, ...content: Bytes[]): Bytes => [
  0x10,
  ...packaged([...name(path), ...content.flat()]),
];
export const device = (path: string, ...content: Bytes[]): Bytes => [
  0x5b,
  0x82,
  ...packaged([...name(path), ...content.flat()]),
];
/** `args` from 0 to 7. A method that creates names must be serialized. */
export const method = (path: string, args: number, serialized: boolean, ...content: Bytes[]): Bytes => [
  0x14,
  ...packaged([...name(path), (args & 7) | (serialized ? 8 : 0), ...content.flat()]),
];
/** Up to 255 elements. */
export function packageOf(...elements: Term[]): Bytes {
  if (elements.length > 255) throw new RangeError("an AML package has up to 255 elements");
  return [0x12, ...packaged([elements.length, ...terms(elements)])];
}
export const buffer = (bytes: Bytes): Bytes => [0x11, ...packaged([...integer(bytes.length), ...bytes])];

/** Arg0 to Arg6. */
export const arg = (index: number): Bytes => [0x68 + index];
export const returns = (value: Term): Bytes => [0xa4, ...term(value)];
export const equal = (a: Term, b: Term): Bytes => [0x93, ...term(a), ...term(b)];
export const not = (a: Term): Bytes => [0x92, ...term(a)];
/** `Or (a, b, target)`. */
export const or = (a: Term, b: Term, target: Bytes): Bytes => [0x7d, ...term(a), ...term(b), ...target];
export const ifThen = (predicate: Term, ...content: Bytes[]): Bytes => [
  0xa0,
  ...packaged([...term(predicate), ...content.flat()]),
];
/** After an `ifThen`. */
export const otherwise = (...content: Bytes[]): Bytes => [0xa1, ...packaged(content.flat())];
/** `CreateDWordField (source, offset in bytes, path)`. */
export const dwordField = (source: Term, offset: number, path: string): Bytes => [
  0x8a,
  ...term(source),
  ...integer(offset),
  ...name(path),
];
