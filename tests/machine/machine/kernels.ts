/*
 * The test kernels of kernels/*.asm as PVH images: what all have in common before, zeros behind. Constants come first, as
 * `equ` names.
 */
import { readFileSync } from "node:fs";
import { assemble } from "../../../src/isa/assembler/assemble.ts";
import { elf, LINKED_AT } from "../boot/images.ts";

const read = (name: string): string => readFileSync(new URL(`kernels/${name}.asm`, import.meta.url), "utf8");

export interface KernelImage {
  readonly bytes: Uint8Array;
  /** Address of a label or value of an `equ`. Throws Error for a name that is not there. */
  symbol(name: string): number;
}

/** A kernel of these files, by name without ".asm", with `code` behind them. */
export function kernel(
  files: readonly string[],
  constants: Readonly<Record<string, number>> = {},
  code = "",
): KernelImage {
  const equs = Object.entries(constants).map(([name, value]) => `${name} equ ${value}\n`);
  const source = [...equs, ...["start", ...files].map(read), code, read("end")].join("\n");
  const { bytes, symbols } = assemble(source, { mode: 32 });
  const symbol = (name: string): number => {
    const value = symbols.get(name);
    if (value === undefined) throw new Error(`the kernel has no ${name}`);
    return Number(value);
  };
  const start = symbol("start");
  const memorySize = symbol("bss_end") - LINKED_AT;
  const image = elf({ entry: start, pvhEntry: start, parts: [{ address: LINKED_AT, bytes, memorySize }] });
  return { bytes: image, symbol };
}
