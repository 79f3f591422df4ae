/**
 * The layout of the XSAVE area and which state components there are, for the XSAVE family, CPUID leaf 0DH and XSETBV
 * to agree on (SDM vol. 1 §13.4, §13.5). Masks are state-component bitmaps as in XCR0.
 */
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";

export const X87_STATE = 1n;
export const SSE_STATE = 2n;
export const AVX_STATE = 4n;

/** What XCR0 may enable: AVX once there are rows that use it. */
export const XCR0_SUPPORTED = X87_STATE | SSE_STATE;
/** What IA32_XSS may enable: no supervisor state. */
export const XSS_SUPPORTED = 0n;

/** Bytes of the legacy region (an FXSAVE image) and of the header behind it. */
export const LEGACY_SIZE = 512;
const HEADER_SIZE = 64;
/** Places of XSTATE_BV and XCOMP_BV in the area. */
export const XSTATE_BV = 512;
export const XCOMP_BV = 520;
/** Bit 63 of XCOMP_BV: the compacted format. */
export const COMPACTED = 1n << 63n;

/** mxcsr bits that exist; the others may not be set. AMD's bit 17 (misaligned SSE) is not announced. */
export const MXCSR_MASK = 0xffff;
export const MXCSR_DEFAULT = 0x1f80;

/** A component outside the legacy region (CPUID leaf 0DH, subleaves 2 and up). */
export interface StateComponent {
  readonly bit: bigint;
  /** Place in the standard format. */
  readonly offset: number;
  readonly size: number;
  /** Starts at a multiple of 64 bytes in the compacted format. */
  readonly aligned: boolean;
}

/** The upper halves of ymm0 … ymm15. */
const AVX: StateComponent = { bit: AVX_STATE, offset: 576, size: 256, aligned: false };

/** In the order of their bits. */
export const COMPONENTS: readonly StateComponent[] = [AVX];

/** Bytes of an area in the standard format that holds the components of `mask`. */
export function standardSize(mask: bigint): number {
  let size = LEGACY_SIZE + HEADER_SIZE;
  for (const c of COMPONENTS) if ((mask & c.bit) !== 0n) size = Math.max(size, c.offset + c.size);
  return size;
}

/** Where each component of `mask` starts in the compacted format, and the bytes of the whole area. */
export function compactedLayout(mask: bigint): {
  readonly size: number;
  readonly offsets: ReadonlyMap<bigint, number>;
} {
  const offsets = new Map<bigint, number>();
  let at = LEGACY_SIZE + HEADER_SIZE;
  for (const c of COMPONENTS) {
    if ((mask & c.bit) === 0n) continue;
    if (c.aligned) at = (at + 63) & ~63;
    offsets.set(c.bit, at);
    at += c.size;
  }
  return { size: at, offsets };
}

const INITIAL_X87 = 0x37fn;

/** XINUSE: the components that are not in their initial configuration (SDM vol. 1 §13.6). Never counts mxcsr. */
export function inUse(cpu: Cpu): bigint {
  let mask = 0n;
  const words = cpu.u64(S.FCW);
  const pointers = cpu.u64(S.FIP) | cpu.u64(S.FDP) | BigInt(cpu.u32(S.FCS));
  // FCW, FSW 0, all tags empty, FOP 0.
  if (words !== (INITIAL_X87 | (0xffffn << 32n)) || pointers !== 0n || !allZero(cpu, S.X87, 128)) {
    mask |= X87_STATE;
  }
  for (let i = 0; i < 16; i++) {
    if (!allZero(cpu, S.ymmOffset(i), 16)) mask |= SSE_STATE;
    if (!allZero(cpu, S.ymmOffset(i) + 16, 16)) mask |= AVX_STATE;
  }
  return mask;
}

function allZero(cpu: Cpu, at: number, size: number): boolean {
  for (let i = 0; i < size; i += 4) if (cpu.view.getUint32(at + i, true) !== 0) return false;
  return true;
}
