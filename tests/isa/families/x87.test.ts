// Which encodings of D8 … DF are instructions, and their names: ours against iced-x86, for every modrm.
import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from "iced-x86";
import { expect, test } from "vitest";
import { decode, isFailure } from "../../../src/isa/decode.ts";
import { X87_ARITHMETIC } from "../../../src/isa/families/x87-arithmetic.ts";
import { X87_DATA } from "../../../src/isa/families/x87-data.ts";
import { X87_HELPERS } from "../../../src/isa/helpers/x87.ts";
import { HELPERS } from "../../../src/isa/helpers.ts";
import { effectsOf } from "../../../src/isa/readings/effects.ts";

const formatter = new Formatter(FormatterSyntax.Intel);

/** The mnemonic and the length that iced finds, or "". */
function iced(bytes: Uint8Array): { mnemonic: string; length: number } {
  const decoder = new Decoder(64, bytes, DecoderOptions.None);
  const insn = decoder.decode();
  const mnemonic = insn.isInvalid ? "" : (formatter.format(insn).split(" ")[0] ?? "");
  const { length } = insn;
  insn.free();
  decoder.free();
  return { mnemonic, length };
}

test.each([0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf])("opcode %i", (opcode) => {
  let instructions = 0;
  for (let modrm = 0; modrm < 256; modrm++) {
    const bytes = Uint8Array.of(opcode, modrm, 0x24, 1, 2, 3, 4, 5, 6, 7);
    const ours = decode(bytes, 0, { mode: 64 });
    const theirs = iced(bytes);
    const what = `${opcode.toString(16)} ${modrm.toString(16)}`;
    expect(isFailure(ours) ? "" : ours.mnemonic, what).toBe(theirs.mnemonic);
    if (isFailure(ours)) continue;
    expect(ours.length, what).toBe(theirs.length);
    expect(ours.modrm, what).toBe(modrm);
    instructions++;
  }
  expect(instructions).toBeGreaterThan(190);
});

test("a program may use every helper, and each row is gated", () => {
  const named = new Set<string>();
  for (const row of [...X87_ARITHMETIC, ...X87_DATA]) {
    expect(row.unit, row.id).toBe(row.mnemonic === "fwait" ? "fwait" : "x87");
    const bytes = Uint8Array.of(
      row.opcode,
      row.modrm ?? ((row.digit ?? 0) << 3) | (row.mod === "mem" ? 0 : 0xc0),
    );
    const insn = decode(bytes, 0, { mode: 32 });
    if (isFailure(insn)) throw new Error(`${row.id} does not decode`);
    expect(insn.row).toBe(row);
    const { helper, operands } = effectsOf(insn);
    named.add(helper ?? "");
    // A memory operand is either read or written.
    if (row.mod === "mem") expect(operands[0]?.read !== operands[0]?.written, row.id).toBe(true);
  }
  expect([...named].sort()).toEqual(Object.keys(X87_HELPERS).sort());
  expect(Object.keys(HELPERS)).toEqual(expect.arrayContaining(Object.keys(X87_HELPERS)));
});

test("only encodings that another row prints are alternates", () => {
  const rows = [...X87_ARITHMETIC, ...X87_DATA];
  const printed = new Set(rows.filter((row) => !row.alternate).map((row) => row.mnemonic));
  const alternates = rows.filter((row) => row.alternate).map((row) => row.mnemonic);
  expect(alternates.filter((name) => !printed.has(name)).sort()).toEqual([
    "ffreep",
    "fndisi",
    "fneni",
    "fnsetpm",
    "fstpnce",
  ]);
});
