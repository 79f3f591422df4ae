/* Forms: each decodes to its row, size and kind of address; no row is without one, and random bytes decode to nothing else. */
import { describe, expect, it } from "vitest";
import { shapeKey } from "../../src/engine/shape.ts";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { type AddressKind, allForms, type Form, formKey, formsOf } from "../../src/isa/forms.ts";
import type { Instruction, MemoryOperand } from "../../src/isa/instruction.ts";
import { FS } from "../../src/isa/state.ts";
import { TABLE } from "../../src/isa/table.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const memoryOf = (insn: Instruction): MemoryOperand | undefined =>
  insn.operands.find((o) => o.kind === "memory");

/** Whether a decoded address is what the kind says. Written from the kinds' description, not from the writer. */
function isKind(kind: AddressKind | undefined, m: MemoryOperand | undefined, insn: Instruction): boolean {
  if (kind === undefined || m === undefined) return kind === undefined && m === undefined;
  const full = insn.addressSize === 16 ? 2 : 4;
  const plain = m.base >= 0 && m.index < 0;
  switch (kind) {
    case "base":
    case "string":
      return plain && m.displacementSize === 0;
    case "base+disp8":
      return plain && m.displacementSize === 1;
    case "base+disp":
      return plain && m.displacementSize === full;
    case "base+index":
      return m.base >= 0 && m.index >= 0;
    case "index":
      return m.base < 0 && m.index >= 0 && m.displacementSize === full;
    case "absolute":
      return m.base < 0 && m.index < 0 && m.displacementSize === full && !m.ripRelative;
    case "rip":
      return m.ripRelative;
    case "segment":
      return plain && insn.segmentOverride >= (insn.mode === 64 ? FS : 0);
    case "offset":
    case "offset segment":
      return m.base < 0 && m.displacementSize === insn.addressSize / 8;
    case "string segment":
      return plain && insn.segmentOverride >= (insn.mode === 64 ? FS : 0);
  }
}

/** Empty if `insn` is of the form; else what differs. */
function difference(form: Form, bytes: Uint8Array): string {
  const insn = decode(bytes, 0, { mode: form.mode });
  const where = `${formKey(form)} ${hex(bytes)}`;
  if (isFailure(insn)) return `${where}: ${insn.kind}`;
  if (insn.length !== bytes.length) return `${where}: ${insn.length} bytes read`;
  const same =
    insn.row === form.row &&
    insn.size === form.size &&
    insn.addressSize === form.addressSize &&
    insn.lock === form.lock &&
    insn.repeat === form.repeat &&
    isKind(form.address, form.row.hasModrm || form.address ? memoryOf(insn) : undefined, insn);
  return same ? "" : `${where}: ${insn.row.id} size ${insn.size} address ${insn.addressSize}`;
}

describe("forms", () => {
  it("decode to their row, sizes, prefixes and kind of address", () => {
    const differences: string[] = [];
    for (const form of allForms()) {
      for (let seed = 0; seed < 3; seed++) {
        const d = difference(form, instance(form, seededDraws(seed)));
        if (d !== "") differences.push(d);
      }
    }
    expect(differences).toEqual([]);
  });

  it("exist for every row, and differ", () => {
    const keys = new Set<string>();
    const twice: string[] = [];
    const without: string[] = [];
    for (const row of TABLE) {
      const before = keys.size;
      for (const form of formsOf(row)) {
        const key = formKey(form);
        if (keys.has(key)) twice.push(key);
        keys.add(key);
      }
      if (keys.size === before) without.push(`${row.id} ${row.mnemonic}`);
    }
    expect(twice).toEqual([]);
    expect(without).toEqual([]);
  });

  it("depend on the seed alone", () => {
    const [row] = TABLE;
    for (const form of formsOf(row!)) {
      const once = hex(instance(form, seededDraws(7)));
      expect(hex(instance(form, seededDraws(7)))).toBe(once);
    }
  });

  it("cover every shape that random bytes decode to", () => {
    const key = (insn: Instruction): string => `${shapeKey(insn)}${insn.lock ? "|lock" : ""}`;
    const known = new Set<string>();
    for (const form of allForms()) {
      const insn = decode(instance(form, seededDraws(1)), 0, { mode: form.mode });
      if (!isFailure(insn)) known.add(key(insn));
    }
    const missing = new Set<string>();
    const bytes = new Uint8Array(15);
    const draws = seededDraws(42);
    // Half of the draws start with prefixes and an escape, so that the larger maps are met as often.
    const starts = [[], [], [], [0x66], [0xf3], [0xf2], [0x67], [0xf0], [0x48], [0x67, 0x66], [0x66, 0x48]];
    const escapes = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
    for (let i = 0; i < 200_000; i++) {
      const mode = ([16, 32, 64] as const)[i % 3]!;
      for (let j = 0; j < 15; j++) bytes[j] = draws.below(256);
      bytes.set([...starts[draws.below(starts.length)]!, ...escapes[draws.below(escapes.length)]!]);
      const insn = decode(bytes, 0, { mode });
      if (!isFailure(insn) && !known.has(key(insn))) missing.add(key(insn));
    }
    expect([...missing]).toEqual([]);
  });
});
