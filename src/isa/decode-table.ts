/**
 * The opcode maps, built from the rows: for each map and opcode a dense array from the things that select a row
 * (mandatory prefix, W, L, modrm.mod, modrm.reg, modrm.rm, REX.B) to the row. Two rows that accept the same bytes,
 * rows that no bytes reach and rows that contradict the encoding are errors thrown when the table is built.
 * It does not read instruction bytes: decode.ts does. Source: SDM vol. 2A chapter 2 and vol. 2D appendix A.
 *
 * Mandatory prefixes: a row with one wins over a row without a `prefix` column, which accepts any. "none" excludes F3
 * and F2, and 66 too unless the row has operands that 66 sizes. In a VEX row no column means pp = 0.
 */
import type { Row } from "./row.ts";
import { isSizedBy66, type ModForms, modForms, operandSize, usesVvvv } from "./row-facts.ts";

/** A row and what the decoder looks up in it. */
export interface DecodeRow {
  readonly row: Row;
  readonly mod: ModForms;
  readonly usesVvvv: boolean;
  /** Whether some operand takes bytes after the address. */
  readonly hasImmediates: boolean;
  /** Operand size by sizeIndex(mode, has66, w). */
  readonly sizes: readonly (8 | 16 | 32 | 64)[];
}

/** Index of DecodeRow.sizes. */
export const sizeIndex = (mode: 16 | 32 | 64, has66: boolean, w: boolean): number =>
  (mode === 64 ? 8 : mode === 32 ? 4 : 0) + (has66 ? 2 : 0) + (w ? 1 : 0);

/** Mandatory prefix as the decoder counts it; VEX.pp has the same values. */
export const PREFIX_INDEX = { none: 0, "66": 1, f3: 2, f2: 3 } as const;

/** One opcode of one map. The index of `rows` is the sum of each selector times its stride; 0 where it selects nothing. */
export interface OpcodeEntry {
  readonly needsModrm: boolean;
  readonly prefix: number;
  readonly w: number;
  readonly l: number;
  readonly b: number;
  readonly mod: number;
  readonly reg: number;
  readonly rm: number;
  readonly rows: readonly (DecodeRow | undefined)[];
}

/** Entries by map × 256 + opcode, each built when it is first asked for: a short run meets few opcodes. */
export class OpcodeMaps {
  readonly #entries: (OpcodeEntry | null | undefined)[] = new Array(1024).fill(null);
  readonly #rows: readonly (readonly Row[] | undefined)[];

  constructor(rows: readonly (readonly Row[] | undefined)[]) {
    this.#rows = rows;
  }
  get(index: number): OpcodeEntry | undefined {
    const entry = this.#entries[index];
    return entry === null ? this.#build(index) : entry;
  }
  #build(index: number): OpcodeEntry | undefined {
    const rows = this.#rows[index];
    const plus = rows?.some((row) => row.plus);
    const entry =
      rows &&
      buildEntry(
        rows.map((row) => ({ decoded: decodeRow(row), exactB: plus === true && row.plus !== true })),
      );
    this.#entries[index] = entry;
    return entry;
  }
}

export interface DecodeTable {
  readonly legacy: { readonly other: OpcodeMaps; readonly in64: OpcodeMaps };
  readonly vex: { readonly other: OpcodeMaps; readonly in64: OpcodeMaps };
}

/**
 * A row at one opcode; `exactB` where it is the case without REX.B of an opcode that a +r row covers too: nop and pause
 * in xchg. F3 with REX.B is xchg with r8 (tried on Zen 4).
 */
