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
import type { Instruction, MemoryOperand } from "../isa/instruction.ts";
import { type Cost, LOAD_LATENCY } from "../isa/readings/cost.ts";
import { PORT_COUNT } from "../isa/readings/cost-classes.ts";
import { RSP } from "../isa/state.ts";
import { type Kind, kindOf, PORTS, RESOURCES, resourceOf } from "./dependencies.ts";
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
const ROUNDS = { settle: 1, measure: 2 } as const;
/** Stores that a load is compared with. */
const STORES_KEPT = 16;

/** A store in the block: where, and when its value was ready. Registers are told apart by their writes so far. */
interface Store {
  readonly segment: number;
  readonly base: number;
  readonly index: number;
  readonly scale: number;
  readonly place: number;
  readonly baseVersion: number;
  readonly indexVersion: number;
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
  readonly #memory: Store[] = [];
  #nextStore = 0;
  #wasFusible = false;

  reset(): void {
    this.#ready.fill(0);
    this.#versions.fill(0);
    this.#ports.fill(0);
    this.#floor = this.#dispatched = this.#loads = this.#stores = this.#chain = this.#end = 0;
    this.#memory.length = 0;
    this.#nextStore = 0;
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

  /** Runs one instruction; `place` tells where its memory operand is (placeOf). Returns whether it has a slot of its own. */
  run(insn: Instruction, kind: Kind, place: number): boolean {
    const { cost } = kind;
    if (cost.serial) this.#drain();
    const fused = kind.fuses && this.#wasFusible;
    this.#wasFusible = kind.fusible;
    const start = this.#dispatch(cost, kind.port, fused);

    const ready = this.#ready;
    const { operands } = insn;
    let memory: MemoryOperand | undefined;
    let address = kind.stack ? Math.max(start, ready[RSP]!) : start;
    let value = start;
    const zeroed = kind.zeroes && operands[0] === operands[1];
    for (let i = 0; i < operands.length; i++) {
      const o = operands[i]!;
      if (o.kind === "memory") {
        memory ??= o;
        if (o.base >= 0) address = Math.max(address, ready[o.base]!);
        if (o.index >= 0) address = Math.max(address, ready[o.index]!);
      } else if (kind.operands[i]!.reads && !zeroed) {
        const r = resourceOf(o);
        if (r >= 0 && ready[r]! > value) value = ready[r]!;
      }
    }
    for (const r of kind.reads) if (ready[r]! > value) value = ready[r]!;
    const issue = Math.max(value, address);
    const named = memory !== undefined && !kind.stack ? memory : undefined;
    if (cost.loads > 0) value = Math.max(value, this.#loaded(cost, named, address, place));
    // lea
    else if (cost.stores === 0) value = issue;
    const done = value + cost.latency - cost.load;

    for (let i = 0; i < operands.length; i++) {
      if (!kind.operands[i]!.writes) continue;
      const r = resourceOf(operands[i]!);
      if (r >= 0) this.#write(r, done);
    }
    for (const r of kind.writes) this.#write(r, done);
    if (kind.stack) this.#versions[RSP]!++;
    if (cost.stores > 0 && named !== undefined) this.#keepStore(named, place, done);
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
  #loaded(cost: Cost, m: MemoryOperand | undefined, address: number, place: number): number {
    const source = m && !cost.serial ? this.#storeTo(m, place) : undefined;
    if (source === undefined) return address + cost.load;
    return cost.load > LOAD_LATENCY
      ? Math.max(address + cost.load, source.ready + VECTOR_FORWARD_LATENCY)
      : Math.max(address, source.ready + FORWARD_LATENCY);
  }

  #storeTo(m: MemoryOperand, place: number): Store | undefined {
    if (this.#memory.length === 0) return undefined;
    const baseVersion = m.base < 0 ? 0 : this.#versions[m.base]!;
    const indexVersion = m.index < 0 ? 0 : this.#versions[m.index]!;
    for (const s of this.#memory) {
      if (
        s.place === place &&
        s.base === m.base &&
        s.index === m.index &&
        s.scale === m.scale &&
        s.segment === m.segment &&
        s.baseVersion === baseVersion &&
        s.indexVersion === indexVersion
      ) {
        return s;
      }
    }
    return undefined;
  }

  #keepStore(m: MemoryOperand, place: number, ready: number): void {
    const known = this.#storeTo(m, place);
    if (known !== undefined) {
      known.ready = ready;
      return;
    }
    this.#memory[this.#nextStore] = {
      segment: m.segment,
      base: m.base,
      index: m.index,
      scale: m.scale,
      place,
      baseVersion: m.base < 0 ? 0 : this.#versions[m.base]!,
      indexVersion: m.index < 0 ? 0 : this.#versions[m.index]!,
      ready,
    };
    this.#nextStore = (this.#nextStore + 1) % STORES_KEPT;
  }

  #write(resource: number, when: number): void {
    this.#ready[resource] = when;
    this.#versions[resource]!++;
  }

  /** Lets everything finish before what comes. */
  #drain(): void {
    this.#floor = Math.ceil(Math.max(this.#floor, this.#end, this.throughput()));
    this.#dispatched = this.#loads = this.#stores = 0;
    this.#ports.fill(0);
    this.#end = this.#floor;
  }
}

/** Displacement of the memory operand; rip-relative ones count from the block's start, where `after` is the next instruction. */
function placeOf(insn: Instruction, after: number): number {
  for (const o of insn.operands) {
    if (o.kind === "memory") return Number(o.displacement) + (o.ripRelative ? after : 0);
  }
  return 0;
}

const core = new Core();
const kindList: Kind[] = [];
const places: number[] = [];
const reached: number[] = [];
const groups: number[] = [];

/** Whether the last instruction branches to the first. */
function isLoop(insns: readonly Instruction[], length: number): boolean {
  for (const o of insns[insns.length - 1]!.operands)
    if (o.kind === "relative") return o.displacement === -length;
  return false;
}

function runRounds(insns: readonly Instruction[], rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < insns.length; i++) core.run(insns[i]!, kindList[i]!, places[i]!);
  }
}

/** Cycles that one more round takes: by throughput, or by the chains that go round. */
function roundCycles(insns: readonly Instruction[], settle: number, measure: number): number {
  runRounds(insns, settle);
  const throughput = core.throughput();
  const ready = core.lastReady();
  runRounds(insns, measure);
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
  kindList.length = places.length = reached.length = groups.length = 0;
  let length = 0;
  let slots = 0;
  for (const insn of insns) {
    const kind = kindOf(insn);
    length += insn.length;
    const place = placeOf(insn, length);
    if (core.run(insn, kind, place)) slots++;
    places.push(place);
    kindList.push(kind);
    groups.push(Math.ceil(slots / DISPATCH_WIDTH));
    reached.push(Math.max(core.throughput(), core.chain()));
  }
  const chain = core.chain();
  const loop = isLoop(insns, length);
  const { settle, measure } = loop ? LOOP_ROUNDS : ROUNDS;
  const round = roundCycles(insns, settle, measure);
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
