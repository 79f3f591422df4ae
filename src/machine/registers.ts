/**
 * Registers by name, for people and tools: what `Machine.get` and `set`, `--set` and the state that `vitrine exec`
 * prints go by. Names are the SDM's in lower case; values are unsigned bigints of the register's width.
 *
 * It checks values where the processor would: a value that an instruction could not put there is a RangeError.
 */
import * as S from "../isa/state.ts";
import { isCanonical } from "./canonical.ts";
import { writeCr0, writeCr3, writeCr4, writeCr8, writeEfer } from "./control-registers.ts";
import type { Cpu } from "./cpu.ts";
import { dr6Written, dr7Written } from "./debug-registers.ts";
import { Fault } from "./fault.ts";
import { fillReal, loadSegment } from "./segmentation.ts";

interface NamedRegister {
  /** Bits. */
  readonly width: number;
  get(cpu: Cpu): bigint;
  set(cpu: Cpu, value: bigint): void;
}

const REGISTERS = new Map<string, NamedRegister>();

const word64 = (offset: number): NamedRegister => ({
  width: 64,
  get: (cpu) => cpu.u64(offset),
  set: (cpu, value) => cpu.setU64(offset, value),
});
const word16 = (offset: number): NamedRegister => ({
  width: 16,
  get: (cpu) => BigInt(cpu.u16(offset)),
  set: (cpu, value) => cpu.setU16(offset, Number(value)),
});

/** The narrower names of general-purpose register `index`: eax, ax, al, ah; r8d, r8w, r8b. */
function addGeneral(name: string, index: number): void {
  const part = (width: 8 | 16 | 32 | 64): NamedRegister => ({
    width,
    get: (cpu) => cpu.reg(index, width),
    set: (cpu, value) => cpu.setReg(index, value, width),
  });
  REGISTERS.set(name, part(64));
  if (index >= 8) {
    REGISTERS.set(`${name}d`, part(32));
    REGISTERS.set(`${name}w`, part(16));
    REGISTERS.set(`${name}b`, part(8));
    return;
  }
  const short = name.slice(1);
  REGISTERS.set(`e${short}`, part(32));
  REGISTERS.set(short, part(16));
  REGISTERS.set(short.endsWith("x") ? `${short[0]}l` : `${short}l`, part(8));
  if (!short.endsWith("x")) return;
  REGISTERS.set(`${short[0]}h`, {
    width: 8,
    get: (cpu) => (cpu.reg(index) >> 8n) & 0xffn,
    set: (cpu, value) => cpu.setReg(index, (cpu.reg(index) & ~0xff00n) | (value << 8n)),
  });
}
S.GPR_NAMES.forEach(addGeneral);

REGISTERS.set("rip", {
  width: 64,
  get: (cpu) => cpu.rip,
  set: (cpu, value) => {
    cpu.rip = value;
    cpu.nextRip = value;
  },
});
for (const [name, width] of [
  ["rflags", 64],
  ["eflags", 32],
] as const) {
  REGISTERS.set(name, {
    width,
    get: (cpu) => BigInt(cpu.rflags >>> 0),
    set: (cpu, value) => {
      // Bits 3, 5, 15 and from 22 up are always 0.
      cpu.rflags = Number(value & 0x3f7fd7n);
      cpu.hooks.contextChanged();
    },
  });
}

for (const name of ["es", "cs", "ss", "ds", "fs", "gs"] as const) {
  const index = S.SEGMENT_NAMES.indexOf(name);
  REGISTERS.set(name, {
    width: 16,
    get: (cpu) => BigInt(cpu.segment(index).selector),
    set: (cpu, value) => {
      const selector = Number(value);
      if (!cpu.protectedMode) fillReal(cpu, index, selector);
      else if (index === S.CS)
        throw new RangeError("cs can be set in real mode only; let the guest jump far");
      else loadSegment(cpu, index, selector);
      cpu.hooks.contextChanged();
    },
  });
  REGISTERS.set(`${name}_base`, {
    width: 64,
    get: (cpu) => cpu.segment(index).base,
    set: (cpu, value) => {
      if (!isCanonical(cpu, value)) throw new Fault("GP", 0);
      cpu.segment(index).base = value;
      cpu.hooks.contextChanged();
    },
  });
}
for (const [name, index] of [
  ["ldtr", S.LDTR],
  ["tr", S.TR],
] as const) {
  REGISTERS.set(name, {
    width: 16,
    get: (cpu) => BigInt(cpu.segment(index).selector),
    set: () => {
      throw new RangeError(`${name} cannot be set; let the guest load it`);
    },
  });
}

