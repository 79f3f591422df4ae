/*
 * Two processors in the same state, one run by the evaluator and one by the interpreter, and what differs between them
 * afterwards: everything that guest code can see. Both have flat memory with holes (flat.ts) behind real segments.
 */
import type { Prebuilt } from "../../src/engine/chunks.ts";
import { EngineCore } from "../../src/engine/core.ts";
import { buildHandlers } from "../../src/engine/handlers.ts";
import { Interpreter, type Stop } from "../../src/engine/interpreter.ts";
import { buildRuntime, FIXED_HANDLERS } from "../../src/engine/runtime.ts";
import { chunkOf, shapeKey } from "../../src/engine/shape.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import * as S from "../../src/isa/state.ts";
import { BarePlatform } from "../../src/machine/bare-platform.ts";
import type { Cpu } from "../../src/machine/cpu.ts";
import type { Fault } from "../../src/machine/fault.ts";
import { Mmu } from "../../src/machine/mmu.ts";
import { PhysicalMemory } from "../../src/machine/physical.ts";
import { tlbHooks } from "../../src/machine/tlb-hooks.ts";
import { Flat, RAM_SIZE, type Region } from "./flat.ts";

export type Mode = 16 | 32 | 64;

/** Linear addresses. All below 64 KiB, so that every address size reaches them, but for HIGH. */
export const CODE = { start: 0x1000, size: 0x2000 } as const;
export const DATA = { start: 0x4000, size: 0x2000 } as const;
/** Directly behind DATA; behind it nothing is mapped. */
export const READ_ONLY = { start: 0x6000, size: 0x1000 } as const;
export const STACK = { start: 0x8000, size: 0x2000 } as const;
/** Descriptor tables; behind them nothing is mapped. */
export const TABLES = { start: 0xb000, size: 0x1000 } as const;
/** The last canonical pages of the lower half; 64-bit mode only. */
export const HIGH = { start: 0x7fff_ffff_e000, size: 0x2000 } as const;

const REGIONS: readonly Region[] = [
  { ...CODE, writable: true },
  { ...DATA, writable: true },
  { ...READ_ONLY, writable: false },
  { ...STACK, writable: true },
  { ...TABLES, writable: true },
];
/** Bytes of all regions: they lie one after the other in `ram`. */
export const USED = 0xa000;

const RAM_HOST = 0x400000;

/** Flat, with segments checked as the machine does. */
export class Subject extends Flat {
  readonly #segments: Mmu;
  /** Cycles of an instruction. */
  costOf: (insn: { readonly length: number; readonly repeat: string }) => number = () => 1;

  constructor(mode: Mode) {
    super(mode, mode === 64 ? [...REGIONS, { ...HIGH, writable: true }] : REGIONS);
    const physical = new PhysicalMemory(this.memory);
    physical.addRam(0, RAM_SIZE, RAM_HOST);
    this.cpu.physical = physical;
    this.#segments = new Mmu(this.cpu, physical);
  }
  override linear(segment: number, offset: bigint, size: number, write: boolean): bigint {
    return this.#segments.linear(segment, offset, size, write);
  }
  override cost(instructions: readonly { readonly length: number; readonly repeat: string }[]): number[] {
    let sum = 0;
    return instructions.map((i) => {
      sum += this.costOf(i);
      return sum;
    });
  }
}

/** What a processor can be set to, and what is compared. */
export interface Image {
  /** Bytes of the CPU block, private parts of the engine and sources of flags aside. */
  readonly block: Uint8Array;
  readonly rflags: number;
  readonly ram: Uint8Array;
}

/** Parts of the CPU block that are state, beside the status flags. */
export const PARTS = [
  [0, S.ZF_SOURCE],
  [S.RFLAGS, S.TLB_KEY],
  [S.STORED_MSRS, S.STORED_MSRS + S.STORED_MSRS_SIZE],
] as const;

export type Outcome = { vector: number; error: number | undefined; address: bigint | undefined } | undefined;

