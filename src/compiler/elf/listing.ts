/**
 * Object code as text for people: sections, pieces, the project's disassembly with places in the source and what relocations
 * refer to. It is not meant to be assembled again.
 */
import { disassemble } from "../../isa/disassemble.ts";
import type { ObjectCode, ObjectPiece, Relocation } from "../object.ts";

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
const offsetText = (offset: number): string => offset.toString(16).padStart(6, "0");

function relocationText({ kind, symbol, addend }: Relocation): string {
  // Relative fields count from their own start; people think from the next instruction.
  const shown = kind === "R_X86_64_PC32" || kind === "R_X86_64_PLT32" ? addend + 4 : addend;
  const sign = shown < 0 ? "-" : "+";
  return shown === 0 ? symbol : `${symbol}${sign}0x${Math.abs(shown).toString(16)}`;
}

function codeLines(piece: ObjectPiece): string[] {
  const out: string[] = [];
  const lines = piece.debug?.lines ?? [];
  const relocations = [...piece.relocations].sort((a, b) => a.offset - b.offset);
  let line = 0;
  let relocation = 0;
  let shown = "";
  for (const { address, bytes, text } of disassemble(piece.bytes)) {
    const offset = Number(address);
    while (line < lines.length && lines[line]!.offset <= offset) {
      const { file, line: number, column } = lines[line++]!.place;
      const place = `${file}:${number}:${column}`;
      if (place !== shown) out.push(`  ; ${place}`);
      shown = place;
    }
    const notes: string[] = [];
    while (relocation < relocations.length && relocations[relocation]!.offset < offset + bytes.length)
      notes.push(relocationText(relocations[relocation++]!));
    const note = notes.length === 0 ? "" : `  ; ${notes.join(", ")}`;
    out.push(`  ${offsetText(offset)}  ${hex(bytes).padEnd(30)}  ${text}${note}`);
  }
  return out;
}

const PER_LINE = 16;
function dataLines(piece: ObjectPiece): string[] {
  if (piece.kind === "zeros") return [`  ${piece.bytes.length} zeros`];
  const out: string[] = [];
  for (let at = 0; at < piece.bytes.length; at += PER_LINE) {
    const bytes = piece.bytes.subarray(at, at + PER_LINE);
    const notes = piece.relocations.filter((r) => r.offset >= at && r.offset < at + PER_LINE);
    const text = Array.from(bytes, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : ".")).join("");
    const note = notes.length === 0 ? "" : `  ; ${notes.map(relocationText).join(", ")}`;
    out.push(`  ${offsetText(at)}  ${hex(bytes).padEnd(PER_LINE * 3 - 1)}  ${text}${note}`);
  }
  return out;
}

/** All pieces, in their order. */
export function listing({ pieces }: ObjectCode): string {
  const out: string[] = [];
  let section = "";
  for (const piece of pieces) {
    if (piece.section !== section) out.push(`section ${piece.section}`, "");
    section = piece.section;
    const { debug, symbol, exported } = piece;
    const notes = [
      ...(debug !== undefined && debug.name !== symbol ? [debug.name] : []),
      ...(exported ? ["exported"] : []),
    ];
    out.push(`${symbol}:${notes.length > 0 ? `  ; ${notes.join(", ")}` : ""}`);
    out.push(...(piece.kind === "code" ? codeLines(piece) : dataLines(piece)), "");
  }
  return out.length === 0 ? "" : `${out.join("\n")}`;
}
