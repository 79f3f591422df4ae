/* Machine code to basic blocks, for the tests of the cycle model. */
import { decode, isFailure } from "../../src/isa/decode.ts";
import type { Instruction } from "../../src/isa/instruction.ts";

/** Blocks of 64-bit code given in hexadecimal; a block ends after a relative branch. Throws where bytes decode to nothing. */
export function blocksOf(hex: string): Instruction[][] {
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
  const blocks: Instruction[][] = [];
  let block: Instruction[] = [];
  for (let at = 0; at < bytes.length; ) {
    const insn = decode(bytes, at, { mode: 64 });
    if (isFailure(insn)) throw new Error(`${hex}: ${insn.kind} at ${at}`);
    at += insn.length;
    block.push(insn);
    if (insn.operands.some((o) => o.kind === "relative") || at === bytes.length) {
      blocks.push(block);
      block = [];
    }
  }
  return blocks;
}