export const outcomeOf = (fault: Fault | undefined): Outcome =>
  fault && { vector: fault.vector, error: fault.errorCode, address: fault.address };
export function outcomeOfStop(stop: Stop): Outcome {
  // as: the flat processor throws nothing else
  if (stop.kind === "fault") return outcomeOf(stop.fault as Fault);
  if (stop.kind === "raised") return { vector: stop.vector, error: stop.errorCode, address: undefined };
  return undefined;
}
export const outcomeText = (o: Outcome): string =>
  o === undefined ? "no fault" : `vector ${o.vector} error ${o.error} address ${o.address?.toString(16)}`;

let runtime: WebAssembly.Module | undefined;

/** Handlers for the shapes of these instructions in few modules, which is much faster than one by one. */
export function prebuild(instructions: Iterable<Instruction>): Prebuilt {
  const chunks = new Map<string, Map<string, Instruction>>();
  for (const insn of instructions) {
    const name = chunkOf(insn);
    let chunk = chunks.get(name);
    if (chunk === undefined) {
      chunk = new Map();
      chunks.set(name, chunk);
    }
    chunk.set(shapeKey(insn), insn);
  }
  let next = FIXED_HANDLERS.length as number;
  const places = [...chunks].map(([name, { size }]) => {
    next += size;
    return { name, first: next - size, count: size };
  });
  const load = (name: string): ReturnType<Prebuilt["load"]> => {
    const chunk = chunks.get(name);
    const place = places.find((p) => p.name === name);
    if (chunk === undefined || place === undefined) throw new Error(`no chunk ${name}`);
    const module = new WebAssembly.Module(buildHandlers([...chunk.values()], place.first));
    return { keys: [...chunk.keys()], module };
  };
  runtime ??= new WebAssembly.Module(buildRuntime());
  return { runtime, places, load };
}

export class Pair {
  readonly mode: Mode;
  readonly evaluated: Subject;
  readonly interpreted: Subject;
  readonly interpreter: Interpreter;
  readonly #core: EngineCore;

  /** `cacheSize`: bytes for decoded code, so that a small cache fills up. */
  constructor(mode: Mode, prebuilt?: Prebuilt, cacheSize?: number) {
    this.mode = mode;
    this.evaluated = new Subject(mode);
    const flat = new Subject(mode);
    this.interpreted = flat;
    const end = cacheSize === undefined ? flat.cacheEnd : flat.cacheStart + cacheSize;
    const core = new EngineCore(flat.memory, flat.cacheStart, end, prebuilt);
    this.#core = core;
    const interpreter = new Interpreter(core, flat.cpu, flat);
    this.interpreter = interpreter;
    flat.onWrite = (host, size) => core.written(host, size);
    flat.onTouch = (hi, lo, write, place) => interpreter.touched(hi, lo, write, place, 0);
    flat.cpu.hooks = tlbHooks(interpreter.tlb, () => interpreter.contextChanged());
  }

  /** Gives both processors a state. */
  load(image: Image): void {
    for (const flat of [this.evaluated, this.interpreted]) {
      const { cpu } = flat;
      for (const [from, to] of PARTS) cpu.bytes.set(image.block.subarray(from, to), from);
      cpu.rflags = image.rflags;
      cpu.halted = false;
      cpu.interruptShadow = "none";
      cpu.nmiBlocked = false;
      cpu.monitor = undefined;
      cpu.platform = new BarePlatform(() => 1000, 1n);
      flat.ram.set(image.ram);
    }
    this.#core.written(RAM_HOST, image.ram.length);
    this.interpreter.interrupted();
    this.interpreter.contextChanged();
  }
  /** A part of memory written behind the processors' backs, at a place of `ram`. */
  poke(place: number, bytes: Uint8Array): void {
    this.evaluated.ram.set(bytes, place);
    this.interpreted.ram.set(bytes, place);
    this.#core.written(RAM_HOST + place, bytes.length);
  }
  /** Sets a register, rflags or rip of both. */
  set(change: (cpu: Subject["cpu"]) => void): void {
    change(this.evaluated.cpu);
    change(this.interpreted.cpu);
  }

