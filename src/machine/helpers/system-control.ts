/**
 * Control and debug registers, translations, and what else changes the processor's mode (SDM vol. 2: MOV to and from
 * control and debug registers, CLTS, LMSW, SMSW, INVLPG, INVPCID, XGETBV, XSETBV, CLAC, STAC).
 */
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import { isCanonical } from "../canonical.ts";
import { CR0_BIT, CR4_BIT, writeCr0, writeCr3, writeCr4, writeCr8 } from "../control-registers.ts";
import type { Cpu } from "../cpu.ts";
import { dr6Written, dr7Written } from "../debug-registers.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { inUse, XCR0_SUPPORTED } from "./extended-state-layout.ts";

function registerIndex(insn: Instruction, i: number): number {
  const operand = insn.operands[i];
  if (operand?.kind !== "register") throw new Error(`operand ${i} of ${insn.mnemonic} is not a register`);
  return operand.index;
}

const CR_OFFSETS: Readonly<Record<number, number>> = { 0: S.CR0, 2: S.CR2, 3: S.CR3, 4: S.CR4 };

/**
 * The debug register that number `n` names: 4 and 5 are 6 and 7, or #UD with cr4.DE. Then privilege, then general
 * detect (SDM vol. 3B §17.2.2, §17.2.4).
 */
function debugRegister(cpu: Cpu, n: number): number {
  if (n > 7) throw new Fault("UD");
  if ((n === 4 || n === 5) && (cpu.cr4 & CR4_BIT.de) !== 0) throw new Fault("UD");
  cpu.requireCpl0();
  if ((cpu.u32(S.DR7) & 0x2000) !== 0) throw new Fault("DB", undefined, { dr6: 0x2000 });
  return n === 4 || n === 5 ? n + 2 : n;
}

const drOffset = (n: number): number => (n < 4 ? S.DR + n * 8 : n === 6 ? S.DR6 : S.DR7);

/** UMIP forbids telling user code of system state (SDM vol. 3A §2.5, cr4.UMIP). */
export function requireNoUmip(cpu: Cpu): void {
  if ((cpu.cr4 & CR4_BIT.umip) !== 0 && cpu.protectedMode && cpu.cpl !== 0) throw new Fault("GP", 0);
}

function setAc(value: boolean): Helper {
  return (cpu) => {
    if (cpu.cpl !== 0) throw new Fault("UD");
    cpu.rflags = value ? cpu.rflags | S.FLAG.ac : cpu.rflags & ~S.FLAG.ac;
    cpu.hooks.contextChanged();
  };
}

/** The 128-bit descriptor of INVPCID (SDM vol. 2A). Any invalidation may drop more than was asked. */
const invpcid: Helper = (cpu, insn) => {
  cpu.requireCpl0();
  const descriptor = cpu.read(cpu.operandLinear(insn, 1, false, 16), 16);
  const type = cpu.reg(registerIndex(insn, 0), insn.mode === 64 ? 64 : 32);
  if (type > 3n) throw new Fault("GP", 0);
  const pcid = descriptor & 0xfffn;
  const reserved = BigInt.asUintN(64, descriptor) >> 12n;
  const address = descriptor >> 64n;
  const pcide = (cpu.cr4 & CR4_BIT.pcide) !== 0;
  if (type <= 1n) {
    if (reserved !== 0n || (!pcide && pcid !== 0n)) throw new Fault("GP", 0);
    if (type === 0n && !isCanonical(cpu, address)) throw new Fault("GP", 0);
  } else if (reserved !== 0n) throw new Fault("GP", 0);
  // One address of the present space; for anything else all is dropped, which is allowed.
  if (type === 0n && pcid === (pcide ? cpu.cr3 & 0xfffn : 0n)) cpu.hooks.flushTlb("page", address);
  else cpu.hooks.flushTlb("all");
};

