/**
 * Descriptor-table registers, the local descriptor table, the task register, and the instructions that ask what a
 * selector allows (SDM vol. 2: LGDT, LIDT, SGDT, SIDT, LLDT, SLDT, LTR, STR, LAR, LSL, VERR, VERW, ARPL).
 */
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import { isCanonical } from "../canonical.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import {
  type Descriptor,
  fillNull,
  fillSegment,
  findDescriptor,
  isNull,
  linearAddress,
  requireDescriptor,
  SYSTEM_TYPE,
  selectorError,
  upperHalf,
} from "../segmentation.ts";
import { requireNoUmip } from "./system-control.ts";

/** These exist in protected mode only. */
function requireProtected(cpu: Cpu): void {
  if (!cpu.protectedMode || cpu.virtual8086) throw new Fault("UD");
}

function loadTable(register: number): Helper {
  return (cpu, insn) => {
    cpu.requireCpl0();
    const bytes = insn.mode === 64 ? 10 : 6;
    const value = cpu.read(cpu.operandLinear(insn, 0, false, bytes), bytes);
    let base = value >> 16n;
    if (insn.mode === 64) {
      if (!isCanonical(cpu, base)) throw new Fault("GP", 0);
    } else if (insn.size === 16) base &= 0xffffffn;
    cpu.setU64(register, base);
    cpu.setU32(register + 8, Number(value & 0xffffn));
    cpu.hooks.contextChanged();
  };
}

function storeTable(register: number): Helper {
  return (cpu, insn) => {
    requireNoUmip(cpu);
    const bytes = insn.mode === 64 ? 10 : 6;
    const value = (cpu.u64(register) << 16n) | BigInt(cpu.u32(register + 8) & 0xffff);
    cpu.write(cpu.operandLinear(insn, 0, true, bytes), bytes, BigInt.asUintN(bytes * 8, value));
  };
}

function storeSelector(index: number): Helper {
  return (cpu, insn) => {
    requireProtected(cpu);
    requireNoUmip(cpu);
    cpu.writeOperand(insn, 0, BigInt(cpu.segment(index).selector));
  };
}

/** A descriptor of the GDT for LLDT and LTR: with a 64-bit base in IA-32e mode. */
function systemDescriptor(
  cpu: Cpu,
  selector: number,
  types: readonly number[],
): { d: Descriptor; base: bigint } {
  const bad = () => new Fault("GP", selectorError(selector));
  if ((selector & 4) !== 0) throw bad();
  const d = requireDescriptor(cpu, selector);
  if (!types.includes(d.attributes & 0x1f)) throw bad();
  let base = d.base;
  if (cpu.longMode) {
    const upper = upperHalf(cpu, d);
    if (upper === undefined) throw bad();
    base |= BigInt.asUintN(32, upper) << 32n;
    if (!isCanonical(cpu, base)) throw bad();
  }
  if (!d.present) throw new Fault("NP", selectorError(selector));
  return { d, base };
}

const lldt: Helper = (cpu, insn) => {
  requireProtected(cpu);
  cpu.requireCpl0();
  const selector = Number(cpu.readOperand(insn, 0));
  if (isNull(selector)) {
    fillNull(cpu, S.LDTR, selector);
    return;
  }
  const { d, base } = systemDescriptor(cpu, selector, [SYSTEM_TYPE.ldt]);
  fillSegment(cpu, S.LDTR, selector, d);
  const ldtr = cpu.segment(S.LDTR);
  ldtr.attributes = d.attributes;
  ldtr.base = base;
};

