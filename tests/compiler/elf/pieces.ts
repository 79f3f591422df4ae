/* Hand-made pieces for the tests of elf/ and dwarf/: machine code from the project's assembler with relocations put in by hand. */
import type { ObjectPiece, Relocation } from "../../../src/compiler/object.ts";
import { assemble } from "../../../src/isa/assembler/assemble.ts";

export const none = new Uint8Array(0);

/** Code; a relocation's place is found by the label `name` standing just behind the 4-byte field, or before an 8-byte one. */
export function code(
  symbol: string,
  source: string,
  relocations: readonly Relocation[] = [],
  more: Partial<ObjectPiece> = {},
): ObjectPiece {
  return {
    symbol,
    section: ".text",
    kind: "code",
    align: 16,
    bytes: assemble(source).bytes,
    relocations,
    exported: true,
    debug: undefined,
    ...more,
  };
}
export function data(
  symbol: string,
  bytes: Uint8Array | string,
  more: Partial<ObjectPiece> = {},
): ObjectPiece {
  return {
    symbol,
    section: ".data",
    kind: "data",
    align: 8,
    bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
    relocations: [],
    exported: true,
    debug: undefined,
    ...more,
  };
}
export const rodata = (
  symbol: string,
  bytes: Uint8Array | string,
  more: Partial<ObjectPiece> = {},
): ObjectPiece =>
  data(symbol, bytes, { section: ".rodata", kind: "read-only data", align: 1, exported: false, ...more });
export const zeros = (symbol: string, size: number, more: Partial<ObjectPiece> = {}): ObjectPiece =>
  data(symbol, new Uint8Array(size), { section: ".bss", kind: "zeros", ...more });

/** `call rel32` at the code's offset. */
export const call = (offset: number, symbol: string): Relocation => ({
  offset: offset + 1,
  kind: "R_X86_64_PLT32",
  symbol,
  addend: -4,
});