/** XGETBV of xcr0, or with ecx 1 of those of its components that are in use (SDM vol. 2D). */
const xgetbv: Helper = (cpu) => {
  if ((cpu.cr4 & CR4_BIT.osxsave) === 0) throw new Fault("UD");
  const index = cpu.reg(S.RCX, 32);
  if (index > 1n) throw new Fault("GP", 0);
  const value = index === 0n ? cpu.u64(S.XCR0) : cpu.u64(S.XCR0) & inUse(cpu);
  cpu.setReg(S.RAX, value, 32);
  cpu.setReg(S.RDX, value >> 32n, 32);
};

const xsetbv: Helper = (cpu) => {
  if ((cpu.cr4 & CR4_BIT.osxsave) === 0) throw new Fault("UD");
  cpu.requireCpl0();
  const value = (cpu.reg(S.RDX, 32) << 32n) | cpu.reg(S.RAX, 32);
  if (cpu.reg(S.RCX, 32) !== 0n || (value & ~XCR0_SUPPORTED) !== 0n || (value & 1n) === 0n) {
    throw new Fault("GP", 0);
  }
  cpu.setU64(S.XCR0, value);
  cpu.hooks.contextChanged();
};

export const CONTROL_HELPERS = {
  readCr: (cpu, insn) => {
    const n = registerIndex(insn, 1);
    const offset = CR_OFFSETS[n];
    if (offset === undefined && n !== 8) throw new Fault("UD");
    cpu.requireCpl0();
    cpu.writeOperand(insn, 0, offset === undefined ? BigInt(cpu.platform.taskPriority) : cpu.u64(offset));
  },
  writeCr: (cpu, insn) => {
    const n = registerIndex(insn, 0);
    if (CR_OFFSETS[n] === undefined && n !== 8) throw new Fault("UD");
    cpu.requireCpl0();
    const value = cpu.readOperand(insn, 1);
    if (n === 0) writeCr0(cpu, value);
    else if (n === 2) cpu.setU64(S.CR2, value);
    else if (n === 3) writeCr3(cpu, value);
    else if (n === 4) writeCr4(cpu, value);
    else writeCr8(cpu, value);
  },
  readDr: (cpu, insn) => {
    const n = debugRegister(cpu, registerIndex(insn, 1));
    cpu.writeOperand(insn, 0, cpu.u64(drOffset(n)));
  },
  writeDr: (cpu, insn) => {
    const n = debugRegister(cpu, registerIndex(insn, 0));
    const value = cpu.readOperand(insn, 1);
    if (n >= 6 && value >> 32n !== 0n) throw new Fault("GP", 0);
    cpu.setU64(drOffset(n), n === 6 ? dr6Written(value) : n === 7 ? dr7Written(value) : value);
    cpu.hooks.contextChanged();
  },
  clts: (cpu) => {
    cpu.requireCpl0();
    cpu.setU64(S.CR0, cpu.u64(S.CR0) & ~BigInt(CR0_BIT.ts));
    cpu.hooks.contextChanged();
  },
  /** PE, MP, EM and TS only; PE can be set but not cleared. */
  lmsw: (cpu, insn) => {
    cpu.requireCpl0();
    const value = cpu.readOperand(insn, 0);
    const old = cpu.u64(S.CR0);
    writeCr0(cpu, (old & ~0xen) | (value & 0xfn) | (old & 1n));
  },
  smsw: (cpu, insn) => {
    requireNoUmip(cpu);
    cpu.writeOperand(insn, 0, cpu.u64(S.CR0));
  },
  invlpg: (cpu, insn) => {
    cpu.requireCpl0();
    const m = cpu.memoryOperand(insn, 0);
    const offset = cpu.effectiveAddress(insn, m);
    // No limit or canonical check: an address that cannot be translated invalidates nothing (SDM vol. 2A, INVLPG).
    const base =
      cpu.mode === 64 && m.segment !== S.FS && m.segment !== S.GS ? 0n : cpu.segment(m.segment).base;
    const address = BigInt.asUintN(cpu.mode === 64 ? 64 : 32, base + offset);
    if (isCanonical(cpu, address)) cpu.hooks.flushTlb("page", address);
  },
  invpcid,
  xgetbv,
  xsetbv,
  clac: setAc(false),
  stac: setAc(true),
} satisfies Record<string, Helper>;
