/**
 * A processor with flat memory and no machine around it, for testing engines: RAM at linear addresses from RAM_START,
 * everything else faults. Both the evaluator and the interpreter can run on it.
 */
import type { EngineHost } from "../../src/engine/host.ts";
import { CPU_BLOCK_SIZE } from "../../src/engine/layout.ts";
import { decode, isFailure } from "../../src/isa/decode.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { evaluate } from "../../src/isa/readings/evaluate.ts";
import * as S from "../../src/isa/state.ts";
import { Cpu } from "../../src/machine/cpu.ts";
import { Fault } from "../../src/machine/fault.ts";
import { mmxErrorPending } from "../../src/machine/gating.ts";
import { HELPER_IMPLEMENTATIONS } from "../../src/machine/helpers/index.ts";
import type { LinearMemory } from "../../src/machine/linear.ts";

export const RAM_START = 0x10000;
export const RAM_SIZE = 0x20000;

/** Mapped linear addresses, whole pages; the bytes lie in `ram` one region after the other. */
export interface Region {
  readonly start: number;
  readonly size: number;
  readonly writable: boolean;
  /** Whether instructions may be fetched from it; absent: they may. */
  readonly executable?: boolean;
}
const DEFAULT_REGIONS: readonly Region[] = [{ start: RAM_START, size: RAM_SIZE, writable: true }];
const CPU_BASE = 0x10000;
const CODE_CACHE = 0x80000;
const CODE_CACHE_END = 0x400000;
const RAM_HOST = 0x400000;

export class Flat implements LinearMemory, EngineHost {
  readonly memory = new WebAssembly.Memory({ initial: 0x440000 / 65536 });
  readonly cpu: Cpu;
  readonly ram: Uint8Array;
  readonly #view: DataView;
  readonly mode: 16 | 32 | 64;
  readonly cacheStart = CODE_CACHE;
  readonly cacheEnd = CODE_CACHE_END;

  readonly #regions: readonly (Region & { readonly at: number })[];
  readonly #user: boolean;

