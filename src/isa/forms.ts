/**
 * Every form in which a row can be decoded: mode, operand size, address size, register or memory with its kind of
 * address, LOCK, REP. The engine builds a handler for each shape that these reach, and tests run over them; so nothing
 * that decode.ts accepts may be missing, except prefixes that change neither operands nor sizes.
 *
 * This file says which forms there are; form-bytes.ts writes an instruction of one. Source: SDM vol. 2A chapter 2.
 */
import { decode, decodeTable, isFailure } from "./decode.ts";
import { type AddressKind, type Form, instance, seededDraws } from "./form-bytes.ts";
import type { Row } from "./row.ts";
import { isSizedBy66, type Mode, modForms, type OperandSize, operandSize } from "./row-facts.ts";
import { TABLE } from "./table.ts";

export type { AddressKind, Form } from "./form-bytes.ts";

const MODES = [16, 32, 64] as const;
const ADDRESS_SIZES = { 16: [16, 32], 32: [32, 16], 64: [64, 32] } as const;

const KINDS16 = ["base", "base+disp8", "base+disp", "base+index", "absolute", "segment"] as const;
const KINDS32 = [
  "base",
  "base+disp8",
  "base+disp",
  "base+index",
  "index",
  "absolute",
  "segment",
] as const satisfies readonly AddressKind[];
const KINDS64 = [...KINDS32, "rip"] as const satisfies readonly AddressKind[];

function hasLetter(row: Row, letters: string): boolean {
  return row.operands.some((s) => "letter" in s && letters.includes(s.letter));
}

/** Kinds of address that the row takes; undefined among them where it also, or only, has a form without. */
function addressKinds(row: Row, mode: Mode, addressSize: 16 | 32 | 64): readonly (AddressKind | undefined)[] {
  if (hasLetter(row, "O")) return ["offset", "offset segment"];
  const kinds = addressSize === 16 ? KINDS16 : mode === 64 ? KINDS64 : KINDS32;
  switch (modForms(row)) {
    case "mem":
      return kinds;
    case "both":
      return [undefined, ...kinds];
    default:
      if (hasLetter(row, "X")) return ["string", "string segment"];
      return hasLetter(row, "Y") ? ["string"] : [undefined];
  }
}

interface Size {
  readonly size: OperandSize;
  readonly has66: boolean;
  readonly w: boolean;
}

/** The operand sizes of a row in a mode, each with the first prefixes that give it. */
function sizesOf(row: Row, mode: Mode): Size[] {
  const may66 = row.vex === undefined && row.prefix !== "66" && (row.prefix !== "none" || isSizedBy66(row));
  const mayW = row.w === undefined ? row.vex !== undefined || mode === 64 : row.w === 1;
  const found = new Map<OperandSize, Size>();
  for (const w of row.w === 1 ? [true] : mayW ? [false, true] : [false]) {
    if (w && row.vex === undefined && mode !== 64) continue;
    for (const has66 of may66 ? [false, true] : [false]) {
      const size = operandSize(row, mode, has66, w);
      const made = { size, has66, w };
      if (!found.has(size) && belongsTo(row, mode, made)) found.set(size, made);
    }
  }
  return [...found.values()];
}

/**
 * Whether bytes with these prefixes are this row, and not another's that has them as its mandatory prefix or W.
 * Throws an Error where they are no instruction at all: then the enumeration is wrong.
 */
function belongsTo(row: Row, mode: Mode, size: Size): boolean {
  const [address] = addressKinds(row, mode, mode);
  const form: Form = {
    ...size,
    row,
    mode,
    addressSize: mode,
    address,
    lock: false,
    repeat: "none",
    taken: takenRegisters(row, mode),
  };
  const bytes = instance(form, seededDraws(1));
  const insn = decode(bytes, 0, { mode });
  if (isFailure(insn)) {
    throw new Error(`${formKey(form)} (${row.mnemonic}): ${insn.kind}, ${hex(bytes)}`);
  }
  return insn.row === row;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");

function takenRegisters(row: Row, mode: Mode): readonly number[] {
  if (!row.plus) return [];
  const { in64, other } = decodeTable().legacy;
  const entries = mode === 64 ? in64 : other;
  return [0, 1, 2, 3, 4, 5, 6, 7].filter((r) => {
    const entry = entries.get(row.map * 256 + row.opcode + r);
    return entry !== undefined && entry.b !== 0;
  });
}

/** All forms of a row of TABLE, in a stable order. */
export function* formsOf(row: Row): Generator<Form> {
  for (const mode of MODES) {
    if (row.only === (mode === 64 ? "i64" : "o64")) continue;
    const taken = takenRegisters(row, mode);
    for (const size of sizesOf(row, mode)) {
      for (const addressSize of ADDRESS_SIZES[mode]) {
        for (const address of addressKinds(row, mode, addressSize)) {
          const form: Form = {
            ...size,
            row,
            mode,
            addressSize,
            address,
            lock: false,
            repeat: "none",
            taken,
          };
          yield form;
          if (row.lock && address !== undefined) yield { ...form, lock: true };
          if (row.rep !== undefined) {
            yield { ...form, repeat: "rep" };
            yield { ...form, repeat: "repne" };
          }
        }
      }
    }
  }
}

/** All forms of all rows. */
export function* allForms(rows: readonly Row[] = TABLE): Generator<Form> {
  for (const row of rows) yield* formsOf(row);
}

/** A name for the form, unique among all. */
export function formKey(form: Form): string {
  const { row, mode, size, addressSize, address, lock, repeat } = form;
  const prefixes = `${lock ? "|lock" : ""}${repeat === "none" ? "" : `|${repeat}`}`;
  return `${row.id}|${mode}|${size}|a${addressSize}|${address ?? "register"}${prefixes}`;
}
