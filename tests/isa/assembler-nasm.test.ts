/*
 * The assembler against NASM: the text of every row and form, and hand-written lines with what users write. The bytes are
 * the same, or as many that decode to the same instruction; where ours are fewer or NASM means something else, the line
 * is listed with the reason.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { AssemblerError } from "../../src/isa/assembler/error.ts";
import { registerNamed } from "../../src/isa/assembler/registers.ts";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { disassemble } from "../../src/isa/disassemble.ts";
import { encode } from "../../src/isa/encode.ts";
import type { Instruction, Operand } from "../../src/isa/instruction.ts";
import { text } from "../../src/isa/readings/text.ts";
import { TABLE } from "../../src/isa/table.ts";
import { requireTool } from "../support/tools.ts";
import { Draw, formsOf } from "./forms.ts";
import { nasm, SLOT } from "./nasm.ts";

const ORIGIN = 0x1000;
const MODES = [16, 32, 64] as const;

const textOf = (bytes: Uint8Array, mode: 16 | 32 | 64, base: number): string =>
  Array.from(disassemble(bytes, { mode, base: BigInt(base) }), (l) => l.text).join("; ");

function ours(source: string, mode: 16 | 32 | 64, origin: number): Uint8Array | string {
  try {
    return assemble(source, { mode, origin: BigInt(origin) }).bytes;
  } catch (error) {
    if (error instanceof AssemblerError) return error.message;
    throw error;
  }
}

/** Whether our bytes do as well as NASM's. */
function asGood(mine: Uint8Array, theirs: Uint8Array, mode: 16 | 32 | 64, base: number): boolean {
  if (Buffer.compare(mine, theirs) === 0) return true;
  return (
    mine.length <= theirs.length &&
    sameMeaning(textOf(mine, mode, base)) === sameMeaning(textOf(theirs, mode, base))
  );
}

