// The x87 environment: pointers, pending exceptions, and the formats of FNSTENV, FLDENV, FNSAVE, FRSTOR. Values come from
// the figures of SDM vol. 1 §8.1.10 and, where those leave it open, from sequences run on Zen 4.
import { beforeEach, expect, test } from "vitest";
import { decodeWith, isFailure } from "../../../src/isa/decode.ts";
import { buildDecodeTable } from "../../../src/isa/decode-table.ts";
import { X87_ARITHMETIC } from "../../../src/isa/families/x87-arithmetic.ts";
import { X87_DATA } from "../../../src/isa/families/x87-data.ts";
import type { HelperName } from "../../../src/isa/helpers.ts";
import { evaluate } from "../../../src/isa/readings/evaluate.ts";
import * as S from "../../../src/isa/state.ts";
import { Fault } from "../../../src/machine/fault.ts";
import type { Helper } from "../../../src/machine/helper.ts";
import { X87_IMPLEMENTATIONS } from "../../../src/machine/helpers/x87.ts";
import { READ_ONLY_PAGE, WRITABLE_PAGES } from "../../silicon/state.ts";
import { SiliconProcessor } from "./silicon-processor.ts";

const rows = [...X87_ARITHMETIC, ...X87_DATA];
const table = buildDecodeTable(rows);
const machine = new SiliconProcessor(rows, X87_IMPLEMENTATIONS);
const { cpu, memory } = machine;
const AT = WRITABLE_PAGES - READ_ONLY_PAGE;
const view = new DataView(memory.bytes.buffer, AT);

beforeEach(() => {
  machine.reset();
  memory.bytes.fill(0);
  cpu.setReg(S.RDI, BigInt(WRITABLE_PAGES));
  cpu.rip = 0x401000n;
});

const helpers: Readonly<Partial<Record<HelperName, Helper>>> = X87_IMPLEMENTATIONS;

/** Executes one instruction and moves on. */
function run(bytes: string, mode: 16 | 32 | 64 = 64): void {
  const insn = decodeWith(table, Uint8Array.from(Buffer.from(bytes.replaceAll(" ", ""), "hex")), 0, mode);
  if (isFailure(insn)) throw new Error(`${bytes} does not decode`);
  evaluate(insn, cpu, {
    raise: (exception, code): never => {
      throw new Fault(exception, code);
    },
    helper: (name, i) => {
      helpers[name]?.(cpu, i);
    },
  });
  cpu.rip = cpu.nextRip;
}

function vectorOf(bytes: string): number {
  try {
    run(bytes);
  } catch (fault) {
    if (fault instanceof Fault) return fault.vector;
    throw fault;
  }
  return -1;
}

const FNINIT = "db e3";
const FLD1 = "d9 e8";
const FLDZ = "d9 ee";
const FLD_M64 = "dd 07";
const FADD_ST0 = "d8 c0";
const FADD_M32 = "d8 07";
const FNSTENV = "d9 37";
const FLDENV = "d9 27";
const FLDCW = "d9 2f";
const FNSTSW_AX = "df e0";

const words32 = (n: number): number[] => Array.from({ length: n }, (_, i) => view.getUint32(4 * i, true));
const words16 = (n: number): number[] => Array.from({ length: n }, (_, i) => view.getUint16(2 * i, true));

test("every instruction but the control ones leaves its address, operand and opcode", () => {
  run(FNINIT);
  run(FLD_M64);
  run(FADD_ST0);
  run(FNSTSW_AX);
  run("db e2");
  run(FNSTENV);
  // FIP, FOP and CS of fadd; the operand of fld, which alone has one.
  expect(words32(7)).toEqual([
    0xffff037f,
    0xffff3800,
    0xffff7fff,
    0x00401004,
    0x00c00033,
    WRITABLE_PAGES,
    0xffff0000,
  ]);
  run(FNINIT);
  run(FNSTENV);
  expect(words32(7)).toEqual([0xffff037f, 0xffff0000, 0xffffffff, 0, 0, 0, 0xffff0000]);
});