interface Candidate {
  readonly decoded: DecodeRow;
  readonly exactB: boolean;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Bytes that are never opcodes of the one-byte map: escapes and legacy prefixes. */
const PREFIX_BYTES = new Set([0x0f, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

const immediatesOf = (row: Row): number =>
  row.operands.filter((s) => "letter" in s && "IAJLO".includes(s.letter)).length;

function checkRow(row: Row): void {
  const bad = (why: string): never => {
    throw new Error(`row ${row.id} "${row.mnemonic}": ${why}`);
  };
  if (row.evex !== undefined) bad("EVEX rows cannot be decoded yet");
  if (row.vex !== undefined && row.map === 0) bad("VEX has no one-byte map");
  if (row.vex !== undefined && row.lock) bad("LOCK before VEX is #UD");
  if (row.modrm !== undefined && row.modrm < 0xc0) bad("a whole modrm byte is a register form");
  if (row.modrm !== undefined && row.mod === "mem") bad("a whole modrm byte is a register form");
  if (row.w === 1 && row.vex === undefined && row.only === "i64")
    bad("REX.W does not exist outside 64-bit mode");
  if (row.lock && (modForms(row) === "reg" || modForms(row) === "none")) bad("lock wants a memory form");
  if (row.map === 0 && row.vex === undefined) {
    const last = row.opcode + (row.plus ? 7 : 0);
    if (PREFIX_BYTES.has(row.opcode)) bad("no bytes reach it: the opcode is a prefix");
    if (row.only !== "i64" && last >= 0x40 && row.opcode <= 0x4f)
      bad('in 64-bit mode no bytes reach it: a REX prefix; say only: "i64"');
  }
  if (immediatesOf(row) > 2) bad("more than two immediates");
}

/** Slots of the prefix selector that a row accepts, with a rank: the higher wins. */
function prefixSlots(row: Row): { index: number; rank: number }[] {
  if (row.vex !== undefined) return [{ index: PREFIX_INDEX[row.prefix ?? "none"], rank: 3 }];
  if (row.prefix === undefined) return range(4).map((index) => ({ index, rank: 1 }));
  const exact = { index: PREFIX_INDEX[row.prefix], rank: 3 };
  if (row.prefix === "none" && isSizedBy66(row)) return [exact, { index: PREFIX_INDEX["66"], rank: 2 }];
  return [exact];
}

/** The values of modrm.mod (0 memory, 1 register) a row accepts. */
function modSlots(mod: ModForms): number[] {
  return mod === "reg" ? [1] : mod === "mem" ? [0] : [0, 1];
}

function buildEntry(candidates: readonly Candidate[]): OpcodeEntry {
  let size = 1;
  const stride = (used: boolean, values: number): number => {
    if (!used) return 0;
    const s = size;
    size *= values;
    return s;
  };
  const some = (f: (c: Candidate) => boolean): boolean => candidates.some(f);
  const prefix = stride(
    some(({ decoded: { row } }) => row.prefix !== undefined || row.vex !== undefined),
    4,
  );
  const w = stride(
    some((c) => c.decoded.row.w !== undefined),
    2,
  );
  const l = stride(
    some(({ decoded: { row } }) => row.vex !== undefined && row.vex.l !== "ig"),
    2,
  );
  const b = stride(
    some((c) => c.exactB),
    2,
  );
  const mod = stride(
    some((c) => c.decoded.mod === "reg" || c.decoded.mod === "mem"),
    2,
  );
  const reg = stride(
    some(({ decoded: { row } }) => row.digit !== undefined || row.modrm !== undefined),
    8,
  );
  const rm = stride(
    some((c) => c.decoded.row.modrm !== undefined),
    8,
  );
  const rows: (DecodeRow | undefined)[] = new Array(size).fill(undefined);
  const ranks = new Uint8Array(size);

  const one = (used: number, value: number | undefined, values: number): number[] =>
    used === 0 ? [0] : value === undefined ? range(values) : [value];
  for (const { decoded, exactB } of candidates) {
    const { row } = decoded;
    const wSlots = one(w, row.w, 2);
    const lSlots = one(l, row.vex === undefined || row.vex.l === "ig" ? undefined : row.vex.l, 2);
    const bSlots = one(b, exactB ? 0 : undefined, 2);
    const mSlots = mod === 0 ? [0] : modSlots(decoded.mod);
    const regSlots = one(reg, row.modrm !== undefined ? (row.modrm >> 3) & 7 : row.digit, 8);
    const rmSlots = one(rm, row.modrm !== undefined ? row.modrm & 7 : undefined, 8);
    for (const p of prefix === 0 ? [{ index: 0, rank: 1 }] : prefixSlots(row)) {
      const rank = 2 * p.rank + (exactB ? 1 : 0);
      for (const iw of wSlots)
        for (const il of lSlots)
          for (const ib of bSlots)
            for (const im of mSlots)
              for (const ir of regSlots)
                for (const irm of rmSlots) {
                  const at = p.index * prefix + iw * w + il * l + ib * b + im * mod + ir * reg + irm * rm;
                  const other = rows[at];
                  if (other !== undefined && ranks[at] === rank) {
                    throw new Error(
                      `rows ${other.row.id} "${other.row.mnemonic}" and ${row.id} "${row.mnemonic}" accept the same bytes`,
                    );
                  }
                  if (rank > ranks[at]!) {
                    rows[at] = decoded;
                    ranks[at] = rank;
                  }
                }
    }
  }
  return {
    needsModrm: candidates.some((c) => c.decoded.row.hasModrm),
    prefix,
    w,
    l,
    b,
    mod,
    reg,
    rm,
    rows,
  };
}

const MODES = [16, 32, 64] as const;

const decodeRows = new WeakMap<Row, DecodeRow>();

function decodeRow(row: Row): DecodeRow {
  const known = decodeRows.get(row);
  if (known !== undefined) return known;
  checkRow(row);
  const sizes = MODES.flatMap((mode) =>
    [false, true].flatMap((has66) => [false, true].map((w) => operandSize(row, mode, has66, w))),
  );
  // sizeIndex counts modes in steps of 4
  const decoded = {
    row,
    mod: modForms(row),
    usesVvvv: usesVvvv(row),
    hasImmediates: immediatesOf(row) > 0,
    sizes,
  };
  decodeRows.set(row, decoded);
  return decoded;
}

/** Rows by map × 256 + opcode, of legacy or of VEX encoding, in 64-bit mode or outside it. */
function group(rows: readonly Row[], vex: boolean, in64: boolean): OpcodeMaps {
  const lists: (Row[] | undefined)[] = new Array(1024).fill(undefined);
  for (const row of rows) {
    if ((row.vex !== undefined) !== vex || row.only === (in64 ? "i64" : "o64")) continue;
    for (let i = 0; i < (row.plus ? 8 : 1); i++) {
      const at = row.map * 256 + row.opcode + i;
      const list = lists[at];
      if (list === undefined) lists[at] = [row];
      else list.push(row);
    }
  }
  return new OpcodeMaps(lists);
}

/**
 * The maps of a table that is known to be right: entries are built and checked as they are met. TABLE is held to
 * `buildDecodeTable` by a test.
 */
export function lazyDecodeTable(rows: readonly Row[]): DecodeTable {
  return {
    legacy: { other: group(rows, false, false), in64: group(rows, false, true) },
    vex: { other: group(rows, true, false), in64: group(rows, true, true) },
  };
}

/** Builds all of the maps. Throws an Error that names the rows where two accept the same bytes, or none reach one, or one is malformed. */
export function buildDecodeTable(rows: readonly Row[]): DecodeTable {
  const ids = new Set<string>();
  for (const row of rows) {
    if (ids.has(row.id)) throw new Error(`two rows have the id ${row.id} ("${row.mnemonic}")`);
    ids.add(row.id);
    checkRow(row);
  }
  const table = lazyDecodeTable(rows);
  const reached = new Set<Row>();
  for (const maps of [table.legacy.other, table.legacy.in64, table.vex.other, table.vex.in64]) {
    for (let i = 0; i < 1024; i++) {
      for (const decoded of maps.get(i)?.rows ?? []) if (decoded !== undefined) reached.add(decoded.row);
    }
  }
  for (const row of rows) {
    if (!reached.has(row)) throw new Error(`row ${row.id} "${row.mnemonic}": no bytes reach it`);
  }
  return table;
}