/** Our text as NASM has it; undefined where its syntax has no such form, or it makes something else of it. */
function inNasm(insn: Instruction, ours: string): string | undefined {
  const { row } = insn;
  const letters = row.operands.map((s) => ("letter" in s ? s.letter : ""));
  // NASM takes rip-relative numbers for absolute, gives o16 and o32 branches displacements of the other size, and
  // makes [ebp+ebp], in another segment, of [ebp*2].
  if (/\[[er]ip|^data|bp\*2/.test(ours)) return undefined;
  // 16-bit results of 16 bits are taken for those of 8; the manual's "reg" is 32 bits wide for it.
  if (/^mov[sz]x$/.test(row.mnemonic) && row.opcode & 1 && insn.size === 16) return undefined;
  if (/^(sldt|pextr[bw])$/.test(row.mnemonic) && insn.size === 64) return undefined;
  // It cuts 64-bit offsets unless told their size.
  if (letters.includes("O") && insn.mode === 64) return undefined;
  // Sizes of addresses without registers cannot be told to it in our notation.
  const other = insn.addressSize !== insn.mode;
  if (other && insn.operands.some((o) => o.kind === "memory" && o.base < 0 && o.index < 0)) return undefined;
  if (letters.includes("X") || letters.includes("Y")) {
    if (insn.segmentOverride >= 0 || other) return undefined;
    return ours.replace(/ \w+ ptr .*$| dx, .*$/, "");
  }
  return ours
    .replace(/\b([c-gs]s):\[/, "[$1:")
    .replace(/st\((\d)\)/g, "st$1")
    .replaceAll("xmmword", "oword")
    .replace(/far dword ptr/, "far word")
    .replace(/far fword ptr/, "far dword")
    .replace(/far tbyte ptr/, "far qword")
    .replace(/^(\w+ )fword ptr/, "$1")
    .replace("tbyte ptr", "tword")
    .replace(/far (?=\d)/, "")
    .replace(/^(.*)fpu\w+ ptr /, insn.size === 16 ? "o16 $1" : "o32 $1")
    .replace(/addr(16|32|64)/, "a$1");
}

const unsized = (theirs: string): string =>
  theirs.replace(/(?<!o)\b(byte|word|dword|qword|tword|fword|oword) (ptr )?(?=\[)/, "");

/** NASM 2.16 has no forms of these where the sizes are what the SDM allows but nobody wants. */
const NOT_IN_NASM = new Set(["movsxd", "bswap", "sysretq", "sysexitq", "pcmpestrm64", "pcmpestri64"]);

/** Branches stay near, so that NASM's idea of wrapping does not matter. */
const near = (o: Operand): Operand =>
  o.kind === "relative" ? { ...o, displacement: o.displacement % 100 } : o;

/** [rax*2] and [rax+rax] are the same address, and xchg's order says nothing. */
const sameMeaning = (x: string): string =>
  x
    .replace(/\b(\w+)\*2(?=[-+\]])/g, "$1+$1")
    .replace(
      /^(lock )?xchg (\w+), (\w+)$/,
      (_, lock, a, b) => `${lock ?? ""}xchg ${[a, b].sort().join(", ")}`,
    );

/** mov rax, 1 became mov eax, 1, which clears the upper half too. */
const isNarrowed = (before: string, after: string): boolean => {
  const [, wide, source] = /^mov (r\w+), (\w+)$/.exec(before) ?? [];
  const [, narrow, again] = /^mov (\w+), (\w+)$/.exec(after) ?? [];
  const register = wide === undefined ? undefined : registerNamed(wide);
  const half = narrow === undefined ? undefined : registerNamed(narrow);
  return source === again && register?.index === half?.index && register?.width === 64 && half?.width === 32;
};

/** Instructions of all rows and forms in a mode, with their text at ORIGIN + slot × i. */
function* texts(
  mode: 16 | 32 | 64,
  slot: number,
  copies: number,
): Generator<{ insn: Instruction; source: string }> {
  const draw = new Draw(3);
  let i = 0;
  for (const row of TABLE) {
    if (row.alternate) continue;
    for (const { operands, context } of formsOf(row, copies, draw)) {
      if (context.mode !== mode) continue;
      const insn = decode(encode(row, operands.map(near), context), 0, { mode });
      if (isFailure(insn)) throw new Error(`${row.id}: ${insn.kind}`);
      yield { insn, source: text(insn, { rip: BigInt(ORIGIN + slot * i++) }) };
    }
  }
}

/** The lines of assembler-lines.txt for a mode. */
function handWritten(mode: 16 | 32 | 64): string[] {
  const file = readFileSync(new URL("assembler-lines.txt", import.meta.url), "utf8");
  const part = file.split(/^\[(?=\d)/m).find((p) => p.startsWith(`${mode}]`)) ?? "";
  return part
    .split("\n")
    .slice(1)
    .filter((l) => l !== "");
}

describe("assemble", () => {
  it.each(MODES)("reads the text of every row and form in %i-bit mode", (mode) => {
    const problems: string[] = [];
    let compared = 0;
    for (const { insn, source } of texts(mode, 0, 2)) {
      const back = ours(source, mode, ORIGIN);
      compared++;
      if (typeof back === "string") {
        problems.push(`${source}: ${back}`);
        continue;
      }
      const again = textOf(back, mode, ORIGIN);
      if (sameMeaning(again) !== sameMeaning(source) && !isNarrowed(source, again)) {
        problems.push(`${source}: became ${again}`);
      }
      // A 16-bit address without registers would be shorter in 32-bit mode, but nobody writes so.
      else if (back.length > insn.length && insn.addressSize === mode) {
        problems.push(`${source}: ${back.length} bytes, not ${insn.length}`);
      }
    }
    expect(problems.slice(0, 40)).toEqual([]);
    expect(compared).toBeGreaterThan(1000);
  });

  it.for(MODES)("makes what NASM makes of every row and form in %i-bit mode", (mode, ctx) => {
    const list = [...texts(mode, SLOT, 1)].map(({ insn, source }) => ({
      source,
      theirs: inNasm(insn, source),
    }));
    const program = requireTool(ctx, "nasm");
    const found = nasm(
      program,
      list.map((x) => x.theirs ?? ""),
      mode,
      ORIGIN,
    );
    // Where it knows no size, or another one, it may do without.
    const again = list.map(({ theirs }, i) => (found[i] === undefined ? unsized(theirs ?? "") : ""));
    const second = nasm(program, again, mode, ORIGIN);
    const problems: string[] = [];
    const refused = new Set<string>();
    let same = 0;
    for (const [i, { source, theirs }] of list.entries()) {
      if (theirs === undefined) continue;
      const peer = found[i] ?? second[i];
      const base = ORIGIN + SLOT * i;
      const mine = ours(source, mode, base);
      if (peer === undefined) refused.add(theirs.split(" ")[0]!);
      else if (typeof mine === "string") problems.push(`${source}: ${mine}`);
      else if (asGood(mine, peer, mode, base)) same++;
      else
        problems.push(
          `${source}: ${Buffer.from(mine).toString("hex")}, NASM ${Buffer.from(peer).toString("hex")}`,
        );
    }
    expect(problems.slice(0, 60)).toEqual([]);
    expect(same).toBeGreaterThan(800);
    expect([...refused].filter((m) => !NOT_IN_NASM.has(m))).toEqual([]);
  });

  it.for(MODES)(
    "makes what NASM makes of lines that users write in %i-bit mode, or refuses them too",
    (mode, ctx) => {
      const lines = handWritten(mode);
      const peers = nasm(requireTool(ctx, "nasm"), lines, mode, ORIGIN);
      const problems: string[] = [];
      for (const [i, line] of lines.entries()) {
        const base = ORIGIN + SLOT * i;
        const peer = peers[i];
        const mine = ours(line, mode, base);
        if (peer === undefined) {
          if (typeof mine !== "string") problems.push(`${line}: NASM refuses it`);
        } else if (typeof mine === "string") problems.push(`${line}: ${mine}`);
        else if (!asGood(mine, peer, mode, base)) {
          problems.push(
            `${line}: ${Buffer.from(mine).toString("hex")}, NASM ${Buffer.from(peer).toString("hex")}`,
          );
        }
      }
      expect(problems).toEqual([]);
      expect(lines.length).toBeGreaterThan(80);
    },
  );

  it.each([16, 32] as const)("refuses in %i-bit mode whatever names what only 64-bit mode has", (mode) => {
    const names = /\b(r[a-ds][xip]|r[bs]p|r\d+[dwbl]?|[sd]il|[sb]pl|xmm\d\d|xmm[89]|[cd]r[89]|[er]ip)\b/;
    const taken: string[] = [];
    let tried = 0;
    for (const { source } of texts(64, 0, 2)) {
      if (!names.test(source)) continue;
      tried++;
      const mine = ours(source, mode, ORIGIN);
      if (typeof mine !== "string") taken.push(`${source}: ${Buffer.from(mine).toString("hex")}`);
    }
    expect(taken).toEqual([]);
    expect(tried).toBeGreaterThan(500);
  });

  // Where we mean something else than NASM, and why.
  it.each([
    ["mov rax, [0x1122334455667788]", "48a18877665544332211", "a 64-bit offset is taken whole, not cut"],
    ["mov ecx, [0x80000000]", "678b0c2500000080", "an address that only 32-bit addressing reaches"],
    ["mov rax, [rel 0x2000]", "488b05f90f0000", "rel of a number counts from rip too"],
    ["mov eax, [rip+5]", "8b0505000000", "our own text is read back"],
    ["data16 push 5", "666a05", "the prefix is an operand size here"],
  ])("%s is %s: %s", (line, hex) => {
    const mine = ours(line, 64, ORIGIN);
    expect(typeof mine === "string" ? mine : Buffer.from(mine).toString("hex")).toBe(hex);
  });
});
