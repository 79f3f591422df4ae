/*
 * Random states for agree.ts: registers of every kind with edge values, descriptor tables that mostly work, pointers
 * aimed at mapped memory, its edges, read-only and missing pages.
 */
import { seededDraws } from "../../src/isa/form-bytes.ts";
import type { Instruction, MemoryOperand } from "../../src/isa/instruction.ts";
import * as S from "../../src/isa/state.ts";
import {
  CODE,
  DATA,
  HIGH,
  type Image,
  type Mode,
  placeOf,
  READ_ONLY,
  STACK,
  Subject,
  TABLES,
  USED,
} from "./agree.ts";

/** Random numbers of a seed; `n` below 2^32. */
export class Random {
  readonly #draws: ReturnType<typeof seededDraws>;
  constructor(seed: number) {
    this.#draws = seededDraws(seed);
  }
  below(n: number): number {
    return this.#draws.below(n);
  }
  /** True once in `n` times. */
  once(n: number): boolean {
    return this.#draws.below(n) === 0;
  }
  pick<T>(list: readonly T[]): T {
    const x = list[this.#draws.below(list.length)];
    if (x === undefined) throw new Error("nothing to pick from");
    return x;
  }
  /** 64 bits, edge values among them. */
  bits(): bigint {
    return BigInt.asUintN(64, this.#draws.immediate(64));
  }
}

const FLOATS = [
  0n,
  0x3f800000n,
  0xbf800000n,
  0x7f800000n,
  0xff800000n,
  0x7fc00000n,
  0x7f800001n,
  0x00000001n,
  0x807fffffn,
  0x00800000n,
  0x7f7fffffn,
  0x4b000001n,
  0xcf000000n,
  0x5f000000n,
] as const;
const DOUBLES = [
  0n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0x7ff0000000000001n,
  1n,
  0x800fffffffffffffn,
  0x0010000000000000n,
  0x7fefffffffffffffn,
  0x41dfffffffc00000n,
  0xc1e0000000000000n,
  0x43e0000000000000n,
  0x38100000_00000000n,
] as const;

/** Eight bytes of a vector register: any, or floating-point values. */
function vectorHalf(r: Random): bigint {
  switch (r.below(4)) {
    case 0:
      return r.bits();
    case 1:
      return (r.pick(FLOATS) << 32n) | r.pick(FLOATS);
    case 2:
      return r.pick(DOUBLES);
    default: {
      // Numbers of moderate size.
      const double =
        (BigInt(0x3e0 + r.below(0x40)) << 52n) | (r.bits() >> 12n) | (r.once(2) ? 1n << 63n : 0n);
      return r.once(2)
        ? double
        : (BigInt(0x70 + r.below(32)) << 55n) |
            ((r.bits() >> 9n) & ~0xff800000n) |
            (BigInt(0x70 + r.below(32)) << 23n);
    }
  }
}

const EXPONENTS80 = [0, 1, 0x3ffe, 0x3fff, 0x4000, 0x400d, 0x401e, 0x403e, 0x7ffe, 0x7fff] as const;

function setX87(view: DataView, r: Random): void {
  // Mostly nothing unmasked, all in use.
  view.setUint16(S.FCW, r.once(4) ? 0x40 | (r.below(0x1000) & 0xf3f) : 0x37f, true);
  view.setUint16(
    S.FSW,
    (r.below(8) << 11) | (r.below(0x10000) & 0x4700) | (r.once(4) ? r.below(0x40) : 0),
    true,
  );
  let tags = 0;
  for (let i = 0; i < 8; i++) {
    const at = S.X87 + i * 16;
    const exponent = r.once(3) ? r.pick(EXPONENTS80) : 0x3fe0 + r.below(0x40);
    const zero = r.once(8);
    const significand = zero ? 0n : r.bits() | (r.once(12) ? 0n : 1n << 63n);
    view.setBigUint64(at, significand, true);
    view.setUint16(at + 8, (zero ? 0 : exponent) | (r.below(2) << 15), true);
    const plain = exponent !== 0 && exponent !== 0x7fff && significand >> 63n === 1n;
    tags |= (r.once(5) ? 3 : zero ? 1 : plain ? 0 : 2) << (2 * i);
  }
  view.setUint16(S.FTW, tags, true);
}

/** Bits of rflags that may be set freely: status flags, df, IOPL, AC, ID. */
function flags(r: Random): number {
  let f = 2 | (r.below(0x10000) & S.STATUS_MASK);
  if (r.once(3)) f |= S.FLAG.df;
  if (r.once(2)) f |= S.FLAG.if;
  if (r.once(4)) f |= r.below(4) << 12;
  if (r.once(8)) f |= S.FLAG.ac | S.FLAG.id;
  return f;
}

/** A descriptor with base 0. */
const descriptor = (limit: number, attributes: number): bigint =>
  BigInt(limit & 0xffff) |
  (BigInt(attributes & 0xff) << 40n) |
  (BigInt((limit >> 16) & 15) << 48n) |
  (BigInt((attributes >> 12) & 15) << 52n);
const gate = (selector: number, offset: number, type: number): bigint =>
  BigInt(offset & 0xffff) |
  (BigInt(selector) << 16n) |
  (BigInt(type) << 40n) |
  (BigInt(offset >>> 16) << 48n);

/** The GDT: code and data of rings 0 and 3, a TSS, an LDT, gates; what does not fit the mode fails its checks. */
function writeTables(ram: DataView, mode: Mode): void {
  const at = placeOf(TABLES.start);
  const code = mode === 64 ? 0xa09b : mode === 32 ? 0xc09b : 0x809b;
  const data = mode === 16 ? 0x8093 : 0xc093;
  const gdt = [
    0n,
    descriptor(0xfffff, code),
    descriptor(0xfffff, data),
    descriptor(0xfffff, code | 0x60),
    descriptor(0xfffff, data | 0x60),
    descriptor(0xfffff, 0x8091),
    descriptor(0xfffff, 0xc013),
    descriptor(0xfffff, code | 0x64),
    descriptor(0x67, 0x0089) | (BigInt(TABLES.start + 0x800) << 16n),
    0n,
    descriptor(0x7f, 0x0082) | (BigInt(TABLES.start) << 16n),
    0n,
    gate(8, CODE.start + 0x100, 0x8c),
    0n,
    descriptor(0xff0, 0x0096),
    descriptor(0xfffff, 0xc09b),
  ];
  gdt.forEach((d, i) => {
    ram.setBigUint64(at + i * 8, d, true);
  });
  const idt = at + 0x200;
  for (let i = 0; i < 32; i++) {
    const d = gate(8, CODE.start + 0x200 + i * 8, i % 3 === 0 ? 0xee : i % 3 === 1 ? 0x8e : 0xef);
    if (mode === 64) ram.setBigUint64(idt + i * 16, d, true);
    else ram.setBigUint64(idt + i * 8, d, true);
  }
  const tss = at + 0x800;
  for (let i = 4; i < 0x64; i += mode === 64 ? 8 : 4) ram.setUint32(tss + i, STACK.start + 0x1800, true);
}

/** A linear address for an access: mostly inside writable memory, else at an edge, read-only or missing. */
export function target(r: Random, mode: Mode): bigint {
  switch (r.below(16)) {
    case 0: // across the end of writable memory
      return BigInt(READ_ONLY.start - r.below(20));
    case 1:
      return BigInt(READ_ONLY.start + r.below(READ_ONLY.size));
    case 2: // across the end of mapped memory
      return BigInt(STACK.start + STACK.size - r.below(20));
    case 3: // across two pages
      return BigInt(DATA.start + 0x1000 - r.below(20));
    case 4:
      return r.once(2) ? BigInt(0x7000 + r.below(0x1000)) : r.bits();
    case 5:
      if (mode === 64) return BigInt(HIGH.start + HIGH.size - r.below(20));
      return BigInt(STACK.start + r.below(STACK.size));
    case 6: // before the beginning of mapped memory
      return BigInt(DATA.start - r.below(8));
    case 7:
    case 8:
      return BigInt(DATA.start + r.below(DATA.size));
    default:
      // Aligned, for what wants that.
      return BigInt(DATA.start + (r.below(DATA.size) & ~15));
  }
}

export class States {
  readonly #mode: Mode;
  readonly #block: Uint8Array;
  readonly #view: DataView;
  readonly #plain: Uint8Array;
  readonly #ram = new Uint8Array(USED + HIGH.size);
  readonly ramView = new DataView(this.#ram.buffer);

  constructor(mode: Mode) {
    this.#mode = mode;
    const subject = new Subject(mode);
    this.#plain = subject.cpu.bytes.slice();
    this.#block = new Uint8Array(subject.cpu.bytes.length);
    this.#view = new DataView(this.#block.buffer);
  }

  /** A random state with rip at `code`, valid until the next call. `plain`: flat segments, privilege level 0. */
  make(r: Random, code: number, plain: boolean): Image & { block: Uint8Array; ram: Uint8Array } {
    const mode = this.#mode;
    const v = this.#view;
    this.#block.set(this.#plain);
    for (let i = 0; i < 16; i++) {
      const value = r.once(3) ? BigInt(r.below(64)) : r.bits();
      // What the upper halves hold outside 64-bit mode is not defined; there is nothing to compare.
      v.setBigUint64(S.gprOffset(i), mode === 64 ? value : BigInt.asUintN(32, value), true);
    }
    for (let i = 0; i < 16; i++) {
      v.setBigUint64(S.ymmOffset(i), vectorHalf(r), true);
      v.setBigUint64(S.ymmOffset(i) + 8, vectorHalf(r), true);
    }
    setX87(v, r);
    v.setUint32(S.MXCSR, r.once(2) ? 0x1f80 | (r.once(2) ? 0x20 : 0) : r.below(0x10000), true);
    v.setBigUint64(S.CR4, r.once(16) ? 0x600n : 0x506a0n | (r.once(4) ? 0x800n : 0n), true);
    v.setBigUint64(S.CR0, mode === 16 && r.once(2) ? 0x30n : 0x80000033n, true);
    v.setBigUint64(S.XCR0, 3n, true);
    v.setBigUint64(S.GDTR, BigInt(TABLES.start), true);
    v.setUint32(S.GDTR + 8, 0x7f, true);
    v.setBigUint64(S.IDTR, BigInt(TABLES.start + 0x200), true);
    v.setUint32(S.IDTR + 8, mode === 64 ? 0x1ff : 0xff, true);
    v.setBigUint64(S.STAR, 0x0018_0008_0000_1100n, true);
    v.setBigUint64(S.LSTAR, BigInt(CODE.start + 0x300), true);
    for (const i of [0, 1, 2, 3, 4, 5])
      v.setUint32(S.segmentOffset(i) + S.SEGMENT_SELECTOR, i === S.CS ? 8 : 16, true);
    v.setUint32(S.segmentOffset(S.TR) + S.SEGMENT_SELECTOR, 0x40, true);
    v.setBigUint64(S.segmentOffset(S.TR), BigInt(TABLES.start + 0x800), true);
    v.setUint32(S.segmentOffset(S.TR) + S.SEGMENT_LIMIT, 0x67, true);
    v.setUint32(S.segmentOffset(S.TR) + S.SEGMENT_ATTRIBUTES, 0x8b, true);
    const stackAt = STACK.start + 0x40 + (r.below(STACK.size - 0x80) & ~7);
    v.setBigUint64(S.gprOffset(S.RSP), r.once(24) ? target(r, mode) : BigInt(stackAt), true);
    if (r.once(2)) v.setBigUint64(S.gprOffset(5), BigInt(stackAt + 8 * r.below(8)), true);
    if (!plain) this.#segments(r);
    v.setBigUint64(S.RIP, BigInt(code), true);
    this.#ram.fill(0);
    for (let i = 0; i < 64; i++) {
      this.ramView.setBigUint64(
        placeOf(DATA.start) + (r.below(DATA.size + READ_ONLY.size + STACK.size) & ~7),
        vectorHalf(r),
        true,
      );
    }
    writeTables(this.ramView, mode);
    return { block: this.#block, rflags: flags(r), ram: this.#ram };
  }

  /** Segments that are not flat, and privilege level 3. */
  #segments(r: Random): void {
    const v = this.#view;
    const mode = this.#mode;
    const at = (i: number): number => S.segmentOffset(i);
    if (r.once(4)) {
      for (const i of [S.CS, S.SS]) {
        v.setUint32(
          at(i) + S.SEGMENT_ATTRIBUTES,
          v.getUint32(at(i) + S.SEGMENT_ATTRIBUTES, true) | 0x60,
          true,
        );
        v.setUint32(at(i) + S.SEGMENT_SELECTOR, i === S.CS ? 0x1b : 0x23, true);
      }
    }
    for (const i of [S.FS, S.GS])
      if (r.once(2)) v.setBigUint64(at(i), r.once(8) ? r.bits() : BigInt(r.below(0x1000)), true);
    if (mode === 64) return;
    for (const i of [S.FS, S.GS]) v.setBigUint64(at(i), v.getBigUint64(at(i), true) & 0xffffffffn, true);
    for (const i of [S.ES, S.DS, S.FS, S.GS]) {
      if (!r.once(5)) continue;
      switch (r.below(5)) {
        case 0: // read-only
          v.setUint32(at(i) + S.SEGMENT_ATTRIBUTES, 0x8091, true);
          break;
        case 1: // null
          v.setUint32(at(i) + S.SEGMENT_ATTRIBUTES, 0x10000, true);
          break;
        case 2: // expand-down
          v.setUint32(at(i) + S.SEGMENT_ATTRIBUTES, 0x8097 | (r.once(2) ? 0x4000 : 0), true);
          v.setUint32(at(i) + S.SEGMENT_LIMIT, DATA.start + r.below(DATA.size), true);
          break;
        case 3:
          v.setUint32(at(i) + S.SEGMENT_LIMIT, DATA.start + r.below(DATA.size), true);
          break;
        default: // code, readable or not
          v.setUint32(at(i) + S.SEGMENT_ATTRIBUTES, r.once(2) ? 0x809b : 0x8099, true);
      }
    }
    if (r.once(4)) {
      const a = v.getUint32(at(S.SS) + S.SEGMENT_ATTRIBUTES, true);
      v.setUint32(at(S.SS) + S.SEGMENT_ATTRIBUTES, a ^ 0x4000, true);
    }
  }

  /** Aims the memory operands of `insn` by changing registers of the last state made, where there is one to change. */
  aim(r: Random, insn: Instruction): void {
    const v = this.#view;
    if (insn.repeat !== "none") v.setBigUint64(S.gprOffset(S.RCX), BigInt(r.below(r.once(3) ? 40 : 5)), true);
    for (const m of insn.operands) if (m.kind === "memory") this.#aimOne(r, insn, m);
  }
  #aimOne(r: Random, insn: Instruction, m: MemoryOperand): void {
    if (r.once(40)) return;
    const v = this.#view;
    const mode = this.#mode;
    const segmented = mode !== 64 || m.segment === S.FS || m.segment === S.GS;
    const base = segmented ? v.getBigUint64(S.segmentOffset(m.segment), true) : 0n;
    const offset = target(r, mode) - base;
    const noise = insn.addressSize === 64 || mode !== 64 || r.once(2) ? 0n : r.bits() << 32n;
    const high = insn.addressSize === 16 && mode !== 16 ? r.bits() << 16n : noise;
    const set = (register: number, value: bigint): void => {
      const kept =
        insn.addressSize === 64 ? 0n : (high >> BigInt(insn.addressSize)) << BigInt(insn.addressSize);
      v.setBigUint64(
        S.gprOffset(register),
        BigInt.asUintN(mode === 64 ? 64 : 32, BigInt.asUintN(insn.addressSize, value) | kept),
        true,
      );
    };
    const reg = (register: number): bigint => v.getBigUint64(S.gprOffset(register), true);
    if (m.base >= 0) {
      if (m.index === m.base) set(m.base, (offset - m.displacement) / (1n + (1n << BigInt(m.scale))));
      else set(m.base, offset - m.displacement - (m.index >= 0 ? reg(m.index) << BigInt(m.scale) : 0n));
    } else if (m.index >= 0) set(m.index, (offset - m.displacement) >> BigInt(m.scale));
  }
}
