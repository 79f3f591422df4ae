/**
 * The x87 environment and state as FNSTENV, FLDENV, FNSAVE and FRSTOR keep them in memory, in the formats of 16- and
 * 32-bit operand size, real and protected (SDM vol. 1 figures 8-9 … 8-12).
 *
 * Tags are computed when stored and only tell empty from not empty when loaded, as on any processor since the Pentium.
 * Fields of 32 bits that hold fewer are stored with their upper bits set where Zen 4 does.
 */
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import {
  physical,
  physicalValue,
  setControl,
  setPhysicalValue,
  setStatus,
  setTagWord,
  tagWord,
} from "./x87-stack.ts";

/** Bytes of the environment and of the registers behind it. */
export const environmentSize = (size: number): number => (size === 16 ? 14 : 28);
const REGISTERS = 80;

const OPCODE = 0x7ff;

/** Real-address and virtual-8086 mode keep linear addresses and the opcode; protected mode selectors. */
const isReal = (cpu: Cpu): boolean => !cpu.protectedMode || cpu.virtual8086;

const linear = (cpu: Cpu, pointer: number, selector: number): number =>
  (((cpu.u16(selector) << 4) >>> 0) + cpu.u32(pointer)) >>> 0;

/** The seven fields, in the order they are stored: control, status, tag, and four for the pointers. */
function pointerFields(cpu: Cpu, size: number): readonly [number, number, number, number] {
  const opcode = cpu.u16(S.FOP) & OPCODE;
  if (!isReal(cpu)) {
    const selector = size === 16 ? cpu.u16(S.FCS) : cpu.u16(S.FCS) | (opcode << 16);
    return [cpu.u32(S.FIP), selector, cpu.u32(S.FDP), cpu.u16(S.FDS) | 0xffff0000];
  }
  const instruction = linear(cpu, S.FIP, S.FCS);
  const data = linear(cpu, S.FDP, S.FDS);
  if (size === 16) {
    return [instruction, ((instruction >>> 4) & 0xf000) | opcode, data, (data >>> 4) & 0xf000];
  }
  return [
    (instruction & 0xffff) | 0xffff0000,
    ((instruction >>> 16) << 12) | opcode,
    (data & 0xffff) | 0xffff0000,
    (data >>> 16) << 12,
  ];
}

/** The environment's image: 14 or 28 bytes by operand size. */
export function environmentImage(cpu: Cpu, size: number): Uint8Array {
  const image = new Uint8Array(environmentSize(size));
  const view = new DataView(image.buffer);
  const fields = [
    cpu.u16(S.FCW) | 0xffff0000,
    cpu.u16(S.FSW) | 0xffff0000,
    tagWord(cpu) | 0xffff0000,
    ...pointerFields(cpu, size),
  ];
  fields.forEach((field, i) => {
    if (size === 16) view.setUint16(2 * i, field & 0xffff, true);
    else view.setUint32(4 * i, field >>> 0, true);
  });
  return image;
}

/** Loads an environment image of environmentSize(size) bytes. */
export function loadEnvironment(cpu: Cpu, size: number, image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset);
  const field = (i: number): number =>
    size === 16 ? view.getUint16(2 * i, true) : view.getUint32(4 * i, true);
  const [ip, second, dp, fourth] = [field(3), field(4), field(5), field(6)];
  let instruction = ip;
  let data = dp;
  let opcode = size === 16 ? 0 : second >>> 16;
  let fcs = second & 0xffff;
  let fds = fourth & 0xffff;
  if (isReal(cpu)) {
    instruction = ((ip & 0xffff) | ((second & ~0xfff) << 4)) >>> 0;
    data = ((dp & 0xffff) | ((fourth & ~0xfff) << 4)) >>> 0;
    opcode = second;
    fcs = 0;
    fds = 0;
  }
  cpu.setU64(S.FIP, BigInt(instruction));
  cpu.setU64(S.FDP, BigInt(data));
  cpu.setU16(S.FOP, opcode & OPCODE);
  cpu.setU16(S.FCS, fcs);
  cpu.setU16(S.FDS, fds);
  setTagWord(cpu, field(2) & 0xffff);
  cpu.setU16(S.FSW, field(1) & 0xffff);
  setControl(cpu, field(0) & 0xffff);
}

/** FNSAVE's image: the environment, then st(0) … st(7), ten bytes each. */
export function stateImage(cpu: Cpu, size: number): Uint8Array {
  const at = environmentSize(size);
  const image = new Uint8Array(at + REGISTERS);
  image.set(environmentImage(cpu, size));
  const view = new DataView(image.buffer);
  for (let i = 0; i < 8; i++) {
    const value = physicalValue(cpu, physical(cpu, i));
    view.setBigUint64(at + 10 * i, BigInt.asUintN(64, value), true);
    view.setUint16(at + 10 * i + 8, Number(value >> 64n), true);
  }
  return image;
}

/** FRSTOR. */
export function loadState(cpu: Cpu, size: number, image: Uint8Array): void {
  loadEnvironment(cpu, size, image);
  const at = environmentSize(size);
  const view = new DataView(image.buffer, image.byteOffset);
  for (let i = 0; i < 8; i++) {
    const significand = view.getBigUint64(at + 10 * i, true);
    const value = (BigInt(view.getUint16(at + 10 * i + 8, true)) << 64n) | significand;
    setPhysicalValue(cpu, physical(cpu, i), value);
  }
}

/** What FNSTENV does after storing: masks all exceptions. */
export function maskAll(cpu: Cpu): void {
  setControl(cpu, cpu.u16(S.FCW) | 0x3f);
}

/** FNCLEX: clears the exception flags, SF, ES and B. */
export function clearExceptions(cpu: Cpu): void {
  setStatus(cpu, cpu.u16(S.FSW) & 0x7f00);
}
