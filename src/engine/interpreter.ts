/**
 * The threaded interpreter: runs one processor's code through handlers, block by block, until its budget of cycles is
 * used up exactly, a fault wants delivery, or an instruction asks for the machine's attention.
 *
 * It does not deliver exceptions or interrupts, and does not know halting, traps or breakpoints: that is for who calls
 * `run` and `step` (machine/).
 */
import { FP, type FpContext, type FpFunction, settle } from "../isa/fp.ts";
import type { Instruction } from "../isa/instruction.ts";
import { PURE, type PureFunction } from "../isa/pure.ts";
import { effectsOf } from "../isa/readings/effects.ts";
import * as S from "../isa/state.ts";
import type { Block } from "./block.ts";
import type { CodeCache } from "./code-cache.ts";
import type { EngineCore, HandlerCalls } from "./core.ts";
import { EXCEPTION_VECTOR, RAISED_WITH_ERROR } from "./exceptions.ts";
import type { EngineHost, EngineProcessor } from "./host.ts";
import * as L from "./layout.ts";
import { ACCESS_STACK, ACCESS_WRITE } from "./memory-access.ts";
import { buildRegions, fitsRegion } from "./region.ts";
import { EXIT_STALE } from "./runtime.ts";
import { PAGE_GLOBAL, PAGE_LARGE, SoftTlb } from "./soft-tlb.ts";

/** Why `run` came back; rip is that of the next instruction, or of the faulting one. */
export type Stop =
  | { readonly kind: "budget" }
  /** An instruction that may have changed modes, interrupt flag, paging … has run. */
  | { readonly kind: "boundary" }
  /** What the host threw. */
  | { readonly kind: "fault"; readonly fault: unknown }
  /** An exception raised by the semantics. */
  | { readonly kind: "raised"; readonly vector: number; readonly errorCode: number | undefined };

const BUDGET: Stop = { kind: "budget" };
const BOUNDARY: Stop = { kind: "boundary" };

/** A place inside a block: rip is that of instruction `index`, or of the exception that the block ends in. */
interface Position {
  readonly block: Block;
  readonly index: number;
  readonly rip: bigint;
  /** A repeated instruction that has begun: each further iteration is one instruction and one cycle. */
  readonly repeating: boolean;
  /** The instruction has to be run by itself; else it may be run with the rest of the block. */
  readonly alone: boolean;
}

/** The longest stretch in wasm, in cycles: lets V8 put optimised code in place, and keeps sums in 32 bits. */
const STRETCH = 4_000_000;

const PURE_FUNCTIONS: readonly PureFunction[] = Object.values(PURE);
const FP_FUNCTIONS: readonly FpFunction[] = Object.values(FP);

/** Of a page: the instruction wants to be run by itself. */
const RESTART = -2;

/** A key that no entry of the jump cache has, not even an empty one. */
const NO_KEY = 0xffffffff;

/** Cycles of the first `n` instructions of a block. */
const costUpTo = (block: Block, n: number): number =>
  n === 0 ? 0 : (block.costs[Math.min(n, block.count) - 1] ?? 0);

export class Interpreter {
  /** Instructions and cycles executed in all. */
  instructions = 0;
  cycles = 0;
  readonly tlb: SoftTlb;
  readonly code: CodeCache;
  readonly #cpu: EngineProcessor;
  readonly #host: EngineHost;
  readonly #view: DataView;
  readonly #core: EngineCore;
  readonly #calls: HandlerCalls;
  readonly #bytes: Uint8Array;
  /** Cycles that a data access costs whose page the TLB does not know. */
  readonly #missCost: number;
  #context = 0;
  #thrown: unknown;
  /** The instruction that ran last before a boundary, or that faulted; undefined if it could not be fetched or decoded. */
  last: Instruction | undefined;
  /** Where the last step left control in the middle of a block: what comes is still part of it. */
  #position: Position | undefined;
  /** Block whose copy runs in the scratch records, for finding the instruction. */
  #stepping: { block: Block; index: number; cost: number } | undefined;
  /** A read-modify-write in scratch memory: where it goes. */
  #modifyAddress = 0n;

