/**
 * The threaded interpreter as an engine of the machine. While nothing can happen between instructions (boundary.ts's
 * `quiet`) it runs blocks at full speed; else one instruction at a time with the boundary's work around each.
 */

import { MAX_BLOCK } from "../engine/block.ts";
import type { EngineCore } from "../engine/core.ts";
import { Interpreter, type Stop } from "../engine/interpreter.ts";
import type { ExceptionName } from "../isa/ops.ts";
import { Boundary } from "./boundary.ts";
import type { Engine, Processor, StopReason } from "./engine.ts";
import { MachineEngineHost } from "./engine-host.ts";
import { Fault, VECTOR } from "./fault.ts";
import { Fetcher } from "./fetch.ts";
import { tlbHooks } from "./tlb-hooks.ts";

/**
 * Most instructions that one cycle can hold: those of a block may all be done in the shadow of a slow one, and each block
 * costs a cycle. So a budget of cycles never overruns one of instructions.
 */
const WIDTH = MAX_BLOCK;
/** Below this many instructions the budget is used up one by one. */
const FEW = 2 * WIDTH;
/** Cycles to ask for at once when there is no limit. */
const LONG = 1e9;

const NAMES = new Map<number, ExceptionName>(
  // as: VECTOR's keys are exception names
  Object.entries(VECTOR).map(([name, vector]) => [vector, name as ExceptionName]),
);

export class InterpretedEngine implements Engine {
  readonly name = "interpreter";
  readonly interpreter: Interpreter;
  readonly #core: EngineCore;
  readonly #processor: Processor;
  readonly #boundary: Boundary;
  readonly #fetcher: Fetcher;
  /** Whether accesses were watched when the TLB was last told. */
  #watched = false;
  #cut = false;

  /** `segments`: see MachineEngineHost; one for all processors that share `core`. */
  constructor(processor: Processor, core: EngineCore, segments?: Map<string, number>) {
    const { cpu, mmu, timing } = processor;
    this.#processor = processor;
    this.#core = core;
    this.#boundary = new Boundary(processor);
    this.#fetcher = new Fetcher(cpu, mmu);
    const host = new MachineEngineHost(processor, timing.blockCost, segments);
    const interpreter = new Interpreter(core, cpu, host, timing.tlbMiss);
    this.interpreter = interpreter;
    cpu.hooks = tlbHooks(interpreter.tlb, () => interpreter.contextChanged());
    mmu.written = (physical, size) => this.written(physical, size);
    mmu.touched = (hi, lo, write, page, attributes) => {
      const place = mmu.watching ? -1 : mmu.physical.host(page, write);
      interpreter.touched(hi, lo, write, place, attributes);
    };
  }

  get instructions(): number {
    return this.interpreter.instructions;
  }
  get cycles(): number {
    return this.interpreter.now;
  }
  get tlbMisses(): number {
    return this.interpreter.misses;
  }
  written(address: number, size: number): void {
    const at = this.#processor.mmu.physical.host(address);
    if (at >= 0) this.#core.written(at, size);
  }
  interrupted(): void {
    this.interpreter.interrupted();
  }
  cut(): void {
    this.#cut = true;
    this.interpreter.cut();
  }
  charge(cycles: number): void {
    this.interpreter.charge(cycles);
  }
  reset(): void {
    this.#boundary.reset();
    this.interpreter.reset();
  }

  run(instructions: number, cycles = Number.POSITIVE_INFINITY): StopReason {
    const { interpreter } = this;
    const { mmu } = this.#processor;
    const boundary = this.#boundary;
    // State may have been changed from outside since the last run.
    interpreter.contextChanged();
    this.#cut = false;
    let left = instructions;
    const end = interpreter.cycles + cycles;
    while (left > 0 && interpreter.cycles < end && !this.#cut) {
      const entered = boundary.enter();
      if (entered !== undefined) return entered;
      const { watching } = mmu;
      if (watching !== this.#watched) {
        if (watching) interpreter.tlb.protectAll();
        this.#watched = watching;
      }
      const before = interpreter.instructions;
      const fast = left > FEW && boundary.quiet && !watching;
      const stop = fast
        ? interpreter.run(Math.min(Math.floor(left / WIDTH), end - interpreter.cycles, LONG))
        : this.#step();
      left -= interpreter.instructions - before;
      if (stop === undefined) continue;
      const ended = this.#after(stop, fast);
      if (ended !== undefined) return ended;
      // A fault uses up the budget like an instruction.
      if (stop.kind === "fault" || stop.kind === "raised") left--;
    }
    return { kind: "limit" };
  }

  /** One instruction with all that belongs around it; undefined: nothing was executed, because a hook stopped the run. */
  #step(): Stop | undefined {
    const { cpu, hooks } = this.#processor;
    if (hooks.instruction !== undefined) {
      try {
        hooks.instruction(cpu.rip, this.#fetcher.fetch());
      } catch (e) {
        if (!(e instanceof Fault)) throw e;
        return { kind: "fault", fault: e };
      }
      if (hooks.stopRequested) return undefined;
    }
    this.#boundary.begin();
    this.interpreter.contextChanged();
    return this.interpreter.step();
  }
  /** What follows a stop of the interpreter. `fast`: `begin` has not been called. */
  #after(stop: Stop, fast: boolean): StopReason | undefined {
    const { interpreter } = this;
    const boundary = this.#boundary;
    if (stop.kind === "budget") {
      boundary.endOfQuiet();
      boundary.setRepeating(interpreter.amidRepeat);
      return undefined;
    }
    interpreter.contextChanged();
    if (fast) boundary.endOfQuiet();
    if (stop.kind === "boundary") {
      const insn = interpreter.last;
      if (insn !== undefined) {
        boundary.retire(insn);
        boundary.setRepeating(insn.repeat !== "none" && interpreter.repeating);
      }
      return undefined;
    }
    const fault =
      stop.kind === "raised" ? new Fault(NAMES.get(stop.vector) ?? "UD", stop.errorCode) : stop.fault;
    if (!(fault instanceof Fault)) throw fault;
    const ended = boundary.raise(fault, interpreter.last);
    interpreter.contextChanged();
    return ended;
  }
}
