/* An instruction's bytes as text, for messages. */
import { decode, isFailure } from "../../src/isa/decode.ts";
import { text } from "../../src/isa/readings/text.ts";

export function disassembleLine(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  const insn = decode(bytes, 0, { mode: 64 });
  return isFailure(insn) ? `db ${hex}` : `${text(insn)} (${hex})`;
}
