/**
 * Memory operands that are structures of many bytes: x87 environments, FXSAVE and XSAVE areas. Every byte's permission
 * is checked before the first is read or written, so that a fault leaves no part of a store behind.
 */
import type { Instruction } from "../../isa/instruction.ts";
import type { Cpu } from "../cpu.ts";

/** Bytes of a field of an x87 environment. */
const fieldSize = (insn: Instruction): number => (insn.size === 16 ? 2 : 4);

/** Reads the `size` bytes at operand 0. Throws Fault. */
export function readBytes(cpu: Cpu, insn: Instruction, size: number): Uint8Array {
  const linear = cpu.operandLinear(insn, 0, false, size);
  probe(cpu, linear, size, false, fieldSize(insn));
  return readLinear(cpu, linear, size);
}

/** Writes `bytes` at operand 0. Throws Fault with nothing written. */
export function writeBytes(cpu: Cpu, insn: Instruction, bytes: Uint8Array): void {
  const linear = cpu.operandLinear(insn, 0, true, bytes.length);
  probe(cpu, linear, bytes.length, true, fieldSize(insn));
  writeLinear(cpu, linear, bytes, 0, bytes.length);
}

/**
 * Checks a structure's bytes in the order of Zen 4, which shows in cr2: its first field of `first` bytes; then, if it
 * crosses into another page, the last byte; then all.
 */
export function probe(cpu: Cpu, linear: bigint, size: number, write: boolean, first = 1): void {
  cpu.memory.probe(linear, first, write);
  const last = linear + BigInt(size - 1);
  if (last >> 12n !== linear >> 12n) cpu.memory.probe(last, 1, write);
  cpu.memory.probe(linear, size, write);
}

/** Reads `size` bytes at a linear address. */
export function readLinear(cpu: Cpu, linear: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (; at + 8 <= size; at += 8) view.setBigUint64(at, cpu.read(linear + BigInt(at), 8), true);
  for (; at + 2 <= size; at += 2) view.setUint16(at, Number(cpu.read(linear + BigInt(at), 2)), true);
  return bytes;
}

/** Writes bytes from … to of an image whose first byte belongs at `linear`. Both are even. */
export function writeLinear(cpu: Cpu, linear: bigint, bytes: Uint8Array, from: number, to: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = from;
  for (; at + 8 <= to; at += 8) cpu.write(linear + BigInt(at), 8, view.getBigUint64(at, true));
  for (; at + 2 <= to; at += 2) cpu.write(linear + BigInt(at), 2, BigInt(view.getUint16(at, true)));
}
