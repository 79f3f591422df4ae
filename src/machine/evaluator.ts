/**
 * The evaluator as an engine: fetches, decodes and evaluates one instruction at a time, straight from the table, with
 * no cache of anything. Slow; it is what other engines are compared with.
 */

import { SoftTlb } from "../engine/soft-tlb.ts";
import type { HelperName } from "../isa/helpers.ts";
import type { Instruction } from "../isa/instruction.ts";
import type { ExceptionName } from "../isa/ops.ts";
import { type EvaluateEnvironment, evaluate } from "../isa/readings/evaluate.ts";
import { BlockClock } from "./block-clock.ts";
import { Boundary } from "./boundary.ts";
import type { Engine, Processor, StopReason } from "./engine.ts";
import { MachineEngineHost } from "./engine-host.ts";
import { Fault } from "./fault.ts";
import { Fetcher } from "./fetch.ts";
import { gate, mmxErrorPending } from "./gating.ts";
import { HELPER_IMPLEMENTATIONS } from "./helpers/index.ts";
import { tlbHooks } from "./tlb-hooks.ts";

export class Evaluator implements Engine {
  readonly name = "evaluator";
  instructions = 0;
  cycles = 0;
  readonly #processor: Processor;
  readonly #boundary: Boundary;
  readonly #fetcher: Fetcher;
  readonly #environment: EvaluateEnvironment;
  readonly #clock: BlockClock;
  /** Nothing is looked up through it: it tells which accesses would have missed. */
  readonly #tlb: SoftTlb;
  tlbMisses = 0;
  #cut = false;
  /** A repeated string instruction between two iterations, if nothing has come between. */
  #repeated: { readonly insn: Instruction; readonly rip: bigint } | undefined;

  constructor(processor: Processor, memory: WebAssembly.Memory) {
    const { cpu, mmu, timing } = processor;
    this.#processor = processor;
    this.#boundary = new Boundary(processor);
    this.#fetcher = new Fetcher(cpu, mmu);
    const host = new MachineEngineHost(processor, timing.blockCost);
    this.#clock = new BlockClock(cpu, host);
    mmu.written = (physical, size) => this.written(physical, size);
    const tlb = new SoftTlb(memory, cpu.base);
    this.#tlb = tlb;
    const contextChanged = (): void => {
      const { user, smap } = host.privilege();
      tlb.setPrivilege(user, smap, 0);
    };
    cpu.hooks = tlbHooks(tlb, contextChanged);
    contextChanged();
    mmu.touched = (hi, lo, write, _page, attributes) => {
      if (!tlb.has(hi, lo, write)) {
        this.tlbMisses++;
        this.cycles += timing.tlbMiss;
      }
      tlb.fill(hi, lo, write, -1, attributes);
    };
    this.#environment = {
      raise: (exception: ExceptionName, errorCode?: number): never => {
        throw new Fault(exception, errorCode);
      },
      helper: (name: HelperName, insn: Instruction) => {
        HELPER_IMPLEMENTATIONS[name](cpu, insn);
      },
    };
  }

  run(instructions: number, cycles = Number.POSITIVE_INFINITY): StopReason {
    this.#cut = false;
    const end = this.cycles + cycles;
    // A fault uses up the budget like an instruction, so that faults without end come to one.
    for (let left = instructions; left > 0 && this.cycles < end && !this.#cut; left--) {
      const stop = this.#boundary.enter() ?? this.#step();
      if (stop !== undefined) return stop;
    }
    return { kind: "limit" };
  }
  charge(cycles: number): void {
    this.cycles += cycles;
  }
  cut(): void {
    this.#cut = true;
  }
  written(address: number, size: number): void {
    const at = this.#processor.mmu.physical.host(address);
    if (at >= 0) this.#clock.written(at, size);
  }
  interrupted(): void {
    this.#clock.reset();
    this.#repeated = undefined;
  }
  reset(): void {
    this.instructions = 0;
    this.cycles = 0;
    this.tlbMisses = 0;
    this.#tlb.clear();
    this.#boundary.reset();
    this.#clock.reset();
    this.#repeated = undefined;
  }

  #step(): StopReason | undefined {
    const { cpu, hooks } = this.#processor;
    const boundary = this.#boundary;
    cpu.hooks.contextChanged(); // whatever the last instruction has changed
    let insn: Instruction | undefined;
    let cycles = 0;
    try {
      insn = this.#repeated?.rip === cpu.rip ? this.#repeated.insn : this.#fetcher.fetch();
      this.#repeated = undefined;
      hooks.instruction?.(cpu.rip, insn);
      if (hooks.stopRequested) return undefined;
      cycles = this.#clock.begin();
      boundary.begin();
      const refused = gate(insn.row, cpu);
      if (refused !== undefined) throw new Fault(refused);
      if (mmxErrorPending(insn.row, cpu)) throw new Fault("MF");
      evaluate(insn, cpu, this.#environment);
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      this.#clock.fault();
      return boundary.raise(thrown, insn);
    }
    const repeats = insn.repeat !== "none" && cpu.nextRip === cpu.rip;
    cpu.rip = cpu.nextRip;
    this.instructions++;
    this.cycles += cycles;
    this.#clock.retire(insn, repeats);
    // A repeated instruction is not fetched again for each iteration: it may overwrite itself and goes on.
    if (repeats) this.#repeated = { insn, rip: cpu.rip };
    boundary.retire(insn);
    boundary.setRepeating(repeats);
    return undefined;
  }
}
