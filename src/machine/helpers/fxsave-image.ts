/**
 * The FXSAVE image, which is also the legacy region of an XSAVE area: x87 state, mxcsr, xmm (SDM vol. 1 tables 10-2,
 * 13-1). `wide` is the format with REX.W: 64-bit pointers and no selectors.
 *
 * The pointers are always stored and loaded, as Intel's processors do. AMD's store zeros unless an exception is
 * pending; software cannot rely on that.
 */
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { MXCSR_MASK } from "./extended-state-layout.ts";
import {
  initialize,
  physical,
  physicalValue,
  setControl,
  setPhysicalValue,
  setTagWord,
} from "./x87-stack.ts";

export const MXCSR_AT = 24;
const REGISTERS = 32;
const XMM = 160;

/** Ranges of the image: [from, to). x87 has two, with mxcsr and its mask between. */
export const X87_RANGES = [
  [0, MXCSR_AT],
  [REGISTERS, XMM],
] as const;
export const MXCSR_RANGE = [MXCSR_AT, REGISTERS] as const;
/** Outside 64-bit mode there are eight xmm registers, and the rest of the image is not touched. */
export const xmmRange = (mode: 16 | 32 | 64): readonly [number, number] => [XMM, XMM + 16 * xmmCount(mode)];

const xmmCount = (mode: 16 | 32 | 64): number => (mode === 64 ? 16 : 8);

export function storeX87(cpu: Cpu, image: DataView, wide: boolean): void {
  image.setUint16(0, cpu.u16(S.FCW), true);
  image.setUint16(2, cpu.u16(S.FSW), true);
  image.setUint8(4, abridged(cpu.u16(S.FTW)));
  image.setUint16(6, cpu.u16(S.FOP), true);
  if (wide) {
    image.setBigUint64(8, cpu.u64(S.FIP), true);
    image.setBigUint64(16, cpu.u64(S.FDP), true);
  } else {
    image.setUint32(8, cpu.u32(S.FIP), true);
    image.setUint16(12, cpu.u16(S.FCS), true);
    image.setUint32(16, cpu.u32(S.FDP), true);
    image.setUint16(20, cpu.u16(S.FDS), true);
  }
  for (let i = 0; i < 8; i++) {
    const value = physicalValue(cpu, physical(cpu, i));
    image.setBigUint64(REGISTERS + 16 * i, BigInt.asUintN(64, value), true);
    image.setUint16(REGISTERS + 16 * i + 8, Number(value >> 64n), true);
  }
}

export function loadX87(cpu: Cpu, image: DataView, wide: boolean): void {
  cpu.setU16(S.FSW, image.getUint16(2, true));
  setTagWord(cpu, unabridged(image.getUint8(4)));
  cpu.setU16(S.FOP, image.getUint16(6, true) & 0x7ff);
  if (wide) {
    cpu.setU64(S.FIP, image.getBigUint64(8, true));
    cpu.setU64(S.FDP, image.getBigUint64(16, true));
    cpu.setU32(S.FCS, 0);
  } else {
    cpu.setU64(S.FIP, BigInt(image.getUint32(8, true)));
    cpu.setU16(S.FCS, image.getUint16(12, true));
    cpu.setU64(S.FDP, BigInt(image.getUint32(16, true)));
    cpu.setU16(S.FDS, image.getUint16(20, true));
  }
  // Last of the words: it makes ES and B of the status word agree with the masks.
  setControl(cpu, image.getUint16(0, true));
  for (let i = 0; i < 8; i++) {
    const exponent = BigInt(image.getUint16(REGISTERS + 16 * i + 8, true));
    const significand = image.getBigUint64(REGISTERS + 16 * i, true);
    setPhysicalValue(cpu, physical(cpu, i), (exponent << 64n) | significand);
  }
}

/** The initial configuration: FNINIT's, and the registers zero. */
export function initializeX87(cpu: Cpu): void {
  initialize(cpu);
  cpu.bytes.fill(0, S.X87, S.X87 + 128);
}

export function storeMxcsr(cpu: Cpu, image: DataView): void {
  image.setUint32(MXCSR_AT, cpu.u32(S.MXCSR), true);
  image.setUint32(MXCSR_AT + 4, MXCSR_MASK, true);
}

export function storeXmm(cpu: Cpu, image: DataView, mode: 16 | 32 | 64): void {
  for (let i = 0; i < xmmCount(mode); i++) {
    image.setBigUint64(XMM + 16 * i, cpu.u64(S.ymmOffset(i)), true);
    image.setBigUint64(XMM + 16 * i + 8, cpu.u64(S.ymmOffset(i) + 8), true);
  }
}

export function loadXmm(cpu: Cpu, image: DataView, mode: 16 | 32 | 64): void {
  for (let i = 0; i < xmmCount(mode); i++) {
    cpu.setU64(S.ymmOffset(i), image.getBigUint64(XMM + 16 * i, true));
    cpu.setU64(S.ymmOffset(i) + 8, image.getBigUint64(XMM + 16 * i + 8, true));
  }
}

export function initializeXmm(cpu: Cpu, mode: 16 | 32 | 64): void {
  for (let i = 0; i < xmmCount(mode); i++) cpu.setXmm(i, 0n);
}

/** A bit for each physical register: set if it is not empty. */
function abridged(tags: number): number {
  let bits = 0;
  for (let n = 0; n < 8; n++) if (((tags >> (2 * n)) & 3) !== 3) bits |= 1 << n;
  return bits;
}

function unabridged(bits: number): number {
  let tags = 0;
  for (let n = 0; n < 8; n++) if (((bits >> n) & 1) === 0) tags |= 3 << (2 * n);
  return tags;
}
