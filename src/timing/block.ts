/**
 * The static cost of a basic block in cycles, from its instructions alone: what Zen 4 would take for it with every
 * access in L1 and every branch predicted. Deterministic, so that every engine charges the same.
 *
 * The model: six macro-ops dispatch a cycle, in order; each starts when it has been dispatched, its operands are ready
 * and its ports had room for those before it; results are ready a latency later. A load from where the block has
 * stored waits for that store. The block is run over and over, and what each round adds (throughput, and chains that
 * go round through registers or memory) is its cost; for a block that does not branch to itself, a share of the chain
 * within it is the least. Instructions get parts of the cost in proportion to how far the first round had come.
 *
 * Not here: caches, TLBs, mispredictions (EventCosts in zen4.ts), the size of the window, fetch and decode.
 */
import type { Instruction } from "../isa/instruction.ts";
import { type Cost, LOAD_LATENCY } from "../isa/readings/cost.ts";
import { PORT_COUNT } from "../isa/readings/cost-classes.ts";
import { RSP } from "../isa/state.ts";
import { PORTS, RESOURCES } from "./dependencies.ts";
import { Steps } from "./steps.ts";
import {
  ACCESSES_PER_CYCLE,
  DISPATCH_WIDTH,
  EXPOSED_QUARTERS,
  FORWARD_LATENCY,
  LOADS_PER_CYCLE,
  STORES_PER_CYCLE,
  VECTOR_FORWARD_LATENCY,
} from "./zen4.ts";

const PORT_WIDTH = Float64Array.from(PORTS, (p) => PORT_COUNT[p]);

/** Rounds until a block is taken to have settled, and rounds that are measured: of a loop on itself, of others. */
const LOOP_ROUNDS = { settle: 3, measure: 6 } as const;
const ROUNDS = { settle: 1, measure: 1 } as const;
/** Stores that a load is compared with. */
const STORES_KEPT = 16;

/** A store in the block: where, and when its value was ready. Registers are told apart by their writes so far. */
interface Store {
  form: number;
  place: number;
  base: number;
  index: number;
  baseVersion: number;
  indexVersion: number;
  ready: number;
}

