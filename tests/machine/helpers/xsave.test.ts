// The XSAVE family against recorded silicon, and what cannot be recorded in user mode.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeWith, isFailure } from "../../../src/isa/decode.ts";
import { buildDecodeTable } from "../../../src/isa/decode-table.ts";
import { EXTENDED_STATE } from "../../../src/isa/families/extended-state.ts";
import type { Instruction } from "../../../src/isa/instruction.ts";
import * as S from "../../../src/isa/state.ts";
import type { Cpu } from "../../../src/machine/cpu.ts";
import { Fault } from "../../../src/machine/fault.ts";
import { EXTENDED_STATE_IMPLEMENTATIONS } from "../../../src/machine/helpers/extended-state.ts";
import { compactedLayout, inUse, standardSize } from "../../../src/machine/helpers/extended-state-layout.ts";
import { READ_ONLY_PAGE, WRITABLE_PAGES } from "../../silicon/state.ts";
import { SiliconProcessor } from "./silicon-processor.ts";
import { CASE_SIZE, CASES, makeCase, OPERATIONS, packCase, STATE_SIZE, unpackCase } from "./xsave-cases.ts";

const table = buildDecodeTable(EXTENDED_STATE);
const BYTES: Record<string, readonly number[]> = {
  xsave: [0x0f, 0xae, 0x27],
  xsaveopt: [0x0f, 0xae, 0x37],
  xsavec: [0x0f, 0xc7, 0x27],
  xrstor: [0x0f, 0xae, 0x2f],
  xsaves: [0x0f, 0xc7, 0x2f],
  xrstors: [0x0f, 0xc7, 0x1f],
};

function instruction(name: string): Instruction {
  const bytes = BYTES[name.replace("64", "")] ?? [];
  const insn = decodeWith(table, Uint8Array.from(name.endsWith("64") ? [0x48, ...bytes] : bytes), 0, 64);
  if (isFailure(insn)) throw new Error(`${name} does not decode`);
  expect(insn.mnemonic).toBe(name);
  return insn;
}

/** Runs an instruction with edx:eax = mask at the writable pages + offset. The vector of its fault, or −1. */
function run(cpu: Cpu, name: string, mask: number, offset = 0): number {
  const insn = instruction(name);
  const { row } = insn;
  cpu.setReg(S.RAX, BigInt(mask));
  cpu.setReg(S.RDX, 0n);
  cpu.setReg(S.RDI, BigInt(WRITABLE_PAGES + offset));
  // as: the family's mnemonics, without 64, are its helpers
  const helper = row.mnemonic.replace("64", "") as keyof typeof EXTENDED_STATE_IMPLEMENTATIONS;
  try {
    EXTENDED_STATE_IMPLEMENTATIONS[helper](cpu, insn);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return fault.vector;
  }
  return -1;
}

function processor(): SiliconProcessor {
  const p = new SiliconProcessor(EXTENDED_STATE, EXTENDED_STATE_IMPLEMENTATIONS);
  p.cpu.setU64(S.XCR0, 7n);
  return p;
}

const AREA = WRITABLE_PAGES - READ_ONLY_PAGE;
/** The mask of mxcsr, which processors differ in. */
const MASK_AT = 30;