test("the first prefix is the address, and fnop counts", () => {
  run("66 48 dd 07");
  expect(cpu.u64(S.FIP)).toBe(0x401000n);
  expect(cpu.u16(S.FOP)).toBe(0x507);
  run("d9 d0");
  expect([cpu.u64(S.FIP), cpu.u16(S.FOP)]).toEqual([0x401004n, 0x1d0]);
});

test("FNSTENV masks all exceptions, FNSAVE initialises, both without looking at what is pending", () => {
  view.setUint16(0, 0x340, true);
  run(FLDCW);
  run(FADD_ST0);
  expect(cpu.u16(S.FSW)).toBe(0x80c1);
  expect(vectorOf(FNSTENV)).toBe(-1);
  expect([cpu.u16(S.FCW), cpu.u16(S.FSW)]).toEqual([0x37f, 0x41]);
  expect(view.getUint32(4, true)).toBe(0xffff80c1);
  run(FLDENV);
  expect(cpu.u16(S.FSW)).toBe(0x80c1);
  expect(vectorOf(FLDENV)).toBe(16);
  expect(vectorOf("dd 37")).toBe(-1);
  expect([cpu.u16(S.FCW), cpu.u16(S.FSW), cpu.u16(S.FTW), cpu.u64(S.FIP)]).toEqual([0x37f, 0, 0xffff, 0n]);
  expect(vectorOf("dd 27")).toBe(-1);
  expect(cpu.u16(S.FSW)).toBe(0x80c1);
});

test("an unmasked exception is raised by the next waiting instruction, before it does anything", () => {
  view.setUint16(0, 0x340, true);
  run(FLDCW);
  run(FADD_ST0);
  const before = cpu.bytes.slice(0, S.YMM);
  cpu.setReg(S.RDI, 0n);
  // Not the page fault of its operand.
  expect(vectorOf(FADD_M32)).toBe(16);
  expect(vectorOf("9b")).toBe(16);
  expect(vectorOf("d9 d0")).toBe(16);
  expect(vectorOf(FLD1)).toBe(16);
  cpu.setReg(S.RDI, BigInt(WRITABLE_PAGES));
  expect(cpu.bytes.slice(0, S.YMM)).toEqual(before);
  expect(vectorOf(FNSTSW_AX)).toBe(-1);
  expect(cpu.reg(S.RAX, 16)).toBe(0x80c1n);
  expect(vectorOf("db e2")).toBe(-1);
  expect(vectorOf(FLD1)).toBe(-1);
});

test("with CR0.NE clear nothing comes over the external pin", () => {
  view.setUint16(0, 0x340, true);
  run(FLDCW);
  run(FADD_ST0);
  cpu.setU32(S.CR0, cpu.cr0 & ~0x20);
  expect(vectorOf("9b")).toBe(-1);
});

test("unmasking a flag that is set makes it pending, and masking it takes that back", () => {
  run(FADD_ST0);
  expect(cpu.u16(S.FSW)).toBe(0x41);
  view.setUint16(0, 0x37e, true);
  run(FLDCW);
  expect(cpu.u16(S.FSW)).toBe(0x80c1);
  cpu.setU16(S.FSW, 0x41);
  view.setUint16(0, 0xffff, true);
  run(FLDCW);
  expect([cpu.u16(S.FCW), cpu.u16(S.FSW)]).toEqual([0x1f7f, 0x41]);
});

test("tags are computed from what registers hold, also after MMX", () => {
  run(FLD1);
  run(FLDZ);
  run("dd 07");
  run("dd 27"); // frstor of zeros, then an environment with bogus tags
  view.setUint16(8, 0x0fb1, true);
  run(FLDENV);
  run(FNSTENV);
  // Only 11 said empty; the rest hold zero.
  expect(view.getUint16(8, true)).toBe(0x5f75);
  cpu.setU16(S.FTW, 0);
  cpu.setU64(S.X87, 5n);
  cpu.setU32(S.X87 + 8, 0xffff);
  run(FNSTENV);
  expect(view.getUint16(8, true)).toBe(0x5556);
});

