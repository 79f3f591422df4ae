/** The machine as the interpreter sees it (engine/host.ts): paging, fetching, gating, helpers. It executes nothing. */
import type { CodePage, Decoded, EngineHost } from "../engine/host.ts";
import { decode, isFailure } from "../isa/decode.ts";
import type { HelperName } from "../isa/helpers.ts";
import type { Instruction } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import type { BlockCost } from "../timing/model.ts";
import { isCanonical, isCanonicalHigh } from "./canonical.ts";
import type { Processor } from "./engine.ts";
import { Fault } from "./fault.ts";
import { codeAddress } from "./fetch.ts";
import { gate, gatingContext, mmxErrorPending } from "./gating.ts";
import { HELPER_IMPLEMENTATIONS } from "./helpers/index.ts";
import { ACCESS, attributesOf } from "./mmu.ts";
import { PAGE } from "./physical.ts";

/** FSW.ES: a pending x87 error, which MMX instructions report before they run. */
const FSW_ERROR = 0x80;
const CONTEXT_ERROR = 1 << 8;
/** Contexts outside 64-bit mode also say which code segment, from this bit up. */
const CONTEXT_SEGMENT_SHIFT = 9;
/** Code that is not in RAM is kept apart from all places in linear memory. */
const NOT_RAM = 2 ** 40;

export class MachineEngineHost implements EngineHost {
  readonly #processor: Processor;
  /** Numbers of code segments, for all processors that share decoded code. */
  readonly #segments: Map<string, number>;
  readonly #blockCost: BlockCost;

  constructor(processor: Processor, blockCost: BlockCost, segments = new Map<string, number>()) {
    this.#processor = processor;
    this.#blockCost = blockCost;
    this.#segments = segments;
  }

  isFault(e: unknown): boolean {
    return e instanceof Fault;
  }

  // ------------------------------------------------------------------------------------------------------- data

  dataPage(hi: number, lo: number, write: boolean): number {
    const { cpu, mmu } = this.#processor;
    if ((cpu.mode === 64 && !isCanonicalHigh(cpu, hi)) || mmu.watching) return -1;
    const t = mmu.walk(hi, lo, (write ? ACCESS.write : 0) | mmu.privilege);
    this.pageAttributes = attributesOf(t);
    return mmu.physical.host(t.physical - (lo & (PAGE - 1)), write);
  }
  pageAttributes = 0;
  physicalPage(host: number): number {
    return host;
  }
  #checkCanonical(linear: bigint, size: number, stack: boolean): void {
    const { cpu } = this.#processor;
    if (cpu.mode !== 64) return;
    if (!isCanonical(cpu, linear) || !isCanonical(cpu, BigInt.asUintN(64, linear + BigInt(size - 1)))) {
      throw new Fault(stack ? "SS" : "GP", 0);
    }
  }
  read(linear: bigint, size: number, stack: boolean): bigint {
    this.#checkCanonical(linear, size, stack);
    return this.#processor.mmu.read(linear, size);
  }
  write(linear: bigint, size: number, value: bigint, stack: boolean): void {
    this.#checkCanonical(linear, size, stack);
    this.#processor.mmu.write(linear, size, value);
  }
  readForWrite(linear: bigint, size: number, stack: boolean): bigint {
    this.#checkCanonical(linear, size, stack);
    return this.#processor.mmu.readForWrite(linear, size);
  }
  linear(segment: number, offset: bigint, size: number, write: boolean): bigint {
    return this.#processor.mmu.linear(segment, offset, size, write);
  }
  privilege(): { user: boolean; smap: boolean } {
    const { cpu } = this.#processor;
    // Supervisor accesses to user pages depend on AC only where SMAP is on; keys may differ needlessly.
    return { user: cpu.cpl === 3, smap: (cpu.u32(S.RFLAGS) & S.FLAG.ac) === 0 };
  }

  // ------------------------------------------------------------------------------------------------------- code

  codeAddress(): bigint {
    return codeAddress(this.#processor.cpu);
  }
  codeBytes(linear: bigint): number {
    const { cpu } = this.#processor;
    if (cpu.mode === 64) return 2 * PAGE; // the end of the canonical half is a page's end, and the next faults
    const cs = cpu.segment(S.CS);
    const offset = Number(BigInt.asUintN(32, linear - cs.base));
    return Math.min(cs.limit - offset + 1, 2 * PAGE);
  }
  codeAttributes = 0;
  codePage(linear: bigint): CodePage {
    const { cpu, mmu } = this.#processor;
    const at = cpu.mode === 64 ? linear : BigInt.asUintN(32, linear);
    if (cpu.mode === 64 && !isCanonical(cpu, at)) throw new Fault("GP", 0);
    const lo = Number(BigInt.asIntN(32, at));
    const t = mmu.walk(Number(BigInt.asIntN(32, at >> 32n)), lo, ACCESS.fetch | mmu.privilege);
    this.codeAttributes = attributesOf(t);
    const page = t.physical - (lo & (PAGE - 1));
    const host = mmu.physical.host(page);
    if (host < 0) return { physical: NOT_RAM + page, bytes: undefined };
    return { physical: host, bytes: new Uint8Array(mmu.physical.memory.buffer, host, PAGE) };
  }
  decode(bytes: Uint8Array, offset: number): Decoded {
    const { cpu } = this.#processor;
    const insn = decode(bytes, offset, { mode: cpu.mode });
    if (isFailure(insn)) {
      if (insn.kind === "truncated") return { kind: "truncated" };
      if (insn.kind === "invalid") return { kind: "exception", exception: "UD", length: insn.length };
      return { kind: "exception", exception: "GP", errorCode: 0, length: insn.length };
    }
    const { row, length } = insn;
    const refused = gate(row, cpu);
    if (refused !== undefined) return { kind: "exception", exception: refused, length };
    if (mmxErrorPending(row, cpu)) return { kind: "exception", exception: "MF", length };
    return { kind: "instruction", instruction: insn };
  }
  context(): number {
    const { cpu } = this.#processor;
    const context = gatingContext(cpu) | ((cpu.u16(S.FSW) & FSW_ERROR) !== 0 ? CONTEXT_ERROR : 0);
    if (cpu.mode === 64) return context;
    const cs = cpu.segment(S.CS);
    const name = `${cs.base},${cs.limit}`;
    let id = this.#segments.get(name);
    if (id === undefined) {
      id = this.#segments.size;
      this.#segments.set(name, id);
    }
    return context | (id << CONTEXT_SEGMENT_SHIFT);
  }

  helper(name: HelperName, insn: Instruction): void {
    HELPER_IMPLEMENTATIONS[name](this.#processor.cpu, insn);
  }
  cost(instructions: readonly Instruction[]): Uint32Array {
    return this.#blockCost(instructions);
  }
}
