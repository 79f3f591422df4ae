/**
 * FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XSAVEC, XSAVES, XRSTOR, XRSTORS (SDM vol. 1 §10.5, §13.7–13.12).
 *
 * XSAVEOPT and XSAVES have the init optimisation and not the modified one: they need not remember what was restored
 * last. FXSAVE and FXRSTOR move xmm and mxcsr whatever CR4.OSFXSR says, which the manual leaves open.
 */
import type { EXTENDED_STATE_HELPERS } from "../../isa/helpers/extended-state.ts";
import type { Instruction } from "../../isa/instruction.ts";
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import {
  AVX_STATE,
  COMPACTED,
  COMPONENTS,
  compactedLayout,
  inUse,
  LEGACY_SIZE,
  MXCSR_DEFAULT,
  MXCSR_MASK,
  SSE_STATE,
  standardSize,
  X87_STATE,
  XCOMP_BV,
  XSS_SUPPORTED,
  XSTATE_BV,
} from "./extended-state-layout.ts";
import {
  initializeX87,
  initializeXmm,
  loadX87,
  loadXmm,
  MXCSR_AT,
  MXCSR_RANGE,
  storeMxcsr,
  storeX87,
  storeXmm,
  X87_RANGES,
  xmmRange,
} from "./fxsave-image.ts";
import { probe, readLinear, writeLinear } from "./memory-image.ts";

const CR0_TS = 8;
const CR4_OSXSAVE = 1 << 18;

/** Linear address of the operand, which must have `alignment`: #GP(0) else. */
function area(cpu: Cpu, insn: Instruction, write: boolean, size: number, alignment: bigint): bigint {
  const linear = cpu.operandLinear(insn, 0, write, size);
  if (linear % alignment !== 0n) throw new Fault("GP", 0);
  return linear;
}

/** Checks the bytes of an FXSAVE image. Zen 4 looks at the last one first, even within a page. */
function probeLegacy(cpu: Cpu, linear: bigint, write: boolean): void {
  cpu.memory.probe(linear + BigInt(LEGACY_SIZE - 1), 1, write);
  cpu.memory.probe(linear, LEGACY_SIZE, write);
}

function checkMxcsr(mxcsr: number): void {
  if ((mxcsr & ~MXCSR_MASK) !== 0) throw new Fault("GP", 0);
}

// --------------------------------------------------------------------------------------------------------- FXSAVE

function fxsave(cpu: Cpu, insn: Instruction): void {
  const linear = area(cpu, insn, true, LEGACY_SIZE, 16n);
  const image = new Uint8Array(LEGACY_SIZE);
  const view = new DataView(image.buffer);
  storeX87(cpu, view, insn.size === 64);
  storeMxcsr(cpu, view);
  storeXmm(cpu, view, insn.mode);
  probeLegacy(cpu, linear, true);
  // The reserved bytes behind the last register are left alone, as software's last 48 are.
  writeLinear(cpu, linear, image, 0, xmmRange(insn.mode)[1]);
}

function fxrstor(cpu: Cpu, insn: Instruction): void {
  const linear = area(cpu, insn, false, LEGACY_SIZE, 16n);
  probeLegacy(cpu, linear, false);
  const image = readLinear(cpu, linear, LEGACY_SIZE);
  const view = new DataView(image.buffer);
  const mxcsr = view.getUint32(MXCSR_AT, true);
  checkMxcsr(mxcsr);
  loadX87(cpu, view, insn.size === 64);
  cpu.setU32(S.MXCSR, mxcsr);
  loadXmm(cpu, view, insn.mode);
}

// ---------------------------------------------------------------------------------------------------------- XSAVE

/** Checks the control registers, and the privilege of the S forms. Gives the components that edx:eax asks for. */
function requested(cpu: Cpu, supervisor: boolean): bigint {
  if ((cpu.cr4 & CR4_OSXSAVE) === 0) throw new Fault("UD");
  if ((cpu.cr0 & CR0_TS) !== 0) throw new Fault("NM");
  if (supervisor) cpu.requireCpl0();
  const enabled = cpu.u64(S.XCR0) | (supervisor ? XSS_SUPPORTED : 0n);
  return enabled & ((cpu.reg(S.RDX, 32) << 32n) | cpu.reg(S.RAX, 32));
}