test("XSAVE, XSAVEOPT, XSAVEC and XRSTOR leave what silicon leaves", () => {
  const recorded = gunzipSync(readFileSync(new URL("xsave.bin.gz", import.meta.url)));
  expect(recorded.length).toBe(CASES * CASE_SIZE);
  const { cpu, memory } = processor();
  const faults = new Map<number, number>();
  for (let number = 0; number < CASES; number++) {
    const c = makeCase(number);
    const packed = packCase(c);
    for (let i = 0; i < CASE_SIZE; i++) packed[i] = packed[i]! ^ recorded[number * CASE_SIZE + i]!;
    const expected = unpackCase(packed);
    const name = OPERATIONS[c.operation] ?? "";
    const what = `case ${number}: ${name} mask ${c.mask}`;

    memory.bytes.fill(0);
    memory.bytes.set(c.state, AREA + 2048);
    expect(run(cpu, "xrstor64", 7, 2048), what).toBe(-1);
    memory.bytes.set(c.area, AREA);
    const vector = run(cpu, name, c.mask, c.offset);
    expect(vector, what).toBe(expected.vector);
    faults.set(vector, (faults.get(vector) ?? 0) + 1);
    if (vector < 0) expect(run(cpu, "xsave64", 7, 2048), what).toBe(-1);
    const area = memory.bytes.slice(AREA, AREA + c.area.length);
    const state = memory.bytes.slice(AREA + 2048, AREA + 2048 + STATE_SIZE);
    if (area[MASK_AT] !== c.area[MASK_AT]) area[MASK_AT] = expected.area[MASK_AT]!;
    state[MASK_AT] = expected.state[MASK_AT]!;
    expect(hex(area), what).toBe(hex(expected.area));
    expect(hex(state), what).toBe(hex(expected.state));
  }
  expect(faults.get(-1)).toBeGreaterThan(800);
  expect(faults.get(13)).toBeGreaterThan(50);
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").replaceAll(/.{64}/g, "$&\n");

test("CR4.OSXSAVE, CR0.TS and privilege", () => {
  const { cpu } = processor();
  for (const name of ["xsave", "xsaveopt", "xsavec", "xrstor"]) expect(run(cpu, name, 7)).toBe(-1);
  for (const name of ["xsaves", "xrstors"]) expect(run(cpu, name, 7)).toBe(13);
  cpu.segment(S.SS).attributes &= ~0x60;
  expect(run(cpu, "xsaves", 7)).toBe(-1);
  expect(run(cpu, "xrstors", 7)).toBe(-1);
  // XRSTORS knows the compacted format only.
  expect(run(cpu, "xsave", 7, 1024)).toBe(-1);
  expect(run(cpu, "xrstors", 7, 1024)).toBe(13);
  cpu.setU32(S.CR0, cpu.cr0 | 8);
  for (const name of Object.keys(BYTES)) expect(run(cpu, name, 7), name).toBe(7);
  cpu.setU32(S.CR4, cpu.cr4 & ~(1 << 18));
  for (const name of Object.keys(BYTES)) expect(run(cpu, name, 7), name).toBe(6);
});

test("a page fault leaves nothing behind", () => {
  const { cpu, memory } = processor();
  memory.bytes.fill(0xa5);
  // The header is in the next page, which does not exist.
  expect(run(cpu, "xsave", 7, 0x2000 - 512)).toBe(14);
  expect(memory.bytes.every((b) => b === 0xa5)).toBe(true);
});

test("the pointers, in both formats", () => {
  const { cpu } = processor();
  cpu.setU64(S.FIP, 0x1234_5678_9abc_def0n);
  cpu.setU64(S.FDP, 0xfedc_ba98_7654_3210n);
  cpu.setU16(S.FCS, 0x33);
  cpu.setU16(S.FDS, 0x2b);
  cpu.setU16(S.FOP, 0x5a5);
  run(cpu, "xsave", 1);
  run(cpu, "xrstor", 1);
  expect([cpu.u64(S.FIP), cpu.u16(S.FCS), cpu.u64(S.FDP), cpu.u16(S.FDS), cpu.u16(S.FOP)]).toEqual([
    0x9abc_def0n,
    0x33,
    0x7654_3210n,
    0x2b,
    0x5a5,
  ]);
  cpu.setU64(S.FIP, 0x1234_5678_9abc_def0n);
  run(cpu, "xsave64", 1);
  run(cpu, "xrstor64", 1);
  expect([cpu.u64(S.FIP), cpu.u16(S.FCS), cpu.u16(S.FDS)]).toEqual([0x1234_5678_9abc_def0n, 0, 0]);
  expect(inUse(cpu)).toBe(1n);
});

test("outside 64-bit mode there are eight xmm registers", () => {
  const { cpu, memory } = processor();
  const in32 = (bytes: readonly number[]): Instruction => {
    const insn = decodeWith(table, Uint8Array.from(bytes), 0, 32);
    if (isFailure(insn)) throw new Error("does not decode");
    return insn;
  };
  for (let i = 0; i < 16; i++) cpu.setXmm(i, BigInt(0x1111 * i));
  memory.bytes.fill(0xa5);
  cpu.setReg(S.RDI, BigInt(WRITABLE_PAGES));
  EXTENDED_STATE_IMPLEMENTATIONS.fxsave(cpu, in32([0x0f, 0xae, 0x07]));
  expect(memory.bytes[AREA + 160 + 7 * 16]).toBe(0x77);
  expect(memory.bytes.subarray(AREA + 160 + 8 * 16, AREA + 512).every((b) => b === 0xa5)).toBe(true);
  for (let i = 0; i < 16; i++) cpu.setXmm(i, 5n);
  EXTENDED_STATE_IMPLEMENTATIONS.fxrstor(cpu, in32([0x0f, 0xae, 0x0f]));
  expect(Array.from({ length: 16 }, (_, i) => Number(cpu.xmm(i)))).toEqual([
    ...Array.from({ length: 8 }, (_, i) => 0x1111 * i),
    ...new Array(8).fill(5),
  ]);
});

test("sizes are those of the manual", () => {
  expect([0n, 1n, 3n, 7n].map(standardSize)).toEqual([576, 576, 576, 832]);
  expect([3n, 7n].map((mask) => compactedLayout(mask).size)).toEqual([576, 832]);
});
