/**
 * The flags register as a whole, and the interrupt flag (SDM vol. 2: CLI, STI, PUSHF, POPF; vol. 1 §3.4.3). Virtual
 * interrupts (VME, PVI) are not there: CPUID does not announce them.
 */
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { moveStack, peekStack } from "../stack.ts";

const FLAG = S.FLAG;
const iopl = (cpu: Cpu): number => (cpu.u32(S.RFLAGS) >> 12) & 3;

/** Flags that any program may set with POPF or IRET: status, TF, DF, NT, and with 32 bits AC and ID. */
const USER_FLAGS = S.STATUS_MASK | FLAG.tf | FLAG.df | FLAG.nt;

/**
 * Flags that POPF and IRET take from the stack at `size` bits and privilege `cpl`: IF needs cpl ≤ IOPL, IOPL needs level 0.
 * RF, VM, VIF and VIP are the caller's.
 */
export function writableFlags(cpu: Cpu, size: number, cpl: number): number {
  let mask: number = USER_FLAGS;
  if (size > 16) mask |= FLAG.ac | FLAG.id;
  if (cpl <= iopl(cpu)) mask |= FLAG.if;
  if (cpl === 0) mask |= FLAG.iopl;
  return mask;
}

/** Writes the flags; AC and VM change how memory is accessed, RF and TF how the next instruction is run. */
export function setFlagsRegister(cpu: Cpu, value: number): void {
  const changed = cpu.rflags ^ value;
  cpu.rflags = value;
  if ((changed & (FLAG.ac | FLAG.vm | FLAG.rf | FLAG.tf)) !== 0) cpu.hooks.contextChanged();
}

/** CLI and STI are for levels up to IOPL, in virtual-8086 mode for IOPL 3. */
function requireIopl(cpu: Cpu): void {
  if (cpu.protectedMode && cpu.cpl > iopl(cpu)) throw new Fault("GP", 0);
}

/** PUSHF and POPF trap in virtual-8086 mode unless IOPL is 3. */
function requireVirtual8086Iopl(cpu: Cpu): void {
  if (cpu.virtual8086 && iopl(cpu) !== 3) throw new Fault("GP", 0);
}

export const FLAG_HELPERS = {
  cli: (cpu) => {
    requireIopl(cpu);
    cpu.rflags &= ~FLAG.if;
  },
  sti: (cpu) => {
    requireIopl(cpu);
    const rflags = cpu.rflags;
    if ((rflags & FLAG.if) === 0) cpu.interruptShadow = "sti";
    cpu.rflags = rflags | FLAG.if;
  },
  pushf: (cpu, insn) => {
    requireVirtual8086Iopl(cpu);
    cpu.push(BigInt(cpu.rflags & ~(FLAG.vm | FLAG.rf)), insn.size / 8);
  },
  popf: (cpu, insn) => {
    requireVirtual8086Iopl(cpu);
    const value = Number(peekStack(cpu, 0, insn.size / 8) & 0xffffffffn);
    const mask = writableFlags(cpu, insn.size, cpu.protectedMode ? cpu.cpl : 0);
    moveStack(cpu, insn.size / 8);
    setFlagsRegister(cpu, (((cpu.rflags & ~mask) | (value & mask)) & ~FLAG.rf) | 0);
  },
} satisfies Record<string, Helper>;
