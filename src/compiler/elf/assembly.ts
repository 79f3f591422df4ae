/**
 * Assembly text as a piece with relocations (assembled.ts finds them): the start-up code.
 *
 * Only 32-bit fields can depend on addresses, in 32- and 64-bit code: no `dq label`, no 16-bit code with labels.
 */
import { assembleFields } from "../assembled.ts";
import type { ObjectPiece } from "../object.ts";

export interface AssemblyOptions {
  readonly section?: string;
  readonly align?: number;
  readonly mode?: 32 | 64;
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
  const { bytes, fields } = assembleFields(source, names, mode);
  const relocations = fields.map(({ offset, name = symbol, addend, relative }) => ({
    offset,
    kind: relative ? ("R_X86_64_PC32" as const) : ("R_X86_64_32" as const),
    symbol: name,
    addend,
  }));
  return { symbol, section, kind: "code", align, bytes, relocations, exported: true, debug: undefined };
}
