/**
 * SYSCALL, SYSRET, SYSENTER, SYSEXIT (SDM vol. 2B; AMD64 APM vol. 3 for SYSCALL outside 64-bit mode, which the SDM does
 * not have and the vendor that CPUID names does). Segments get fixed contents; no descriptor is read.
 */
import * as S from "../../isa/state.ts";
import { isCanonical } from "../canonical.ts";
import { EFER_BIT } from "../control-registers.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";

const FLAG = S.FLAG;
/** Flat code: present, G, type 11; L or D; and flat data with B. */
const CODE64 = 0xa09b;
const CODE32 = 0xc09b;
const DATA = 0xc093;

function fillFlat(cpu: Cpu, index: number, selector: number, attributes: number, dpl: number): void {
  const s = cpu.segment(index);
  s.selector = selector & 0xffff;
  s.base = 0n;
  s.limit = 0xffffffff;
  s.attributes = attributes | (dpl << 5);
}

function requireSce(cpu: Cpu): void {
  if ((cpu.efer & EFER_BIT.sce) === 0 || !cpu.protectedMode) throw new Fault("UD");
}

/** Flags that SYSRET and popping restore: all but RF and VM. */
const RETURN_FLAGS = 0x3c7fd7;

const syscall: Helper = (cpu) => {
  requireSce(cpu);
  const star = cpu.u64(S.STAR);
  const selector = Number((star >> 32n) & 0xfffcn);
  if (cpu.longMode) {
    const entry = cpu.mode === 64 ? S.LSTAR : S.CSTAR;
    cpu.setReg(S.RCX, cpu.nextRip);
    const rflags = cpu.rflags;
    cpu.setReg(S.R11, BigInt(rflags & ~FLAG.rf));
    cpu.rflags = rflags & ~(cpu.u32(S.FMASK) | FLAG.rf);
    cpu.nextRip = cpu.u64(entry);
    fillFlat(cpu, S.CS, selector, CODE64, 0);
  } else {
    cpu.setReg(S.RCX, cpu.nextRip, 32);
    cpu.rflags &= ~(FLAG.vm | FLAG.if | FLAG.rf);
    cpu.nextRip = BigInt.asUintN(32, star);
    fillFlat(cpu, S.CS, selector, CODE32, 0);
  }
  fillFlat(cpu, S.SS, selector + 8, DATA, 0);
  cpu.hooks.contextChanged();
};

const sysret: Helper = (cpu, insn) => {
  requireSce(cpu);
  cpu.requireCpl0();
  const base = Number((cpu.u64(S.STAR) >> 48n) & 0xffffn);
  if (cpu.longMode) {
    const rip = cpu.reg(S.RCX, insn.size === 64 ? 64 : 32);
    if (insn.size === 64 && !isCanonical(cpu, rip)) throw new Fault("GP", 0);
    cpu.rflags = Number(cpu.reg(S.R11) & BigInt(RETURN_FLAGS));
    if (insn.size === 64) fillFlat(cpu, S.CS, (base + 16) | 3, CODE64, 3);
    else fillFlat(cpu, S.CS, base | 3, CODE32, 3);
    cpu.nextRip = rip;
  } else {
    cpu.rflags |= FLAG.if;
    fillFlat(cpu, S.CS, base | 3, CODE32, 3);
    cpu.nextRip = cpu.reg(S.RCX, 32);
  }
  fillFlat(cpu, S.SS, (base + 8) | 3, DATA, 3);
  cpu.hooks.contextChanged();
};

const sysenter: Helper = (cpu) => {
  const cs = cpu.u32(S.SYSENTER_CS);
  if (!cpu.protectedMode || (cs & 0xfffc) === 0) throw new Fault("GP", 0);
  const long = cpu.longMode;
  cpu.rflags &= ~(FLAG.vm | FLAG.if | FLAG.rf);
  cpu.setReg(S.RSP, cpu.u64(S.SYSENTER_ESP), long ? 64 : 32);
  cpu.nextRip = BigInt.asUintN(long ? 64 : 32, cpu.u64(S.SYSENTER_EIP));
  fillFlat(cpu, S.CS, cs & 0xfffc, long ? CODE64 : CODE32, 0);
  fillFlat(cpu, S.SS, (cs & 0xfffc) + 8, DATA, 0);
  cpu.hooks.contextChanged();
};

const sysexit: Helper = (cpu, insn) => {
  const cs = cpu.u32(S.SYSENTER_CS);
  if (!cpu.protectedMode || (cs & 0xfffc) === 0) throw new Fault("GP", 0);
  cpu.requireCpl0();
  const wide = insn.size === 64;
  const rip = cpu.reg(S.RDX, wide ? 64 : 32);
  const sp = cpu.reg(S.RCX, wide ? 64 : 32);
  if (wide && (!isCanonical(cpu, rip) || !isCanonical(cpu, sp))) throw new Fault("GP", 0);
  cpu.setReg(S.RSP, sp);
  cpu.nextRip = rip;
  fillFlat(cpu, S.CS, (cs + (wide ? 32 : 16)) | 3, wide ? CODE64 : CODE32, 3);
  fillFlat(cpu, S.SS, (cs + (wide ? 40 : 24)) | 3, DATA, 3);
  cpu.hooks.contextChanged();
};

export const FAST_HELPERS = { syscall, sysret, sysenter, sysexit } satisfies Record<string, Helper>;
