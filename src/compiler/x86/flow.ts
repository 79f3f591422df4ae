/**
 * The flow graph of machine blocks: cleaning, order, loops and estimated frequencies. Every loop gets a block before it and a
 * block of its own on each way out, so that the allocator can put moves there; empty ones vanish when code is laid out.
 */
import { type MachineBlock, type MachineFunction, retarget, successors as successorsOf } from "./machine.ts";

export interface Loop {
  readonly header: MachineBlock;
  readonly blocks: Set<MachineBlock>;
  parent: Loop | undefined;
}

/** Runs of a loop's body for each time it is entered, as estimated. */
const TRIPS = 8;
const LIKELY = 0.9;
const COLD = 0.001;

/** What the program says of an edge; unsaid ones in the order of the branch. */
function hint(from: MachineBlock, to: MachineBlock): number {
  const { end } = from;
  if (isCold(to)) return COLD;
  if (end.kind === "toggle") return to === end.taken ? COLD : 1;
  if (end.kind !== "branch") return 0.5;
  const taken = to === end.taken;
  if (end.likely !== undefined) return (end.likely === "taken") === taken ? LIKELY : 1 - LIKELY;
  return taken ? 0.51 : 0.49;
}

/** Reverse postorder; `hot` says how likely an edge is: the likeliest target comes right after its source where it can. */
function reachable(
  entry: MachineBlock,
  hot: (from: MachineBlock, to: MachineBlock) => number = hint,
): MachineBlock[] {
  const post: MachineBlock[] = [];
  const successors = (block: MachineBlock): MachineBlock[] =>
    successorsOf(block)
      .map((to) => ({ to, weight: hot(block, to) }))
      .sort((a, b) => a.weight - b.weight)
      .map(({ to }) => to);
  const seen = new Set<MachineBlock>([entry]);
  const stack = [{ block: entry, targets: successors(entry), next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const target = top.targets[top.next++];
    if (target === undefined) {
      post.push(top.block);
      stack.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      stack.push({ block: target, targets: successors(target), next: 0 });
    }
  }
  return post.reverse();
}

/** Sets the predecessors of reachable blocks and returns those in reverse postorder. */
export function linkBlocks(entry: MachineBlock): MachineBlock[] {
  const order = reachable(entry);
  for (const block of order) block.predecessors = [];
  for (const block of order) for (const to of successorsOf(block)) to.predecessors.push(block);
  return order;
}

/** Jumps to empty blocks go where those jump to; a block that only one jumps to becomes part of it. */
export function simplify(entry: MachineBlock): void {
  const order = linkBlocks(entry);
  const finalTarget = (block: MachineBlock): MachineBlock => {
    const seen = new Set<MachineBlock>();
    let b = block;
    while (b.instructions.length === 0 && b.end.kind === "jump" && !seen.has(b)) {
      seen.add(b);
      b = b.end.to;
    }
    return b;
  };
  for (const block of order) {
    for (const to of successorsOf(block)) {
      const final = finalTarget(to);
      if (final !== to) retarget(block, to, final);
    }
    const { end } = block;
    if ((end.kind === "branch" || end.kind === "toggle") && end.taken === end.otherwise)
      block.end = { kind: "jump", to: end.taken };
  }
  for (const block of linkBlocks(entry)) {
    for (;;) {
      const { end } = block;
      if (end.kind !== "jump" || end.to === block || end.to === entry || end.to.predecessors.length !== 1)
        break;
      const next = end.to;
      // What has been merged already has no instructions of its own.
      if (next.predecessors[0] !== block) break;
      block.instructions = block.instructions.concat(next.instructions);
      block.end = next.end;
      block.endPlace = next.endPlace;
      next.instructions = [];
      next.end = { kind: "none" };
      for (const to of successorsOf(block)) {
        to.predecessors = to.predecessors.map((p) => (p === next ? block : p));
      }
    }
  }
}

/** Natural loops, outer ones first. Loops that share a header are one. */
export function findLoops(order: readonly MachineBlock[]): Loop[] {
  const position = new Map(order.map((b, n) => [b, n]));
  const loops: Loop[] = [];
  for (const header of order) {
    const sources = header.predecessors.filter((p) => position.get(p)! >= position.get(header)!);
    if (sources.length === 0) continue;
    const blocks = new Set<MachineBlock>([header]);
    const work = [...sources];
    let reducible = true;
    for (let b = work.pop(); b !== undefined; b = work.pop()) {
      if (blocks.has(b)) continue;
      if (position.get(b)! < position.get(header)!) {
        reducible = false;
        continue;
      }
      blocks.add(b);
      work.push(...b.predecessors);
    }
    if (reducible) loops.push({ header, blocks, parent: undefined });
  }
  loops.sort((a, b) => b.blocks.size - a.blocks.size);
  loops.forEach((loop, n) => {
    for (let m = n - 1; m >= 0; m--) {
      if (loops[m]!.blocks.has(loop.header)) {
        loop.parent = loops[m];
        break;
      }
    }
  });
  return loops;
}

/** Gives each loop a block of its own before its header and on each of its ways out. */
function separateLoops(machine: MachineFunction, loops: readonly Loop[], entry: MachineBlock): MachineBlock {
  let first = entry;
  const between = (from: readonly MachineBlock[], to: MachineBlock): MachineBlock => {
    const block = machine.block();
    block.end = { kind: "jump", to };
    block.endPlace = to.instructions[0]?.place ?? to.endPlace;
    for (const f of from) retarget(f, to, block);
    block.predecessors = [...from];
    to.predecessors = [...to.predecessors.filter((p) => !from.includes(p)), block];
    return block;
  };
  const enclosing = (loop: Loop, block: MachineBlock): void => {
    for (let l = loop.parent; l !== undefined; l = l.parent) l.blocks.add(block);
  };
  for (const loop of [...loops].reverse()) {
    const outside = loop.header.predecessors.filter((p) => !loop.blocks.has(p));
    const single = outside.length === 1 && successorsOf(outside[0]!).length === 1;
    if (loop.header === first || !single) {
      const before = between(outside, loop.header);
      enclosing(loop, before);
      if (loop.header === first) first = before;
    }
    for (const block of [...loop.blocks]) {
      for (const to of successorsOf(block)) {
        if (loop.blocks.has(to)) continue;
        if (to.predecessors.length === 1) continue;
        const exit = between([block], to);
        for (let l = loop.parent; l !== undefined; l = l.parent) if (l.blocks.has(to)) l.blocks.add(exit);
      }
    }
  }
  return first;
}

/** Blocks with those of each loop together, otherwise in the order given. */
function contiguous(order: readonly MachineBlock[], loops: readonly Loop[]): MachineBlock[] {
  const out: MachineBlock[] = [];
  const done = new Set<MachineBlock>();
  const loopAt = new Map<MachineBlock, Loop>(loops.map((l) => [l.header, l]));
  const place = (list: readonly MachineBlock[]): void => {
    for (const block of list) {
      if (done.has(block)) continue;
      done.add(block);
      out.push(block);
      const loop = loopAt.get(block);
      if (loop) place(order.filter((b) => loop.blocks.has(b)));
    }
  };
  place(order);
  return out;
}

/** Whether control is unlikely to come here: the block ends in nothing. */
const isCold = (block: MachineBlock): boolean => block.end.kind === "none";

/** How likely each way out of a block is, in the order of `successors`; they add up to 1. */
export class Likelihoods {
  readonly #innermost = new Map<MachineBlock, Loop>();
  readonly #headers: ReadonlySet<MachineBlock>;

  /** `loops`: outer ones first. */
  constructor(loops: readonly Loop[]) {
    for (const loop of loops) for (const b of loop.blocks) this.#innermost.set(b, loop);
    this.#headers = new Set(loops.map((l) => l.header));
  }
  loopOf(block: MachineBlock): Loop | undefined {
    return this.#innermost.get(block);
  }
  isHeader(block: MachineBlock): boolean {
    return this.#headers.has(block);
  }
  /** Whether a way leads into a loop from outside, at once or after a block before it. */
  #entersLoop(from: MachineBlock, to: MachineBlock): boolean {
    if (this.#headers.has(to)) return !this.loopOf(to)!.blocks.has(from);
    const { end } = to;
    return end.kind === "jump" && this.#headers.has(end.to) && this.loopOf(to) !== this.loopOf(end.to);
  }
  of(block: MachineBlock): number[] {
    const loop = this.loopOf(block);
    const { end } = block;
    const weights = successorsOf(block).map((to) => {
      let weight = 1;
      if (end.kind === "branch" && end.likely !== undefined) {
        weight = (end.likely === "taken") === (to === end.taken) ? LIKELY : 1 - LIKELY;
      } else if (end.kind === "toggle") weight = to === end.taken ? 1 - LIKELY : LIKELY;
      if (isCold(to)) weight = COLD;
      else if (loop && !loop.blocks.has(to)) weight /= TRIPS - 1;
      // Loops are there to be run.
      else if (this.#entersLoop(block, to)) weight *= 4;
      return weight;
    });
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  }
}

function estimate(order: readonly MachineBlock[], loops: readonly Loop[]): void {
  const likely = new Likelihoods(loops);
  const position = new Map(order.map((b, n) => [b, n]));
  for (const b of order) {
    b.frequency = 0;
    b.depth = 0;
    for (let l = likely.loopOf(b); l !== undefined; l = l.parent) b.depth++;
  }
  order[0]!.frequency = 1;
  for (const block of order) {
    if (likely.isHeader(block)) block.frequency *= TRIPS;
    const ways = likely.of(block);
    successorsOf(block).forEach((to, n) => {
      if (position.get(to)! > position.get(block)!) to.frequency += block.frequency * ways[n]!;
    });
  }
  for (const b of order) b.frequency = Math.max(b.frequency, 1e-6);
}

/** Cleans the graph, orders its blocks into `machine.blocks`, and estimates their frequencies. */
export function arrange(machine: MachineFunction, entry: MachineBlock): Loop[] {
  simplify(entry);
  const loops = findLoops(linkBlocks(entry));
  const first = separateLoops(machine, loops, entry);
  estimate(linkBlocks(first), loops);
  machine.blocks = contiguous(
    reachable(first, (_, to) => to.frequency),
    loops,
  );
  return loops;
}