  /** `missCost`: cycles of a page walk for data. */
  constructor(core: EngineCore, cpu: EngineProcessor, host: EngineHost, missCost = 0) {
    this.#cpu = cpu;
    this.#host = host;
    this.#core = core;
    this.#missCost = missCost;
    this.#view = cpu.view;
    this.#bytes = new Uint8Array(core.memory.buffer);
    this.#calls = {
      access: (info) => this.#access(info),
      modify: (info) => this.#modify(info),
      modified: (info) => this.#modified(info),
      helper: (record) => this.#helper(record),
      pure: (id) => this.#pure(id),
      fp: (id) => this.#fp(id),
      fpCommit: (record) => this.#fpCommit(record),
      segment: (info) => this.#segment(info),
    };
    this.tlb = new SoftTlb(core.memory, cpu.base);
    core.add(this.tlb);
    this.code = core.code;
    this.contextChanged();
  }

  /** Call when mode, privilege, segments or control registers may have changed. */
  contextChanged(): void {
    const context = this.#host.context();
    const { user, smap } = this.#host.privilege();
    this.#context = context;
    this.tlb.setPrivilege(user, smap, context);
    const width = this.#cpu.stackWidth;
    this.#view.setInt32(S.STACK_MASK, width === 16 ? 0xffff : -1, true);
    this.#view.setInt32(S.STACK_MASK + 4, width === 64 ? -1 : 0, true);
  }
  /** From within a run: what the instruction in progress asked for takes so many cycles more. It is alone, or ends its block. */
  charge(cycles: number): void {
    this.#charge(0, cycles);
  }
  /** Call when state has been changed from outside: what comes at rip begins a block, and a repeated instruction is fetched anew. */
  interrupted(): void {
    this.#position = undefined;
  }
  /** Forgets all translations, for a machine that starts afresh; decoded code is its core's. */
  reset(): void {
    this.#position = undefined;
    this.tlb.clear();
    this.instructions = 0;
    this.cycles = 0;
    this.contextChanged();
  }

  /**
   * Turns the blocks at these linear addresses (in the present context) into regions, in one module. Blocks whose first
   * instruction no region can hold stay as they are; the number of regions made is returned.
   */
  compile(addresses: readonly bigint[]): number {
    const blocks = addresses
      .map((linear) => this.code.find(this.#host, linear, this.#context))
      .filter((b) => b.instructions[0] !== undefined && fitsRegion(b.instructions[0]));
    if (blocks.length === 0) return 0;
    const first = this.#core.handlers.place(blocks.length, (index) => buildRegions(blocks, index));
    blocks.forEach((block, i) => {
      this.code.install(block, first + i);
    });
    return blocks.length;
  }

  // ------------------------------------------------------------------------------------------------- running

  /**
   * Cycles up to the instruction in progress, for what it asks of the machine (RDTSC, ports, devices): blocks are charged
   * whole when they are entered, so what has not run yet is taken off.
   */
  get now(): number {
    if (!this.#running) return this.cycles;
    const v = this.#view;
    const charged = this.cycles + v.getUint32(S.ELAPSED, true);
    if (this.#stepping !== undefined) return charged - this.#stepping.cost;
    const at = this.code.locate(v.getUint32(S.EXIT_RECORD, true));
    if (at === undefined) return charged;
    return charged - (costUpTo(at.block, at.block.count) - costUpTo(at.block, at.index));
  }
  #running = false;
  #enter(cpu: number, record: number): number {
    this.#running = true;
    const exit = this.#core.enter(this.#calls, cpu, record);
    this.#running = false;
    return exit;
  }

  /** Runs until `cycles` more have been used (the last instruction may overrun), `cut` is called, or something wants attention. */
  run(cycles: number): Stop {
    const v = this.#view;
    let left = cycles;
    this.#cut = false;
    v.setInt32(S.SHADOW, -1, true);
    while (left > 0 && !this.#cut) {
      v.setBigUint64(S.ELAPSED, 0n, true);
      const stretch = Math.min(left, STRETCH);
      v.setUint32(S.LIMIT, stretch, true);
      const stop = this.#stretch(stretch, left);
      left -= this.#collect();
      if (stop !== undefined) return stop;
    }
    this.#endRun();
    return BUDGET;
  }
  /** From within a run: ends it after the instruction in progress, which is a device's access or calls a helper that ends its block. */
  cut(): void {
    this.#cut = true;
    this.#view.setUint32(S.LIMIT, 0, true);
  }
  #cut = false;
  /** A helper in the middle of a block has been charged beyond the budget; what follows it is still part of the block. */
  #overrun = false;
  /** Adds what ELAPSED says to the totals; returns its cycles. */
  #collect(): number {
    const v = this.#view;
    const cycles = v.getUint32(S.ELAPSED, true);
    this.cycles += cycles;
    this.instructions += v.getUint32(S.ELAPSED + 4, true);
    // Counted from here on, what STI has noted holds only if nothing has run since.
    const shadowed = v.getInt32(S.SHADOW, true) === v.getInt32(S.ELAPSED + 4, true);
    v.setInt32(S.SHADOW, shadowed ? 0 : -1, true);
    v.setBigUint64(S.ELAPSED, 0n, true);
    return cycles;
  }
  /** STI was the last instruction, and what comes is in its shadow. */
  #endRun(): void {
    if (this.#view.getInt32(S.SHADOW, true) !== 0) return;
    this.#view.setInt32(S.SHADOW, -1, true);
    this.#cpu.interruptShadow = "sti";
  }
  #charge(instructions: number, cycles: number): void {
    const v = this.#view;
    v.setUint32(S.ELAPSED, v.getUint32(S.ELAPSED, true) + cycles, true);
    v.setUint32(S.ELAPSED + 4, v.getUint32(S.ELAPSED + 4, true) + instructions, true);
  }

  /** One stretch of at most LIMIT cycles; undefined when it is used up. */
  #stretch(limit: number, left: number): Stop | undefined {
    const v = this.#view;
    let linkFrom: { record: number; which: "taken" | "next"; block: Block } | undefined;
    for (;;) {
      const used = v.getUint32(S.ELAPSED, true);
      if (used >= limit || this.#cut) return undefined;
      let at = this.#resume();
      if (at === undefined) {
        let block: Block;
        try {
          block = this.#find();
        } catch (e) {
          return this.#fetchFault(e);
        }
        if (linkFrom !== undefined && !linkFrom.block.dropped) {
          this.code.link(linkFrom.record, linkFrom.which, linkFrom.block, block);
        }
        at = { block, index: 0, rip: this.#cpu.rip, repeating: false, alone: false };
      } else if (at.alone) {
        const stop = this.#stepAt(at);
        if (stop !== undefined) return stop;
        continue;
      }
      linkFrom = undefined;
      const { block, index } = at;
      const cost = costUpTo(block, block.count) - costUpTo(block, index);
      if (used + cost >= limit) {
        // A stretch that ends before the budget does simply makes room; else step to the exact boundary.
        if (limit < left && used > 0) return undefined;
        const stop = this.#stepThrough(at, limit);
        if (stop !== undefined) return stop;
        continue;
      }
      this.#position = undefined;
      this.#charge(block.count - index, cost);
      // Handlers take rip for the block's start.
      if (index > 0) this.#cpu.rip = BigInt.asUintN(64, at.rip - BigInt(block.offsets[index] ?? 0));
      const exit = this.#enter(this.#cpu.base, block.header + L.HEADER_SIZE + index * L.RECORD_SIZE);
      switch (exit) {
        case L.EXIT.taken:
        case L.EXIT.next: {
          const record = v.getUint32(S.EXIT_RECORD, true);
          const at = this.code.locate(record);
          if (at !== undefined) {
            linkFrom = { record, which: exit === L.EXIT.taken ? "taken" : "next", block: at.block };
          }
          break;
        }
        case L.EXIT.lookup:
          break;
        default: {
          const stop = this.#leave(exit);
          if (stop !== undefined) return stop;
        }
      }
    }
  }
  /** Where in the middle of a block control still is, if nothing has moved it. */
  #resume(): Position | undefined {
    const at = this.#position;
    if (at === undefined) return undefined;
    // A repeated instruction that has begun goes on even if it has overwritten itself, as on silicon.
    const there = at.repeating || !at.block.dropped;
    if (at.rip === this.#cpu.rip && there && at.block.context === this.#context) return at;
    this.#position = undefined;
    return undefined;
  }
  /** The block at rip, and its place in the jump cache. */
  #find(): Block {
    const block = this.code.find(this.#host, this.#host.codeAddress(), this.#context);
    const v = this.#view;
    let attributes = this.#host.codeAttributes;
    if (block.secondPage >= 0) attributes = this.#attributesOfBoth();
    // The jump cache's tag is cs base + rip, as `dispatch` computes it.
    const linear = this.#cpu.rip + v.getBigUint64(S.segmentOffset(S.CS) + S.SEGMENT_BASE, true);
    const hi = Number(BigInt.asIntN(32, linear >> 32n));
    this.tlb.fillJump(hi, Number(BigInt.asIntN(32, linear)), block.header, attributes, block.secondPage >= 0);
    return block;
  }
  /** Of a block that goes on in a second page. */
  #attributesOfBoth(): number {
    const host = this.#host;
    const linear = host.codeAddress();
    host.codePage((linear | 0xfffn) + 1n);
    const second = host.codeAttributes;
    host.codePage(linear);
    return (host.codeAttributes & second & PAGE_GLOBAL) | ((host.codeAttributes | second) & PAGE_LARGE);
  }
  #fetchFault(e: unknown): Stop {
    this.last = undefined;
    this.#position = undefined;
    if (!this.#host.isFault(e)) throw e;
    return { kind: "fault", fault: e };
  }

  /** Runs single instructions from `from` on until the limit is reached or the block is left. */
  #stepThrough(from: Position, limit: number): Stop | undefined {
    let at: Position | undefined = from;
    while (at !== undefined) {
      const stop = this.#stepAt(at);
      if (stop !== undefined) return stop;
      if (this.#cut || this.#view.getUint32(S.ELAPSED, true) >= limit) return undefined;
      at = this.#resume();
    }
    return undefined;
  }
  /** Runs the instruction (or what is left of a repeated one, within LIMIT) at a position, and notes the next. */
  #stepAt(at: Position): Stop | undefined {
    const { block, index } = at;
    this.#position = undefined;
    const insn = block.instructions[index];
    if (insn === undefined) {
      // Nothing but an exception. Handlers take rip for the block's start.
      this.#cpu.rip = BigInt.asUintN(64, at.rip - BigInt(block.size));
      return this.#leave(this.#enter(this.#cpu.base, block.header + L.HEADER_SIZE + index * L.RECORD_SIZE));
    }
    const before = index === 0 ? 0 : (block.costs[index - 1] ?? 0);
    const cost = at.repeating ? 1 : (block.costs[index] ?? 0) - before;
    const { rip } = at;
    const offset = BigInt(block.offsets[index] ?? 0);
    // Handlers take rip for the block's start.
    this.#cpu.rip = BigInt.asUintN(64, rip - offset);
    const record = this.code.prepareStep(block, index);
    this.#stepping = { block, index, cost };
    this.#charge(1, cost);
    this.last = insn;
    // An indirect branch must come back here, not go on to a block that the jump cache knows.
    const v = this.#view;
    const key = v.getUint32(S.CODE_KEY, true);
    const globalKey = v.getUint32(S.GLOBAL_CODE_KEY, true);
    v.setUint32(S.CODE_KEY, NO_KEY, true);
    v.setUint32(S.GLOBAL_CODE_KEY, NO_KEY, true);
    const exit = this.#enter(this.#cpu.base, record);
    if (v.getUint32(S.CODE_KEY, true) === NO_KEY) {
      v.setUint32(S.CODE_KEY, key, true);
      v.setUint32(S.GLOBAL_CODE_KEY, globalKey, true);
    }
    this.repeating = exit === L.EXIT.repeat;
    const left =
      exit === L.EXIT.flow || exit === L.EXIT.taken || exit === L.EXIT.next || exit === L.EXIT.lookup;
    const stop = left ? undefined : this.#leave(exit);
    this.#stepping = undefined;
    if (stop !== undefined) return stop;
    // The scratch records end in one that leaves; a helper that wants attention leaves by itself.
    const plain = this.#view.getUint32(S.EXIT_RECORD, true) !== record;
    if (exit === L.EXIT.flow && (insn.row.ends === true || !plain)) return BOUNDARY;
    if (this.repeating) {
      this.#position = { block, index, rip, repeating: true, alone: true };
      return undefined;
    }
    const next = BigInt.asUintN(insn.mode, rip + BigInt(insn.length));
    const inside = index + 1 < block.count || block.end.kind === "trap";
    if (inside && this.#cpu.rip === next) {
      const alone = index + 1 === block.count; // nothing but an exception
      this.#position = { block, index: index + 1, rip: next, repeating: false, alone };
    }
    return undefined;
  }
  /** Between two runs: rip is a repeated instruction of which iterations have been done. */
  get amidRepeat(): boolean {
    return this.#position?.repeating === true && this.#position.rip === this.#cpu.rip;
  }
  /** After a step: rip is still that of a repeated instruction which has iterations left. */
  repeating = false;

  /** Executes exactly one instruction (one iteration of a repeated one). */
  step(): Stop {
    const v = this.#view;
    v.setBigUint64(S.ELAPSED, 0n, true);
    v.setUint32(S.LIMIT, 0, true);
    v.setInt32(S.SHADOW, -1, true);
    let at = this.#resume();
    if (at === undefined) {
      try {
        at = { block: this.#find(), index: 0, rip: this.#cpu.rip, repeating: false, alone: true };
      } catch (e) {
        return this.#fetchFault(e);
      }
    }
    const stop = this.#stepAt(at);
    this.#collect();
    if (stop === undefined) this.#endRun();
    return stop ?? BOUNDARY;
  }

  /** Makes state precise after an exit in the middle of a block. */
  #leave(exit: number): Stop | undefined {
    const v = this.#view;
    const record = v.getUint32(S.EXIT_RECORD, true);
    const at = this.#locate(record);
    this.last = at?.block.instructions[at.index];
    switch (exit) {
      case L.EXIT.flow:
        // The record is that of the helper, or of the end after it.
        this.last ??= at?.block.instructions.at(-1);
        if (at !== undefined && this.#stepping === undefined) {
          this.#refund(at.block, at.index + 1);
          const inside = at.index + 1 < at.block.count;
          if (this.#overrun && inside)
            this.#position = {
              ...at,
              index: at.index + 1,
              rip: this.#cpu.rip,
              repeating: false,
              alone: false,
            };
          this.#overrun = false;
        }
        return BOUNDARY;
      case L.EXIT.fault: {
        this.#rewind(record, "before");
        const fault = v.getUint32(S.FAULT, true);
        v.setUint32(S.FAULT, 0, true);
        v.setUint32(S.FP_PENDING, 0, true);
        if (fault === L.FAULT_RESTART) {
          if (at !== undefined) {
            const repeating = this.#isRepeated(at) && v.getUint32(S.REPEATED, true) !== 0;
            this.#position = { ...at, rip: this.#cpu.rip, repeating, alone: true };
          }
          return undefined;
        }
        if ((fault & L.FAULT_RAISED) === 0) return { kind: "fault", fault: this.#thrown };
        const errorCode = fault & RAISED_WITH_ERROR ? v.getUint32(S.SLOW_INFO, true) : undefined;
        return { kind: "raised", vector: fault & 0xff, errorCode };
      }
      case L.EXIT.repeat:
        this.#rewind(record, "after");
        if (at !== undefined && this.#stepping === undefined) {
          this.#position = { ...at, rip: this.#cpu.rip, repeating: true, alone: true };
        }
        return undefined;
      case EXIT_STALE:
        this.#rewind(record, "before");
        return undefined;
      default:
        throw new Error(`engine left with code ${exit}`);
    }
  }
  /**
   * Sets rip to the instruction of `record` and takes back the cost of what has not run: from it on ("before"), or from
   * the one after it ("after": a repeated instruction that will go on).
   */
  #rewind(record: number, from: "before" | "after"): void {
    const at = this.#locate(record);
    if (at === undefined) return;
    const { block, index } = at;
    this.#cpu.rip += BigInt(block.offsets[index] ?? block.size);
    // Of a repeated instruction only the iteration in progress has not run.
    const iteration =
      from === "before" && this.#isRepeated(at) && this.#view.getUint32(S.REPEATED, true) !== 0;
    if (iteration) this.#charge(-1, -1);
    if (this.#stepping === undefined) {
      this.#refund(block, from === "before" && !iteration ? index : index + 1);
    } else if (from === "before" && !iteration) {
      this.#charge(-1, -this.#stepping.cost);
    }
  }
  #isRepeated({ block, index }: { block: Block; index: number }): boolean {
    const insn = block.instructions[index];
    return insn !== undefined && insn.repeat !== "none";
  }
  /** Takes back what `block` was charged for instructions from number `from` on. */
  #refund(block: Block, from: number): void {
    const { count } = block;
    if (from < count) this.#charge(from - count, costUpTo(block, from) - costUpTo(block, count));
  }
  #locate(record: number): { block: Block; index: number } | undefined {
    if (record === this.code.scratch) return this.#stepping;
    return this.code.locate(record);
  }
  /** The instruction in progress and its address. */
  #current(record: number): { insn: Instruction; offset: number } {
    const at = this.#locate(record);
    const insn = at?.block.instructions[at.index];
    if (at === undefined || insn === undefined) throw new Error("no instruction is in progress");
    return { insn, offset: at.block.offsets[at.index] ?? 0 };
  }

  // --------------------------------------------------------------------------------------- called by handlers

  /** Runs `f`; a fault is kept and reported through FAULT. */
  #guard(f: () => number): number {
    try {
      return f();
    } catch (e) {
      return this.#keepFault(e);
    }
  }
  #keepFault(e: unknown): number {
    if (!this.#host.isFault(e)) throw e;
    this.#thrown = e;
    this.#view.setUint32(S.FAULT, L.FAULT_THROWN, true);
    return L.EXIT.fault;
  }
  #isStack(info: number): boolean {
    if (info & ACCESS_STACK) return true;
    const at = this.#locate(this.#view.getUint32(S.EXIT_RECORD, true));
    const operands = at?.block.instructions[at.index]?.operands;
    if (operands !== undefined) for (const o of operands) if (o.kind === "memory") return o.segment === S.SS;
    return false;
  }
  #access(info: number): number {
    const v = this.#view;
    const lo = v.getInt32(S.SLOW_ADDRESS, true);
    const hi = v.getInt32(S.SLOW_ADDRESS + 4, true);
    const size = info & 0xff;
    const write = (info & ACCESS_WRITE) !== 0;
    try {
      if ((lo & 0xfff) + size <= 4096) {
        const page = this.#page(hi, lo, write);
        if (page === RESTART) return this.#restart();
        if (page >= 0) {
          const host = page + (lo & 0xfff);
          const scratch = this.#cpu.base + S.SCRATCH;
          if (write) this.#bytes.copyWithin(host, scratch, scratch + size);
          else this.#bytes.copyWithin(scratch, host, host + size);
          if (write) this.#afterWrite(page, host, size);
          return 0;
        }
      } else {
        const done = this.#accessAcross(hi, lo, size, write);
        if (done === RESTART) return this.#restart();
        if (done === 0) return 0;
      }
      // A device, or what only a walk can tell: alone, so that what follows from it comes right after it.
      if (this.#stepping === undefined) return this.#restart();
      const linear = v.getBigUint64(S.SLOW_ADDRESS, true);
      if (write) this.#host.write(linear, size, this.#scratchValue(size), this.#isStack(info));
      else this.#setScratch(this.#host.read(linear, size, this.#isStack(info)));
      return 0;
    } catch (e) {
      return this.#keepFault(e);
    }
  }
  /** Has the instruction in progress, which has changed nothing, run by itself. */
  #restart(): number {
    this.#view.setUint32(S.FAULT, L.FAULT_RESTART, true);
    return L.EXIT.fault;
  }
  /** An access across two pages of RAM: 0, done; −1, it must be made elsewhere; RESTART. Both are translated before either is touched. */
  #accessAcross(hi: number, lo: number, size: number, write: boolean): number {
    const next = ((lo | 0xfff) + 1) | 0;
    if (next === 0) return -1; // into the next 4 GiB, or around
    const host = this.#host;
    const first = host.dataPage(hi, lo, write);
    const firstAttributes = host.pageAttributes;
    const second = host.dataPage(hi, next, write);
    const secondAttributes = host.pageAttributes;
    if (first < 0 || second < 0) return -1;
    const misses = (this.tlb.has(hi, lo, write) ? 0 : 1) + (this.tlb.has(hi, next, write) ? 0 : 1);
    if (!this.#fits(misses)) return RESTART;
    this.#charge(0, misses * this.#missCost);
    this.#enterPage(hi, lo, write, first, firstAttributes);
    this.#enterPage(hi, next, write, second, secondAttributes);
    const at = first + (lo & 0xfff);
    const here = 4096 - (lo & 0xfff);
    const scratch = this.#cpu.base + S.SCRATCH;
    const bytes = this.#bytes;
    if (write) {
      bytes.copyWithin(at, scratch, scratch + here);
      bytes.copyWithin(second, scratch + here, scratch + size);
      this.#afterWrite(first, at, here);
      this.#afterWrite(second, second, size - here);
    } else {
      bytes.copyWithin(scratch, at, at + here);
      bytes.copyWithin(scratch + here, second, second + size - here);
    }
    return 0;
  }
  /** Whether `misses` page walks fit in what the block in progress may use; an instruction alone may overrun. */
  #fits(misses: number): boolean {
    if (misses === 0 || this.#missCost === 0 || this.#stepping !== undefined) return true;
    const v = this.#view;
    return v.getUint32(S.ELAPSED, true) + misses * this.#missCost < v.getUint32(S.LIMIT, true);
  }
  /** Place of a page for a data access, entered in the soft TLB and charged if it was not there; −1: ask for every access; RESTART. */
  #page(hi: number, lo: number, write: boolean): number {
    const page = this.#host.dataPage(hi, lo, write);
    if (page < 0) return page;
    const { pageAttributes } = this.#host;
    if (!this.tlb.has(hi, lo, write)) {
      if (!this.#fits(1)) return RESTART;
      if (this.#missCost !== 0) this.#charge(0, this.#missCost);
      this.misses++;
    }
    this.#enterPage(hi, lo, write, page, pageAttributes);
    return page;
  }
  /** Generated code may use the page from now on, unless it writes where code is. */
  #enterPage(hi: number, lo: number, write: boolean, page: number, attributes: number): void {
    const special = page < 0 || (write && this.code.hasCode(this.#host.physicalPage(page)));
    this.tlb.fill(hi, lo, write, special ? -1 : page, attributes);
  }
  /** Data accesses that missed the TLB. */
  misses = 0;
  /**
   * Call for an access that the machine has made itself for the instruction in progress (helpers, devices) or to deliver
   * an exception: its page is in the TLB afterwards. `place`: of the page in linear memory; −1: ask for every access.
   */
  touched(hi: number, lo: number, write: boolean, place: number, attributes: number): void {
    if (!this.tlb.has(hi, lo, write)) {
      // Between instructions: an exception is being delivered.
      if (!this.#running) this.cycles += this.#missCost;
      else if (this.#missCost !== 0) this.#charge(0, this.#missCost);
      this.misses++;
    }
    this.#enterPage(hi, lo, write, place, attributes);
  }
  #afterWrite(page: number, host: number, size: number): void {
    const physical = this.#host.physicalPage(page);
    if (this.code.hasCode(physical)) this.code.written(physical + (host - page), size);
  }
  #scratchValue(size: number): bigint {
    const v = this.#view;
    const low = v.getBigUint64(S.SCRATCH, true);
    if (size <= 8) return BigInt.asUintN(size * 8, low);
    return low | (v.getBigUint64(S.SCRATCH + 8, true) << 64n);
  }
  #setScratch(value: bigint): void {
    this.#view.setBigUint64(S.SCRATCH, BigInt.asUintN(64, value), true);
    this.#view.setBigUint64(S.SCRATCH + 8, BigInt.asUintN(64, value >> 64n), true);
  }
  #modify(info: number): number {
    const place = this.#cpu.base + S.SCRATCH;
    const result = this.#guard(() => {
      const v = this.#view;
      const lo = v.getInt32(S.SLOW_ADDRESS, true);
      const hi = v.getInt32(S.SLOW_ADDRESS + 4, true);
      const size = info & 0xff;
      if ((lo & 0xfff) + size <= 4096) {
        const page = this.#page(hi, lo, true);
        if (page === RESTART) return this.#restart();
        if (page >= 0 && !this.code.hasCode(this.#host.physicalPage(page))) return page + (lo & 0xfff);
      }
      if (this.#stepping === undefined) return this.#restart();
      this.#modifyAddress = v.getBigUint64(S.SLOW_ADDRESS, true);
      this.#setScratch(this.#host.readForWrite(this.#modifyAddress, size, this.#isStack(info)));
      return place;
    });
    return result;
  }
  #modified(info: number): number {
    return this.#guard(() => {
      this.#host.write(this.#modifyAddress, info & 0xff, this.#scratchValue(info & 0xff), false);
      return 0;
    });
  }
  #segment(info: number): number {
    return this.#guard(() => {
      const offset = this.#view.getBigUint64(S.SLOW_ADDRESS, true);
      const linear = this.#host.linear(
        (info >>> 16) & 0xff,
        offset,
        info & 0xff,
        (info & ACCESS_WRITE) !== 0,
      );
      this.#setScratch(linear);
      return 0;
    });
  }
  #helper(record: number): number {
    this.#view.setUint32(S.EXIT_RECORD, record, true);
    const { insn, offset } = this.#current(record);
    const cpu = this.#cpu;
    const start = cpu.rip;
    const rip = start + BigInt(offset);
    const next = BigInt.asUintN(insn.mode, rip + BigInt(insn.length));
    cpu.rip = rip;
    cpu.nextRip = next;
    const result = this.#guard(() => {
      this.#host.helper(helperOf(insn), insn);
      return 0;
    });
    if (result !== 0) {
      cpu.rip = start;
      return result;
    }
    // A repeated one still has to count down; its block ends after it anyway. Page walks may have used up the budget.
    const v = this.#view;
    const over = this.#stepping === undefined && v.getUint32(S.ELAPSED, true) >= v.getUint32(S.LIMIT, true);
    const ends = insn.row.ends !== undefined && insn.repeat === "none";
    const same = cpu.nextRip === next && this.#host.context() === this.#context;
    if (!same || ends || (over && insn.repeat === "none")) {
      cpu.rip = cpu.nextRip;
      this.#overrun = same && !ends;
      return L.EXIT.flow;
    }
    cpu.rip = start;
    return 0;
  }
  #pure(id: number): number {
    const f = PURE_FUNCTIONS[id];
    if (f === undefined) throw new Error(`pure function ${id}`);
    const args = f.args.map((w, i) => BigInt.asUintN(w, this.#argument(i)));
    this.#setScratch(f.evaluate(...args));
    return 0;
  }
  #argument(i: number): bigint {
    const at = S.SCRATCH + i * 16;
    return this.#view.getBigUint64(at, true) | (this.#view.getBigUint64(at + 8, true) << 64n);
  }
  #fp(id: number): number {
    const f = FP_FUNCTIONS[id];
    if (f === undefined) throw new Error(`floating-point function ${id}`);
    const v = this.#view;
    const context: FpContext = { mxcsr: v.getUint32(S.MXCSR, true), raised: 0 };
    const args = f.args.map((w, i) => BigInt.asUintN(w, this.#argument(i)));
    this.#setScratch(f.evaluate(context, ...args));
    v.setUint32(S.FP_PENDING, v.getUint32(S.FP_PENDING, true) | context.raised, true);
    return 0;
  }
  #fpCommit(record: number): number {
    const v = this.#view;
    const { mxcsr, faults } = settle(v.getUint32(S.MXCSR, true), v.getUint32(S.FP_PENDING, true));
    v.setUint32(S.FP_PENDING, 0, true);
    v.setUint32(S.MXCSR, mxcsr, true);
    if (!faults) return 0;
    v.setUint32(S.FAULT, L.FAULT_RAISED | EXCEPTION_VECTOR.XM, true);
    v.setUint32(S.EXIT_RECORD, record, true);
    return 1;
  }
}

/** The helper a row calls: found by running its semantics with an Ops that only knows `helper`. */
const helperNames = new WeakMap<object, ReturnType<typeof findHelper>>();

function findHelper(insn: Instruction) {
  return effectsOf(insn).helper;
}
function helperOf(insn: Instruction): NonNullable<ReturnType<typeof findHelper>> {
  let name = helperNames.get(insn.row);
  if (name === undefined) {
    name = findHelper(insn);
    helperNames.set(insn.row, name);
  }
  if (name === undefined) throw new Error(`${insn.row.id} calls no helper`);
  return name;
}