test("16-bit protected format", () => {
  run(FLD1);
  run(FLD_M64);
  run("66 d9 37");
  // What follows the fourteen bytes is left alone.
  view.setUint16(14, 0x1111, true);
  expect(words16(8)).toEqual([0x37f, 0x3000, 0x1fff, 0x1002, 0x33, WRITABLE_PAGES & 0xffff, 0, 0x1111]);
  for (const [i, w] of [0x37f, 0x3800, 0x3fff, 0x1234, 0x5678, 0x9abc, 0xdef0].entries())
    view.setUint16(2 * i, w, true);
  run("66 d9 27");
  run(FNSTENV);
  expect(words32(7)).toEqual([0xffff037f, 0xffff3800, 0xffff3fff, 0x1234, 0x5678, 0x9abc, 0xffffdef0]);
});

/** Real-address mode: 16-bit code at f000:1000, data in segment 2340. */
function realMode(): void {
  cpu.setU64(S.EFER, 0n);
  cpu.setU32(S.CR0, 0x22);
  cpu.segment(S.CS).selector = 0xf000;
  cpu.segment(S.CS).attributes = 0x9b;
  cpu.segment(S.SS).attributes = 0x93;
  cpu.segment(S.DS).selector = 0x2340;
  cpu.rip = 0x1000n;
}

test("16- and 32-bit real formats keep linear addresses and the opcode", () => {
  realMode();
  cpu.setU64(S.FIP, 0x1000n);
  cpu.setU16(S.FCS, 0xf000);
  cpu.setU64(S.FDP, 0x5678n);
  cpu.setU16(S.FDS, 0x2340);
  cpu.setU16(S.FOP, 0x507);
  // The operand is [edi], by an address-size prefix.
  run("67 d9 37", 16);
  expect(words16(7)).toEqual([0x37f, 0, 0xffff, 0x1000, 0xf507, 0x8a78, 0x2000]);
  const linear = [0x1000 + 0xf0000, 0x5678 + 0x23400];
  run("67 d9 27", 16);
  expect([Number(cpu.u64(S.FIP)), Number(cpu.u64(S.FDP)), cpu.u16(S.FOP)]).toEqual([...linear, 0x507]);
  run("67 66 d9 37", 16);
  expect(words32(7)).toEqual([
    0xffff037f, 0xffff0000, 0xffffffff, 0xffff1000, 0x0000f507, 0xffff8a78, 0x00002000,
  ]);
  cpu.setU64(S.FIP, 0n);
  run("67 66 d9 27", 16);
  expect([Number(cpu.u64(S.FIP)), Number(cpu.u64(S.FDP)), cpu.u16(S.FOP)]).toEqual([...linear, 0x507]);
});

test("FNSAVE and FRSTOR keep the registers in the order of the stack", () => {
  run(FLD1);
  run(FLDZ);
  run("d9 eb"); // fldpi
  const stack = cpu.bytes.slice(S.X87, S.X87 + 128);
  run("dd 37");
  expect(view.getBigUint64(28, true)).toBe(0xc90fdaa22168c235n);
  expect(view.getUint16(36, true)).toBe(0x4000);
  expect(view.getUint16(28 + 28, true)).toBe(0x3fff);
  cpu.bytes.fill(0xee, S.X87, S.X87 + 128);
  for (let i = 0; i < 8; i++) cpu.bytes.fill(0, S.X87 + 16 * i + 10, S.X87 + 16 * i + 16);
  run("dd 27");
  expect(cpu.bytes.slice(S.X87, S.X87 + 128)).toEqual(stack);
  expect([cpu.u16(S.FSW), cpu.u16(S.FTW)]).toEqual([0x2800, 0x03ff]);
});