/** The upper halves of the ymm registers, at `at` of an area. */
function storeAvx(cpu: Cpu, image: DataView, at: number): void {
  for (let i = 0; i < 16; i++) {
    image.setBigUint64(at + 16 * i, cpu.u64(S.ymmOffset(i) + 16), true);
    image.setBigUint64(at + 16 * i + 8, cpu.u64(S.ymmOffset(i) + 24), true);
  }
}

/** `image` undefined: the initial configuration. */
function loadAvx(cpu: Cpu, image: DataView | undefined, at: number): void {
  for (let i = 0; i < 16; i++) {
    cpu.setU64(S.ymmOffset(i) + 16, image === undefined ? 0n : image.getBigUint64(at + 16 * i, true));
    cpu.setU64(S.ymmOffset(i) + 24, image === undefined ? 0n : image.getBigUint64(at + 16 * i + 8, true));
  }
}

/** The part of an area that a save has filled, piece by piece, and then writes in one go. */
class Area {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #ranges: (readonly [number, number])[] = [];
  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
  fill(ranges: readonly (readonly [number, number])[]): void {
    this.#ranges.push(...ranges);
  }
  write(cpu: Cpu, linear: bigint): void {
    for (const [from, to] of this.#ranges) writeLinear(cpu, linear, this.bytes, from, to);
  }
}

/** Fills in the components of `mask`; `mxcsr` whether that is stored too. */
function fill(
  cpu: Cpu,
  insn: Instruction,
  to: Area,
  mask: bigint,
  mxcsr: boolean,
  offsetOf: (bit: bigint) => number,
): void {
  if ((mask & X87_STATE) !== 0n) {
    storeX87(cpu, to.view, insn.size === 64);
    to.fill(X87_RANGES);
  }
  if (mxcsr) {
    storeMxcsr(cpu, to.view);
    to.fill([MXCSR_RANGE]);
  }
  if ((mask & SSE_STATE) !== 0n) {
    storeXmm(cpu, to.view, insn.mode);
    to.fill([xmmRange(insn.mode)]);
  }
  for (const c of COMPONENTS) {
    if ((mask & c.bit) === 0n) continue;
    const at = offsetOf(c.bit);
    storeAvx(cpu, to.view, at);
    to.fill([[at, at + c.size]]);
  }
}

const standardOffset = (bit: bigint): number => COMPONENTS.find((c) => c.bit === bit)?.offset ?? 0;

/** XSAVE, and XSAVEOPT, which leaves components alone that are in their initial configuration. */
const standardSave =
  (optimised: boolean): Helper =>
  (cpu, insn) => {
    const mask = requested(cpu, false);
    const size = standardSize(mask);
    const linear = area(cpu, insn, true, size, 64n);
    probe(cpu, linear, size, true);
    const used = inUse(cpu);
    const image = new Area(size);
    const mxcsr = (mask & (SSE_STATE | AVX_STATE)) !== 0n;
    fill(cpu, insn, image, optimised ? mask & used : mask, mxcsr, standardOffset);
    const old = cpu.read(linear + BigInt(XSTATE_BV), 8);
    image.view.setBigUint64(XSTATE_BV, (old & ~mask) | (used & mask), true);
    image.fill([[XSTATE_BV, XSTATE_BV + 8]]);
    image.write(cpu, linear);
  };

/** XSAVEC and XSAVES: the compacted format, with the init optimisation. */
const compactedSave =
  (supervisor: boolean): Helper =>
  (cpu, insn) => {
    const mask = requested(cpu, supervisor);
    const { size, offsets } = compactedLayout(mask);
    const linear = area(cpu, insn, true, size, 64n);
    probe(cpu, linear, size, true);
    const odd = cpu.u32(S.MXCSR) === MXCSR_DEFAULT ? 0n : SSE_STATE;
    const saved = mask & (inUse(cpu) | odd);
    const image = new Area(size);
    fill(cpu, insn, image, saved, (saved & SSE_STATE) !== 0n, (bit) => offsets.get(bit) ?? 0);
    image.view.setBigUint64(XSTATE_BV, saved, true);
    image.view.setBigUint64(XCOMP_BV, COMPACTED | mask, true);
    image.fill([[XSTATE_BV, XCOMP_BV + 8]]);
    image.write(cpu, linear);
  };

/** Reads and checks the header (SDM vol. 1 §13.8.1, §13.12): #GP(0) for what this processor cannot load. */
function header(cpu: Cpu, linear: bigint, supervisor: boolean): { present: bigint; layout: bigint } {
  const word = (at: number): bigint => cpu.read(linear + BigInt(at), 8);
  const present = word(XSTATE_BV);
  const layout = word(XCOMP_BV);
  const enabled = cpu.u64(S.XCR0) | (supervisor ? XSS_SUPPORTED : 0n);
  const bad = (): never => {
    throw new Fault("GP", 0);
  };
  if ((layout & COMPACTED) === 0n) {
    if (supervisor || (present & ~enabled) !== 0n || layout !== 0n || word(528) !== 0n) bad();
  } else {
    if ((layout & ~COMPACTED & ~enabled) !== 0n || (present & ~layout) !== 0n) bad();
    for (let at = 528; at < 576; at += 8) if (word(at) !== 0n) bad();
  }
  return { present, layout };
}

const restore =
  (supervisor: boolean): Helper =>
  (cpu, insn) => {
    const mask = requested(cpu, supervisor);
    const linear = area(cpu, insn, false, standardSize(0n), 64n);
    probe(cpu, linear, standardSize(0n), false);
    const { present, layout } = header(cpu, linear, supervisor);
    const compacted = (layout & COMPACTED) !== 0n;
    const { size, offsets } = compacted
      ? compactedLayout(layout)
      : { size: standardSize(mask & present), offsets: undefined };
    probe(cpu, linear, size, false);
    const view = new DataView(readLinear(cpu, linear, size).buffer);

    const loaded = mask & present;
    // In the standard format mxcsr comes from memory with SSE or AVX, in the compacted one it is a part of SSE.
    const loadsMxcsr = compacted ? (loaded & SSE_STATE) !== 0n : (mask & (SSE_STATE | AVX_STATE)) !== 0n;
    const mxcsr = view.getUint32(MXCSR_AT, true);
    if (loadsMxcsr) checkMxcsr(mxcsr);

    if ((loaded & X87_STATE) !== 0n) loadX87(cpu, view, insn.size === 64);
    else if ((mask & X87_STATE) !== 0n) initializeX87(cpu);
    if (loadsMxcsr) cpu.setU32(S.MXCSR, mxcsr);
    else if ((mask & SSE_STATE) !== 0n) cpu.setU32(S.MXCSR, MXCSR_DEFAULT);
    if ((loaded & SSE_STATE) !== 0n) loadXmm(cpu, view, insn.mode);
    else if ((mask & SSE_STATE) !== 0n) initializeXmm(cpu, insn.mode);
    for (const c of COMPONENTS) {
      if ((mask & c.bit) === 0n) continue;
      const at = offsets === undefined ? c.offset : (offsets.get(c.bit) ?? 0);
      loadAvx(cpu, (loaded & c.bit) !== 0n ? view : undefined, at);
    }
  };

export const EXTENDED_STATE_IMPLEMENTATIONS: Readonly<Record<keyof typeof EXTENDED_STATE_HELPERS, Helper>> = {
  fxsave,
  fxrstor,
  xsave: standardSave(false),
  xsaveopt: standardSave(true),
  xsavec: compactedSave(false),
  xsaves: compactedSave(true),
  xrstor: restore(false),
  xrstors: restore(true),
};