  /** What differs, as texts "rax 12 ≠ 13": the evaluator's value first. Empty if nothing does. */
  difference(): string[] {
    const [a, b] = [this.evaluated, this.interpreted];
    return [...stateDifference(a.cpu, b.cpu), ...memoryDifference(a.ram, b.ram, linearOf)];
  }
}

/** What differs in the registers of two processors. */
export function stateDifference(a: Cpu, b: Cpu): string[] {
  const out: string[] = [];
  const [x, y] = [a.bytes, b.bytes];
  for (const [from, to] of PARTS) {
    if (Buffer.compare(x.subarray(from, to), y.subarray(from, to)) === 0) continue;
    for (let at = from; at < to; at += 8) {
      const [v, w] = [a.u64(at), b.u64(at)];
      if (v !== w) out.push(`${nameOf(at)} ${v.toString(16)} ≠ ${w.toString(16)}`);
    }
  }
  if (a.rflags !== b.rflags) out.push(`rflags ${a.rflags.toString(16)} ≠ ${b.rflags.toString(16)}`);
  for (const field of ["halted", "interruptShadow", "nmiBlocked"] as const) {
    if (a[field] !== b[field]) out.push(`${field} ${a[field]} ≠ ${b[field]}`);
  }
  if (a.monitor?.address !== b.monitor?.address) out.push("monitor");
  return out;
}

/** The first bytes that differ in two memories of one size; `addressOf` names a place. */
export function memoryDifference(
  a: Uint8Array,
  b: Uint8Array,
  addressOf: (place: number) => number,
): string[] {
  const out: string[] = [];
  if (Buffer.compare(a, b) === 0) return out;
  for (let i = 0; i < a.length && out.length < 40; i++) {
    const [v, w] = [a[i] ?? 0, b[i] ?? 0];
    if (v !== w) out.push(`[${addressOf(i).toString(16)}] ${v.toString(16)} ≠ ${w.toString(16)}`);
  }
  return out;
}

/** Linear address of a place in `ram`. */
export function linearOf(place: number): number {
  let at = 0;
  for (const r of [...REGIONS, HIGH]) {
    if (place < at + r.size) return r.start + place - at;
    at += r.size;
  }
  return -1;
}
/** The place in `ram` of a linear address of one of the regions. */
export function placeOf(linear: number): number {
  let at = 0;
  for (const r of [...REGIONS, HIGH]) {
    if (linear >= r.start && linear < r.start + r.size) return at + linear - r.start;
    at += r.size;
  }
  throw new RangeError(`${linear.toString(16)} is not mapped`);
}

const NAMED: readonly (readonly [number, string])[] = [
  ...S.GPR_NAMES.map((name, i) => [S.gprOffset(i), name] as const),
  ...S.SEGMENT_NAMES.map((name, i) => [S.segmentOffset(i), name] as const),
  [S.RIP, "rip"],
  [S.RFLAGS, "rflags word"],
  [S.CR0, "cr0"],
  [S.CR2, "cr2"],
  [S.CR3, "cr3"],
  [S.CR4, "cr4"],
  [S.EFER, "efer"],
  [S.FCW, "fcw fsw ftw fop"],
  [S.FIP, "fip"],
  [S.FDP, "fdp"],
  [S.MXCSR, "mxcsr"],
];
function nameOf(at: number): string {
  const named = NAMED.find(([offset]) => offset === at);
  if (named) return named[1];
  if (at >= S.YMM && at < S.YMM + 16 * S.YMM_SIZE) {
    return `xmm${Math.floor((at - S.YMM) / S.YMM_SIZE)}+${(at - S.YMM) % S.YMM_SIZE}`;
  }
  if (at >= S.X87 && at < S.YMM) return `R${(at - S.X87) >> 4}+${at & 8}`;
  return `block+${at.toString(16)}`;
}