  constructor(mode: 16 | 32 | 64 = 64, regions: readonly Region[] = DEFAULT_REGIONS, user = false) {
    this.mode = mode;
    this.#user = user;
    let at = 0;
    this.#regions = regions.map((r) => {
      at += r.size;
      return { ...r, at: at - r.size };
    });
    if (CPU_BASE + CPU_BLOCK_SIZE > CODE_CACHE) throw new Error("CPU block overlaps the code cache");
    this.cpu = new Cpu(this.memory, CPU_BASE);
    this.cpu.memory = this;
    this.ram = new Uint8Array(this.memory.buffer, RAM_HOST, RAM_SIZE);
    this.#view = new DataView(this.memory.buffer, RAM_HOST, RAM_SIZE);
    const { cpu } = this;
    cpu.rflags = 2;
    cpu.setU32(S.MXCSR, 0x1f80);
    cpu.setU16(S.FCW, 0x37f);
    cpu.setU16(S.FTW, 0xffff);
    cpu.setU32(S.CR0, 0x80000033);
    cpu.setU32(S.CR4, 0x6a0);
    cpu.setU32(S.EFER, mode === 64 ? 0x500 : 0);
    const d = mode === 64 ? 0x2000 : mode === 32 ? 0x4000 : 0;
    for (const i of [S.ES, S.SS, S.DS, S.FS, S.GS]) {
      cpu.segment(i).limit = 0xffffffff;
      cpu.segment(i).attributes = 0x8093 | (mode === 32 ? 0x4000 : 0);
    }
    cpu.segment(S.CS).limit = 0xffffffff;
    cpu.segment(S.CS).attributes = 0x809b | d;
  }

  // LinearMemory
  #at(linear: bigint, size: number, write: boolean, fetch = false): number {
    let place = -1;
    for (const a of size === 1 ? [linear] : [linear, BigInt.asUintN(64, linear + BigInt(size - 1))]) {
      const region = this.#regions.find((r) => a >= BigInt(r.start) && a < BigInt(r.start + r.size));
      if (region === undefined || (write && !region.writable) || (fetch && region.executable === false)) {
        const first = a === linear ? a : a & ~0xfffn;
        const error =
          (region === undefined ? 0 : 1) | (write ? 2 : 0) | (this.#user ? 4 : 0) | (fetch ? 16 : 0);
        throw new Fault("PF", error, { address: first });
      }
      if (place < 0) place = Number(linear) - region.start + region.at;
    }
    return place;
  }
  /** Place in `ram` of a mapped linear address. */
  place(linear: number): number {
    return this.#at(BigInt(linear), 1, false);
  }
  linear(segment: number, offset: bigint, size: number, _write: boolean): bigint {
    const s = this.cpu.segment(segment);
    if (this.mode === 64) {
      const linear = BigInt.asUintN(64, segment === S.FS || segment === S.GS ? s.base + offset : offset);
      this.#canonical(linear, size, segment === S.SS);
      return linear;
    }
    return BigInt.asUintN(32, s.base + offset);
  }
  #canonical(linear: bigint, size: number, stack: boolean): void {
    for (const a of [linear, linear + BigInt(Math.max(size, 1) - 1)]) {
      if (BigInt.asUintN(64, BigInt.asIntN(48, a)) !== BigInt.asUintN(64, a))
        throw new Fault(stack ? "SS" : "GP", 0);
    }
  }
  read(linear: bigint, size: number, stack = false): bigint {
    if (this.mode === 64) this.#canonical(linear, size, stack);
    const at = this.#at(linear, size, false);
    this.#touch(linear, size, false, at);
    let v = 0n;
    for (let i = size - 1; i >= 0; i--) v = (v << 8n) | BigInt(this.ram[at + i] ?? 0);
    return v;
  }
  write(linear: bigint, size: number, value: bigint, stack = false): void {
    if (this.mode === 64) this.#canonical(linear, size, stack);
    const at = this.#at(linear, size, true);
    this.#touch(linear, size, true, at);
    for (let i = 0; i < size; i++) this.#view.setUint8(at + i, Number((value >> BigInt(8 * i)) & 0xffn));
    this.onWrite(RAM_HOST + at, size);
  }
  /** Set by the interpreter's test: pages that accesses not its own have touched, with their places in linear memory. */
  onTouch: (hi: number, lo: number, write: boolean, place: number) => void = () => {};
  #touch(linear: bigint, size: number, write: boolean, at: number): void {
    const hi = Number(BigInt.asIntN(32, linear >> 32n));
    const lo = Number(BigInt.asIntN(32, linear));
    if ((lo & 0xfff) + size <= 4096) this.onTouch(hi, lo, write, RAM_HOST + (at & ~0xfff));
  }
  /** Set by the interpreter's test: writes that did not go through it. */
  onWrite: (host: number, size: number) => void = () => {};
  readSystem(linear: bigint, size: number): bigint {
    return this.read(linear, size);
  }
  writeSystem(linear: bigint, size: number, value: bigint): void {
    this.write(linear, size, value);
  }
  readForWrite(linear: bigint, size: number, stack = false): bigint {
    if (this.mode === 64) this.#canonical(linear, size, stack);
    this.#at(linear, size, true);
    return this.read(linear, size, stack);
  }
  probe(linear: bigint, size: number, write: boolean): void {
    this.#at(linear, size, write);
  }
  translate(linear: bigint): number {
    return this.#at(linear, 1, false) + RAM_HOST;
  }

  // EngineHost
  isFault(e: unknown): boolean {
    return e instanceof Fault;
  }
  dataPage(hi: number, lo: number, write: boolean): number {
    const linear = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
    if (this.mode === 64 && hi >> 15 !== hi >> 31) return -1;
    return RAM_HOST + (this.#at(linear, 1, write) & ~0xfff);
  }
  physicalPage(host: number): number {
    return host;
  }
  readonly pageAttributes = 0;
  readonly codeAttributes = 0;
  codeAddress(): bigint {
    const { cpu } = this;
    if (this.mode === 64) {
      this.#canonical(cpu.rip, 1, false);
      return cpu.rip;
    }
    return BigInt.asUintN(32, cpu.segment(S.CS).base + cpu.rip);
  }
  codeBytes(): number {
    return 4096 * 2;
  }
  codePage(linear: bigint) {
    if (this.mode === 64) this.#canonical(linear, 1, false);
    const at = this.#at(linear, 1, false, true) & ~0xfff;
    return { physical: RAM_HOST + at, bytes: this.ram.subarray(at, at + 4096) };
  }
  decode(bytes: Uint8Array, offset: number) {
    const insn = decode(bytes, offset, { mode: this.mode });
    if ("row" in insn) {
      if (mmxErrorPending(insn.row, this.cpu)) {
        return { kind: "exception", exception: "MF", length: insn.length } as const;
      }
      return { kind: "instruction", instruction: insn } as const;
    }
    if (insn.kind === "truncated") return { kind: "truncated" } as const;
    const { length } = insn;
    if (insn.kind === "too long")
      return { kind: "exception", exception: "GP", errorCode: 0, length } as const;
    return { kind: "exception", exception: "UD", length } as const;
  }
  context(): number {
    // A pending x87 error is met by MMX instructions when they are decoded.
    const error = this.cpu.u16(S.FSW) & 0x80 ? 4 : 0;
    return (this.mode === 16 ? 0 : this.mode === 32 ? 1 : 2) | error;
  }
  privilege() {
    return { user: this.#user, smap: false };
  }
  helper(
    name: keyof typeof HELPER_IMPLEMENTATIONS,
    insn: Parameters<(typeof HELPER_IMPLEMENTATIONS)["hlt"]>[1],
  ): void {
    HELPER_IMPLEMENTATIONS[name](this.cpu, insn);
  }
  cost(instructions: readonly unknown[]): number[] {
    return instructions.map((_, i) => i + 1);
  }

  /** The instruction at rip. Throws the fault of fetching or decoding it. */
  fetch(): Instruction {
    const { cpu } = this;
    const base = this.mode === 64 ? 0n : cpu.segment(S.CS).base;
    const linear = BigInt.asUintN(this.mode === 64 ? 64 : 32, cpu.rip + base);
    const first = this.codePage(linear).bytes.subarray(Number(linear & 0xfffn));
    let insn = decode(first, 0, { mode: this.mode });
    if (isFailure(insn) && insn.kind === "truncated") {
      const second = this.codePage((linear | 0xfffn) + 1n).bytes;
      insn = decode(Uint8Array.from([...first, ...second.subarray(0, 15)]), 0, { mode: this.mode });
    }
    if (isFailure(insn)) throw new Fault(insn.kind === "too long" ? "GP" : "UD");
    return insn;
  }
  /** One instruction by the evaluator; returns the fault it raised. */
  evaluateOne(): Fault | undefined {
    const { cpu } = this;
    cpu.interruptShadow = "none"; // that of the instruction before ends
    try {
      const insn = this.fetch();
      if (mmxErrorPending(insn.row, cpu)) throw new Fault("MF");
      evaluate(insn, cpu, {
        raise: (exception, error) => {
          throw new Fault(exception, error);
        },
        helper: (name, i) => this.helper(name, i),
      });
      cpu.rip = cpu.nextRip;
      return undefined;
    } catch (e) {
      if (e instanceof Fault) return e;
      throw e;
    }
  }
}
