/**
 * CPUID, model-specific registers, time-stamp counter, random numbers, caches, processor identity (SDM vol. 2).
 */
import * as S from "../../isa/state.ts";
import { CR4_BIT } from "../control-registers.ts";
import type { Cpu } from "../cpu.ts";
import { cpuid } from "../cpuid.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { readMsr, timestamp, writeMsr } from "../msr.ts";

const FLAG = S.FLAG;

/** Writes edx:eax, clearing the upper halves. */
function setPair(cpu: Cpu, value: bigint): void {
  cpu.setReg(S.RAX, value, 32);
  cpu.setReg(S.RDX, value >> 32n, 32);
}

const pair = (cpu: Cpu): bigint => (cpu.reg(S.RDX, 32) << 32n) | cpu.reg(S.RAX, 32);

function requireTimestamp(cpu: Cpu): void {
  if ((cpu.cr4 & CR4_BIT.tsd) !== 0 && cpu.protectedMode && cpu.cpl !== 0) throw new Fault("GP", 0);
}

/** RDRAND and RDSEED: there is always a number; CF says so, the other status flags are cleared. */
const random: Helper = (cpu, insn) => {
  cpu.writeOperand(insn, 0, cpu.platform.random());
  cpu.rflags = (cpu.rflags & ~S.STATUS_MASK) | FLAG.cf;
};

/** CLFLUSH, CLFLUSHOPT, CLWB: no cache to write back, but the byte is accessed as a load would. */
const flushLine: Helper = (cpu, insn) => {
  cpu.memory.probe(cpu.operandLinear(insn, 0, false, 1), 1, false);
};

const privilegedNothing: Helper = (cpu) => cpu.requireCpl0();

export const PROCESSOR_HELPERS = {
  cpuid: (cpu) => {
    const r = cpuid(cpu, Number(cpu.reg(S.RAX, 32)), Number(cpu.reg(S.RCX, 32)));
    cpu.setReg(S.RAX, BigInt(r.eax), 32);
    cpu.setReg(S.RBX, BigInt(r.ebx), 32);
    cpu.setReg(S.RCX, BigInt(r.ecx), 32);
    cpu.setReg(S.RDX, BigInt(r.edx), 32);
  },
  rdmsr: (cpu) => {
    cpu.requireCpl0();
    setPair(cpu, readMsr(cpu, Number(cpu.reg(S.RCX, 32))));
  },
  wrmsr: (cpu) => {
    cpu.requireCpl0();
    writeMsr(cpu, Number(cpu.reg(S.RCX, 32)), pair(cpu));
  },
  rdtsc: (cpu) => {
    requireTimestamp(cpu);
    setPair(cpu, timestamp(cpu));
  },
  rdtscp: (cpu) => {
    requireTimestamp(cpu);
    setPair(cpu, timestamp(cpu));
    cpu.setReg(S.RCX, cpu.u64(S.TSC_AUX), 32);
  },
  rdpid: (cpu, insn) => cpu.writeOperand(insn, 0, cpu.u64(S.TSC_AUX)),
  /** There are no performance counters: every number is invalid, whatever cr4.PCE and the level. */
  rdpmc: () => {
    throw new Fault("GP", 0);
  },
  rdrand: random,
  rdseed: random,
  clflush: flushLine,
  invd: privilegedNothing,
  wbinvd: privilegedNothing,
} satisfies Record<string, Helper>;
