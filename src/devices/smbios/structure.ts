/**
 * One SMBIOS structure: a formatted part that begins with type, length and handle, then its strings (DSP0134 3.3 §6.1.2,
 * §6.1.3). Fields refer to strings by number, from 1; 0 is none.
 */
import { littleEndian } from "../acpi/little-endian.ts";

/** Of an element that does not exist or is not described. */
export const NO_HANDLE = 0xffff;

/** The strings of a structure, in the order in which they were asked for. */
export class Strings {
  readonly #texts: string[] = [];

  /** The number of a string of ASCII; 0 for the empty one. Throws RangeError for other characters. */
  add(text: string): number {
    if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError(`"${text}" is not ASCII`);
    return text === "" ? 0 : this.#texts.push(text);
  }
  /** Each with a NUL, and one more after the last; two where there are none. */
  get bytes(): number[] {
    if (this.#texts.length === 0) return [0, 0];
    return [...this.#texts.flatMap((text) => [...text].map((c) => c.charCodeAt(0)).concat(0)), 0];
  }
}

/** `body` gives the bytes after the header. Its length is what readers take the version of the structure from. */
export function structure(
  type: number,
  handle: number,
  body: (strings: Strings) => readonly number[],
): number[] {
  const strings = new Strings();
  const fields = body(strings);
  return [type, fields.length + 4, ...littleEndian(2, handle), ...fields, ...strings.bytes];
}