const ltr: Helper = (cpu, insn) => {
  requireProtected(cpu);
  cpu.requireCpl0();
  const selector = Number(cpu.readOperand(insn, 0));
  if (isNull(selector)) throw new Fault("GP", 0);
  const types = cpu.longMode ? [SYSTEM_TYPE.tss32] : [SYSTEM_TYPE.tss16, SYSTEM_TYPE.tss32];
  const { d, base } = systemDescriptor(cpu, selector, types);
  const busy = d.attributes | 2;
  cpu.memory.writeSystem(linearAddress(cpu, d.address + 5n), 1, BigInt(busy & 0xff));
  fillSegment(cpu, S.TR, selector, d);
  const tr = cpu.segment(S.TR);
  tr.attributes = busy;
  tr.base = base;
};

/** System types that LAR and LSL accept (SDM vol. 2A, tables 3-53 and 3-56); in IA-32e mode only those that exist. */
const LAR_TYPES = new Set([1, 2, 3, 4, 5, 9, 0xb, 0xc]);
const LAR_TYPES_LONG = new Set([2, 9, 0xb, 0xc]);
const LSL_TYPES = new Set([1, 2, 3, 9, 0xb]);
const LSL_TYPES_LONG = new Set([2, 9, 0xb]);

/** The descriptor if the program may see it; undefined clears ZF. */
function visible(cpu: Cpu, selector: number, system: ReadonlySet<number>): Descriptor | undefined {
  if (isNull(selector)) return undefined;
  const d = findDescriptor(cpu, selector);
  if (d === undefined) return undefined;
  if (!d.isSegment) {
    if (!system.has(d.type)) return undefined;
    if (cpu.longMode && upperHalf(cpu, d) === undefined) return undefined;
  }
  if (!d.conforming && (cpu.cpl > d.dpl || (selector & 3) > d.dpl)) return undefined;
  return d;
}

function setZf(cpu: Cpu, value: boolean): void {
  cpu.rflags = value ? cpu.rflags | S.FLAG.zf : cpu.rflags & ~S.FLAG.zf;
}

function inspect(
  legacy: ReadonlySet<number>,
  long: ReadonlySet<number>,
  result: (d: Descriptor, insn: Instruction) => bigint,
): Helper {
  return (cpu, insn) => {
    requireProtected(cpu);
    const selector = Number(cpu.readOperand(insn, 1) & 0xffffn);
    const d = visible(cpu, selector, cpu.longMode ? long : legacy);
    if (d !== undefined) cpu.writeOperand(insn, 0, result(d, insn));
    setZf(cpu, d !== undefined);
  };
}

/** VERR and VERW: code and data only. */
function verify(allows: (d: Descriptor) => boolean): Helper {
  const none: ReadonlySet<number> = new Set();
  return (cpu, insn) => {
    requireProtected(cpu);
    const d = visible(cpu, Number(cpu.readOperand(insn, 0) & 0xffffn), none);
    setZf(cpu, d !== undefined && allows(d));
  };
}

export const TABLE_HELPERS = {
  lgdt: loadTable(S.GDTR),
  lidt: loadTable(S.IDTR),
  sgdt: storeTable(S.GDTR),
  sidt: storeTable(S.IDTR),
  lldt,
  ltr,
  sldt: storeSelector(S.LDTR),
  str: storeSelector(S.TR),
  lar: inspect(
    LAR_TYPES,
    LAR_TYPES_LONG,
    (d, insn) => (d.raw >> 32n) & (insn.size === 16 ? 0xff00n : 0xf0ff00n),
  ),
  lsl: inspect(LSL_TYPES, LSL_TYPES_LONG, (d) => BigInt(d.limit)),
  verr: verify((d) => d.readable),
  verw: verify((d) => d.isWritableData),
  /** Raises the RPL of operand 0 to that of operand 1. */
  arpl: (cpu, insn) => {
    requireProtected(cpu);
    const a = cpu.readOperand(insn, 0);
    const b = cpu.readOperand(insn, 1);
    const lower = (a & 3n) < (b & 3n);
    if (lower) cpu.writeOperand(insn, 0, (a & ~3n) | (b & 3n));
    setZf(cpu, lower);
  },
} satisfies Record<string, Helper>;
