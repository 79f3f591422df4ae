/**
 * IN, OUT, INS, OUTS: permission by IOPL and the TSS's bitmap, then the platform's port (SDM vol. 1 chapter 19; vol. 2).
 * INS and OUTS do one element; the engine repeats them.
 */
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { linearAddress } from "../segmentation.ts";

/** Throws #GP(0) unless the program may use ports `port` … `port` + `size` − 1 (SDM vol. 1 §19.5). */
function checkPort(cpu: Cpu, port: number, size: number): void {
  if (!cpu.protectedMode) return;
  const iopl = (cpu.u32(S.RFLAGS) >> 12) & 3;
  if (!cpu.virtual8086 && cpu.cpl <= iopl) return;
  const tr = cpu.segment(S.TR);
  const refuse = () => new Fault("GP", 0);
  // Only 32- and 64-bit TSSs have a bitmap.
  if (tr.unusable || (tr.attributes & 0x1d) !== 9 || tr.limit < 0x67) throw refuse();
  const read = (offset: number): number =>
    Number(cpu.memory.readSystem(linearAddress(cpu, tr.base + BigInt(offset)), 2));
  const byte = read(0x66) + (port >> 3);
  // Two bytes are always read, so that a port may run over the end of one.
  if (byte + 1 > tr.limit) throw refuse();
  const mask = ((1 << size) - 1) << (port & 7);
  if ((read(byte) & mask) !== 0) throw refuse();
}

/** Operand size of a port access: 64-bit operands do not exist. */
function portSize(insn: Instruction): 1 | 2 | 4 {
  return insn.size === 8 ? 1 : insn.size === 16 ? 2 : 4;
}

/** Moves a string pointer by the element's size, by the direction flag. */
function step(cpu: Cpu, insn: Instruction, register: number, size: number): void {
  const by = (cpu.u32(S.RFLAGS) & S.FLAG.df) !== 0 ? -size : size;
  const width = insn.addressSize;
  cpu.setReg(register, BigInt.asUintN(width, cpu.reg(register) + BigInt(by)), width);
}

const dx = (cpu: Cpu): number => Number(cpu.reg(S.RDX, 16));

export const IO_HELPERS = {
  in: (cpu, insn) => {
    const port = Number(cpu.readOperand(insn, 1));
    const size = portSize(insn);
    checkPort(cpu, port, size);
    cpu.setReg(S.RAX, BigInt(cpu.platform.portRead(port, size) >>> 0), size === 1 ? 8 : size === 2 ? 16 : 32);
  },
  out: (cpu, insn) => {
    const port = Number(cpu.readOperand(insn, 0));
    const size = portSize(insn);
    checkPort(cpu, port, size);
    cpu.platform.portWrite(port, size, Number(cpu.reg(S.RAX, size === 1 ? 8 : size === 2 ? 16 : 32)));
  },
  ins: (cpu, insn) => {
    const size = portSize(insn);
    const port = dx(cpu);
    checkPort(cpu, port, size);
    // The store must not fault once the port has been read.
    const linear = cpu.operandLinear(insn, 0, true, size);
    cpu.memory.probe(linear, size, true);
    cpu.write(linear, size, BigInt(cpu.platform.portRead(port, size) >>> 0));
    step(cpu, insn, S.RDI, size);
  },
  outs: (cpu, insn) => {
    const size = portSize(insn);
    const port = dx(cpu);
    checkPort(cpu, port, size);
    const value = cpu.read(cpu.operandLinear(insn, 1, false, size), size);
    cpu.platform.portWrite(port, size, Number(value));
    step(cpu, insn, S.RSI, size);
  },
} satisfies Record<string, Helper>;
