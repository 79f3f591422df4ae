/**
 * Assembly text as a piece with relocations. The project's assembler makes flat bytes at an address; which fields of
 * them depend on addresses is found by assembling again elsewhere: a field that moves with the origin refers to the piece
 * itself, one that moves against it is relative, and one that moves with a name refers to that name.
 *
 * Only 32-bit fields can depend on addresses, in 32- and 64-bit code: no `dq label`, no 16-bit code with labels.
 */
import { assemble } from "../../isa/assembler/assemble.ts";
import type { ObjectPiece, Relocation } from "../object.ts";

/** Names stand here while it is found out where they are used; all of it is far from any origin, so that branches are long. */
const ORIGIN = 0x4000_0000;
const NAMES_AT = 0x1000_0000;
/** Added to a number, it changes each of its low four bytes, whatever carries. */
const STEP = 0x0101_0101;

export interface AssemblyOptions {
  readonly section?: string;
  readonly align?: number;
  readonly mode?: 32 | 64;
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
 * `source` becomes the piece `symbol`, exported; `names` are the symbols of others that it uses. Throws AssemblerError, or
 * RangeError for fields that no relocation can fill.
 */
export function assemblyPiece(
  symbol: string,
  source: string,
  names: readonly string[],
  { section = ".text", align = 16, mode = 64 }: AssemblyOptions = {},
): ObjectPiece {
  const at = (origin: number, moved?: string): Uint8Array => {
    const lines = names.map((name) => `${name} equ ${NAMES_AT + (name === moved ? STEP : 0)}`);
    return assemble([source, ...lines].join("\n"), { mode, origin }).bytes;
  };
  const bytes = Uint8Array.from(at(ORIGIN));
  const view = new DataView(bytes.buffer);
  const moved = movedFields(bytes, at(ORIGIN + STEP), [STEP, -STEP]);
  const relocations: Relocation[] = [];
  for (const [offset, step] of moved) {
    if (step !== STEP) continue;
    const addend = (view.getUint32(offset, true) - ORIGIN) | 0;
    relocations.push({ offset, kind: "R_X86_64_32", symbol, addend });
    moved.delete(offset);
  }
  for (const name of names) {
    for (const offset of movedFields(bytes, at(ORIGIN, name), [STEP]).keys()) {
      const isRelative = moved.delete(offset);
      const value = view.getUint32(offset, true);
      const from = isRelative ? ORIGIN + offset : 0;
      const kind = isRelative ? "R_X86_64_PC32" : "R_X86_64_32";
      relocations.push({ offset, kind, symbol: name, addend: (value + from - NAMES_AT) | 0 });
    }
  }
  if (moved.size > 0) throw new RangeError(`${symbol} is relative to a fixed address`);
  for (const { offset } of relocations) view.setUint32(offset, 0, true);
  relocations.sort((a, b) => a.offset - b.offset);
  return { symbol, section, kind: "code", align, bytes, relocations, exported: true, debug: undefined };
}
