/**
 * Assembly text as bytes, with the fields that depend on addresses. The project's assembler makes flat bytes at an address;
 * which fields depend on addresses is found by assembling again elsewhere: one that moves with the origin refers to the text
 * itself, one that moves against it is relative, and one that moves with a name refers to that name.
 *
 * Only 32-bit fields can depend on addresses, in 32- and 64-bit code: no 16-bit code with labels. The upper half of a 64-bit
 * field stays zero, which is right for addresses below 2 GiB.
 */
import { assemble } from "../isa/assembler/assemble.ts";

/** Names stand here while it is found out where they are used; all of it is far from any origin, so that branches are long. */
const ORIGIN = 0x4000_0000;
const NAMES_AT = 0x1000_0000;
/** Added to a number, it changes each of its low four bytes, whatever carries. */
const STEP = 0x0101_0101;

export interface AddressField {
  /** Of four bytes, from the start. */
  readonly offset: number;
  /** Undefined: the text's own start. */
  readonly name: string | undefined;
  readonly addend: number;
  /** Counts from itself. */
  readonly relative: boolean;
}
export interface Assembled {
  /** With zeros where fields are. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Ascending. */
  readonly fields: readonly AddressField[];
}

/** Offsets of the 32-bit fields that differ, with their differences. Throws RangeError for any difference but these. */
function movedFields(from: Uint8Array, to: Uint8Array, steps: readonly number[]): Map<number, number> {
  if (from.length !== to.length) throw new RangeError("the code changes its length with an address");
  const before = new DataView(from.buffer, from.byteOffset, from.length);
  const after = new DataView(to.buffer, to.byteOffset, to.length);
  const found = new Map<number, number>();
  for (let at = 0; at < from.length; at++) {
    if (from[at] === to[at]) continue;
    const isField = at + 4 <= from.length;
    const difference = isField ? (after.getUint32(at, true) - before.getUint32(at, true)) | 0 : 0;
    if (!steps.includes(difference))
      throw new RangeError(`the byte at ${at} depends on an address, but is no 32-bit field of it`);
    found.set(at, difference);
    at += 3;
  }
  return found;
}

/**
 * `names` are those that the text uses and does not define. Throws AssemblerError, or RangeError for fields that no relocation
 * can fill.
 */
export function assembleFields(text: string, names: readonly string[], mode: 32 | 64 = 64): Assembled {
  const at = (origin: number, moved?: string): Uint8Array => {
    const lines = names.map((name) => `${name} equ ${NAMES_AT + (name === moved ? STEP : 0)}`);
    return assemble([text, ...lines].join("\n"), { mode, origin }).bytes;
  };
  const bytes = Uint8Array.from(at(ORIGIN));
  const view = new DataView(bytes.buffer);
  const moved = movedFields(bytes, at(ORIGIN + STEP), [STEP, -STEP]);
  const fields: AddressField[] = [];
  for (const [offset, step] of moved) {
    if (step !== STEP) continue;
    fields.push({
      offset,
      name: undefined,
      addend: (view.getUint32(offset, true) - ORIGIN) | 0,
      relative: false,
    });
    moved.delete(offset);
  }
  for (const name of names) {
    for (const offset of movedFields(bytes, at(ORIGIN, name), [STEP]).keys()) {
      if (fields.some((field) => field.offset === offset)) {
        throw new RangeError("a field depends on two addresses");
      }
      const relative = moved.delete(offset);
      const from = relative ? ORIGIN + offset : 0;
      const addend = (view.getUint32(offset, true) + from - NAMES_AT) | 0;
      fields.push({ offset, name, addend, relative });
    }
  }
  if (moved.size > 0) throw new RangeError("something is relative to a fixed address");
  for (const { offset } of fields) view.setUint32(offset, 0, true);
  return { bytes, fields: fields.sort((a, b) => a.offset - b.offset) };
}