const control = (offset: number, set: (cpu: Cpu, value: bigint) => void): NamedRegister => ({
  width: 64,
  get: (cpu) => cpu.u64(offset),
  set,
});
REGISTERS.set("cr0", control(S.CR0, writeCr0));
REGISTERS.set("cr2", word64(S.CR2));
REGISTERS.set("cr3", control(S.CR3, writeCr3));
REGISTERS.set("cr4", control(S.CR4, writeCr4));
REGISTERS.set("cr8", control(S.CR8, writeCr8));
REGISTERS.set("efer", control(S.EFER, writeEfer));
for (let i = 0; i < 4; i++) REGISTERS.set(`dr${i}`, word64(S.DR + i * 8));
for (const [name, offset, written] of [
  ["dr6", S.DR6, dr6Written],
  ["dr7", S.DR7, dr7Written],
] as const) {
  REGISTERS.set(name, {
    width: 32,
    get: (cpu) => cpu.u64(offset),
    set: (cpu, value) => {
      cpu.setU64(offset, written(value));
      cpu.hooks.contextChanged();
    },
  });
}
for (const [name, offset] of [
  ["gdtr", S.GDTR],
  ["idtr", S.IDTR],
] as const) {
  REGISTERS.set(`${name}_base`, word64(offset));
  REGISTERS.set(`${name}_limit`, word16(offset + 8));
}

for (let i = 0; i < 16; i++) {
  REGISTERS.set(`xmm${i}`, {
    width: 128,
    get: (cpu) => cpu.xmm(i),
    set: (cpu, value) => cpu.setXmm(i, value),
  });
}
REGISTERS.set("mxcsr", {
  width: 32,
  get: (cpu) => BigInt(cpu.u32(S.MXCSR)),
  set: (cpu, value) => {
    if (value >> 16n !== 0n) throw new Fault("GP", 0);
    cpu.setU32(S.MXCSR, Number(value));
    cpu.hooks.contextChanged();
  },
});
REGISTERS.set("fcw", word16(S.FCW));
REGISTERS.set("fsw", word16(S.FSW));
REGISTERS.set("ftw", word16(S.FTW));
for (let i = 0; i < 8; i++) {
  REGISTERS.set(`mm${i}`, word64(S.X87 + i * 16));
  const at = (cpu: Cpu): number => S.X87 + (((cpu.u16(S.FSW) >> 11) + i) & 7) * 16;
  REGISTERS.set(`st${i}`, {
    width: 80,
    get: (cpu) => (BigInt(cpu.u16(at(cpu) + 8)) << 64n) | cpu.u64(at(cpu)),
    set: (cpu, value) => {
      cpu.setU64(at(cpu), BigInt.asUintN(64, value));
      cpu.setU16(at(cpu) + 8, Number(value >> 64n));
    },
  });
}

/** Every name that `getRegister` knows. */
export const REGISTER_NAMES: readonly string[] = [...REGISTERS.keys()];

function find(name: string): NamedRegister {
  const register = REGISTERS.get(name.toLowerCase());
  if (register === undefined) throw new RangeError(`no register is called ${JSON.stringify(name)}`);
  return register;
}

/** Width of a register in bits. Throws RangeError for an unknown name. */
export const registerWidth = (name: string): number => find(name).width;

/** Value of a register. Throws RangeError for an unknown name. */
export const getRegister = (cpu: Cpu, name: string): bigint => find(name).get(cpu);

/**
 * Sets a register; negative values down to −2^(width−1) stand for their two's complement. Throws RangeError for an
 * unknown name, a value that does not fit, or one that the processor refuses.
 */
export function setRegister(cpu: Cpu, name: string, value: bigint): void {
  const register = find(name);
  const { width } = register;
  if (value < -(1n << BigInt(width - 1)) || value >= 1n << BigInt(width)) {
    throw new RangeError(`${value} does not fit in ${name}, which has ${width} bits`);
  }
  try {
    register.set(cpu, BigInt.asUintN(width, value));
  } catch (e) {
    if (!(e instanceof Fault)) throw e;
    throw new RangeError(`the processor refuses 0x${BigInt.asUintN(width, value).toString(16)} for ${name}`);
  }
}
