// Cases for XSAVE, XSAVEOPT, XSAVEC and XRSTOR, the same each time they are made: what goes to native/xsave.c, and what of
// its outcomes is kept in xsave.bin.gz. Components are x87, SSE and AVX; pointers and opcode of the x87 are zero,
// since processors differ in when they store them.
import { Random } from "../../silicon/random.ts";

export const OPERATIONS = [
  "xsave",
  "xsaveopt",
  "xsavec",
  "xrstor",
  "xsave64",
  "xsaveopt64",
  "xsavec64",
  "xrstor64",
] as const;
export const AREA_SIZE = 1024;
export const STATE_SIZE = 832;
/** Bytes of a case as native/xsave.c has it. */
export const CASE_SIZE = 16 + STATE_SIZE + AREA_SIZE;
export const CASES = 1200;

export interface XsaveCase {
  operation: number;
  mask: number;
  /** Where in the area the operand begins; 0 is aligned to 64 bytes. */
  offset: number;
  /** The registers, in the standard format. */
  readonly state: Uint8Array;
  readonly area: Uint8Array;
  /** Exception vector, or −1: an outcome. */
  vector: number;
}

const HEADER = 512;
const COMPACTED = 1n << 63n;

/** One number of 64 bits, often zero and seldom new, so that records are small. */
function word(random: Random): bigint {
  const kind = random.below(8);
  if (kind < 4) return 0n;
  if (kind < 7) return random.pick([1n, 0x8000000000000000n, 0x3ff0000000000000n, 0xffffffffffffffffn]);
  return BigInt.asUintN(64, (BigInt(random.next()) << 32n) | BigInt(random.next() >>> 0));
}

/** Fills the legacy region and the AVX component at `avx`. */
function fillImage(random: Random, bytes: Uint8Array, avx: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (random.chance(192)) {
    view.setUint16(0, random.chance(128) ? 0x37f : random.below(65536), true);
    view.setUint16(2, random.below(65536), true);
    view.setUint8(4, random.below(256));
    for (let i = 0; i < 8; i++) {
      view.setBigUint64(32 + 16 * i, word(random), true);
      view.setUint16(40 + 16 * i, random.pick([0, 0x3fff, 0xffff, 0x7fff]), true);
    }
  } else {
    view.setUint16(0, 0x37f, true);
  }
  view.setUint32(24, random.chance(128) ? 0x1f80 : random.below(65536), true);
  if (random.chance(160)) for (let at = 160; at < 416; at += 8) view.setBigUint64(at, word(random), true);
  if (random.chance(160)) {
    for (let at = avx; at < avx + 256; at += 8) view.setBigUint64(at, word(random), true);
  }
}

/** The header of an area for XRSTOR: mostly a good one. */
function restoreHeader(random: Random, view: DataView): void {
  const compacted = random.chance(128);
  const layout = BigInt(random.below(8));
  let present = BigInt(random.below(8)) & (compacted ? layout : 7n);
  let format = compacted ? COMPACTED | layout : 0n;
  switch (random.below(24)) {
    case 0:
      present |= 8n;
      break;
    case 1:
      present |= 1n << 40n;
      break;
    case 2:
      format |= 1n << 30n;
      break;
    case 3:
      present = 7n;
      break;
    case 4:
      view.setUint8(HEADER + 16 + random.below(48), 1);
      break;
    case 5:
      view.setUint32(24, 1 << (18 + random.below(14)), true);
      break;
    case 6:
      format &= ~COMPACTED;
      break;
  }
  view.setBigUint64(HEADER, present, true);
  view.setBigUint64(HEADER + 8, format, true);
}

export function makeCase(number: number): XsaveCase {
  const random = new Random();
  random.seed(number, 0x5ea5, 1);
  const c: XsaveCase = {
    operation: random.below(8),
    mask: random.chance(64) ? 7 : random.below(8),
    offset: random.chance(8) ? random.pick([1, 8, 16, 32]) : 0,
    state: new Uint8Array(STATE_SIZE),
    area: new Uint8Array(AREA_SIZE),
    vector: -1,
  };
  fillImage(random, c.state, 576);
  new DataView(c.state.buffer).setBigUint64(HEADER, BigInt(random.chance(128) ? 7 : random.below(8)), true);
  const view = new DataView(c.area.buffer);
  if ((c.operation & 3) === 3) {
    fillImage(random, c.area, random.chance(230) ? 576 : 640);
    restoreHeader(random, view);
  } else {
    c.area.fill(0x5a);
    if (random.chance(128)) view.setBigUint64(HEADER, word(random), true);
  }
  return c;
}

/** A case as native/xsave.c reads and writes it. */
export function packCase(c: XsaveCase): Uint8Array {
  const bytes = new Uint8Array(CASE_SIZE);
  new Uint32Array(bytes.buffer, 0, 4).set([c.operation, c.mask, c.offset, c.vector]);
  bytes.set(c.state, 16);
  bytes.set(c.area, 16 + STATE_SIZE);
  return bytes;
}

export function unpackCase(bytes: Uint8Array): XsaveCase {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    operation: view.getUint32(0, true),
    mask: view.getUint32(4, true),
    offset: view.getUint32(8, true),
    vector: view.getInt32(12, true),
    state: bytes.subarray(16, 16 + STATE_SIZE),
    area: bytes.subarray(16 + STATE_SIZE, CASE_SIZE),
  };
}