/** State of the model. One block is priced at a time, so one object serves all calls. */
class Core {
  readonly #ready = new Float64Array(RESOURCES);
  readonly #versions = new Uint32Array(RESOURCES);
  readonly #ports = new Float64Array(PORTS.length);
  /** Everything before this has finished: the last serialising instruction. */
  #floor = 0;
  /** Counted from the floor. */
  #dispatched = 0;
  #loads = 0;
  #stores = 0;
  /** Latest start of an instruction whose result is a register. */
  #chain = 0;
  /** Latest completion of anything. */
  #end = 0;
  readonly #memory: readonly Store[] = Array.from({ length: STORES_KEPT }, () => ({
    form: 0,
    place: 0,
    base: -1,
    index: -1,
    baseVersion: 0,
    indexVersion: 0,
    ready: 0,
  }));
  #kept = 0;
  #nextStore = 0;
  #wasFusible = false;

  reset(): void {
    this.#ready.fill(0);
    this.#versions.fill(0);
    this.#ports.fill(0);
    this.#floor = this.#dispatched = this.#loads = this.#stores = this.#chain = this.#end = 0;
    this.#kept = this.#nextStore = 0;
    this.#wasFusible = false;
  }

  /** Cycles until all so far has been dispatched and started, if nothing waited for operands. */
  throughput(): number {
    let cycles = Math.max(
      this.#dispatched / DISPATCH_WIDTH,
      this.#loads / LOADS_PER_CYCLE,
      this.#stores / STORES_PER_CYCLE,
      (this.#loads + this.#stores) / ACCESSES_PER_CYCLE,
    );
    for (let i = 0; i < PORT_WIDTH.length; i++) {
      const busy = this.#ports[i]! / PORT_WIDTH[i]!;
      if (busy > cycles) cycles = busy;
    }
    return this.#floor + cycles;
  }

  /** How long the chains within the block are: the latest start of something that others may wait for. */
  chain(): number {
    return this.#chain;
  }

  /** When the last result is there. */
  lastReady(): number {
    let latest = this.#floor;
    for (const r of this.#ready) if (r > latest) latest = r;
    return latest;
  }

  /** Runs step i. Returns whether it has a slot of its own. */
  run(steps: Steps, i: number): boolean {
    const kind = steps.kinds[i]!;
    const { cost } = kind;
    if (cost.serial) this.#drain();
    const fused = kind.fuses && this.#wasFusible;
    this.#wasFusible = kind.fusible;
    const start = this.#dispatch(cost, kind.port, fused);

    const ready = this.#ready;
    let address = kind.stack ? Math.max(start, ready[RSP]!) : start;
    const base = steps.base[i]!;
    if (base >= 0) address = Math.max(address, ready[base]!);
    const index = steps.index[i]!;
    if (index >= 0) address = Math.max(address, ready[index]!);
    const secondBase = steps.secondBase[i]!;
    if (secondBase >= 0) address = Math.max(address, ready[secondBase]!);
    let value = start;
    for (let at = steps.readsAt[i]!; at < steps.readsAt[i + 1]!; at++) {
      value = Math.max(value, ready[steps.reads[at]!]!);
    }
    const issue = Math.max(value, address);
    if (cost.loads > 0) value = Math.max(value, this.#loaded(cost, steps, i, address));
    // lea
    else if (cost.stores === 0) value = issue;
    const done = value + cost.latency - cost.load;

    for (let at = steps.writesAt[i]!; at < steps.writesAt[i + 1]!; at++) {
      const r = steps.writes[at]!;
      ready[r] = done;
      this.#versions[r]!++;
    }
    if (kind.stack) this.#versions[RSP]!++;
    if (cost.stores > 0 && steps.form[i]! >= 0) this.#keepStore(steps, i, done);
    if (!kind.onlyFlags && issue > this.#chain) this.#chain = issue;
    if (done > this.#end) this.#end = done;
    if (cost.serial) this.#drain();
    return !fused;
  }

  /** Takes the instruction's slots; returns the first cycle it may start in. */
  #dispatch(cost: Cost, port: number, fused: boolean): number {
    let start = Math.floor(this.#dispatched / DISPATCH_WIDTH);
    if (!fused) {
      start = Math.max(start, Math.floor(this.#ports[port]! / PORT_WIDTH[port]!));
      this.#dispatched += cost.uops;
      this.#ports[port]! += cost.occupancy > 1 ? cost.occupancy : cost.uops;
    }
    this.#loads += cost.loads;
    this.#stores += cost.stores;
    return this.#floor + start;
  }

  /** When a loaded value is there. */
  #loaded(cost: Cost, steps: Steps, i: number, address: number): number {
    const source = steps.form[i]! < 0 || cost.serial ? undefined : this.#storeTo(steps, i);
    if (source === undefined) return address + cost.load;
    return cost.load > LOAD_LATENCY
      ? Math.max(address + cost.load, source.ready + VECTOR_FORWARD_LATENCY)
      : Math.max(address, source.ready + FORWARD_LATENCY);
  }

  #version(register: number): number {
    return register < 0 ? 0 : this.#versions[register]!;
  }

  /** The store in flight to the memory operand of step i. */
  #storeTo(steps: Steps, i: number): Store | undefined {
    const place = steps.place[i]!;
    for (let k = 0; k < this.#kept; k++) {
      const s = this.#memory[k]!;
      if (
        s.place === place &&
        s.form === steps.form[i] &&
        s.base === steps.base[i] &&
        s.index === steps.index[i] &&
        s.baseVersion === this.#version(s.base) &&
        s.indexVersion === this.#version(s.index)
      ) {
        return s;
      }
    }
    return undefined;
  }

  #keepStore(steps: Steps, i: number, ready: number): void {
    let s = this.#storeTo(steps, i);
    if (s === undefined) {
      s = this.#memory[this.#nextStore]!;
      this.#kept = Math.max(this.#kept, this.#nextStore + 1);
      this.#nextStore = (this.#nextStore + 1) % STORES_KEPT;
      s.form = steps.form[i]!;
      s.place = steps.place[i]!;
      s.base = steps.base[i]!;
      s.index = steps.index[i]!;
      s.baseVersion = this.#version(s.base);
      s.indexVersion = this.#version(s.index);
    }
    s.ready = ready;
  }

  /** Lets everything finish before what comes. */
  #drain(): void {
    this.#floor = Math.ceil(Math.max(this.#floor, this.#end, this.throughput()));
    this.#dispatched = this.#loads = this.#stores = 0;
    this.#ports.fill(0);
    this.#end = this.#floor;
  }
}

const core = new Core();
const steps = new Steps();
const reached: number[] = [];
const groups: number[] = [];

/** Whether the last instruction branches to the first. */
function isLoop(last: Instruction, length: number): boolean {
  for (const o of last.operands) if (o.kind === "relative") return o.displacement === -length;
  return false;
}

function runRounds(rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < steps.count; i++) core.run(steps, i);
  }
}

/** Cycles that one more round takes: by throughput, or by the chains that go round. */
function roundCycles(settle: number, measure: number): number {
  runRounds(settle);
  const throughput = core.throughput();
  const ready = core.lastReady();
  runRounds(measure);
  return Math.max(core.throughput() - throughput, core.lastReady() - ready) / measure;
}

/**
 * Cycles that a basic block has taken after each of its instructions: whole, at least 1, never falling. The last is the
 * cost of the block. A function of the instructions alone; repeated string instructions count one iteration.
 */
export function blockCost(insns: readonly Instruction[]): Uint32Array {
  const costs = new Uint32Array(insns.length);
  if (insns.length === 0) return costs;
  core.reset();
  steps.fill(insns);
  reached.length = groups.length = 0;
  let slots = 0;
  for (let i = 0; i < insns.length; i++) {
    if (core.run(steps, i)) slots++;
    groups.push(Math.ceil(slots / DISPATCH_WIDTH));
    reached.push(Math.max(core.throughput(), core.chain()));
  }
  const chain = core.chain();
  const loop = isLoop(insns[insns.length - 1]!, steps.length);
  const { settle, measure } = loop ? LOOP_ROUNDS : ROUNDS;
  const round = roundCycles(settle, measure);
  const exposed = (chain * EXPOSED_QUARTERS) / 4;
  // A loop of a little more than whole cycles takes the next in practice (docs/timing.md); elsewhere the rest averages out.
  // A loop of a little more than whole cycles takes the next in practice (docs/timing.md); elsewhere the rest averages out.
  const cycles = loop ? Math.ceil(round - 0.1) : Math.round(Math.max(round, exposed));
  const last = insns.length - 1;
  const total = Math.max(1, cycles, groups[last]!);
  const whole = reached[last]!;
  for (let i = 0; i < last; i++) {
    const share = whole === 0 ? 0 : Math.ceil((total * reached[i]!) / whole);
    costs[i] = Math.min(total, Math.max(1, share, groups[i]!));
  }
  costs[last] = total;
  return costs;
}
