/**
 * Order, dominators and loops of a function's blocks. Dominators by Cooper, Harvey and Kennedy, "A Simple, Fast Dominance
 * Algorithm" (2001). Blocks that cannot be reached are in no answer.
 */
import { edgesOf } from "./construct.ts";
import type { Block, IrFunction } from "./ir.ts";

/** Blocks that can be reached, each after all its predecessors but for loops' edges back. */
export function reversePostorder(fn: IrFunction): Block[] {
  const entry = fn.blocks[0];
  if (entry === undefined) return [];
  const order: Block[] = [];
  const seen = new Set<Block>([entry]);
  // Of each block on the path: the successors that are still to be visited.
  const path: { block: Block; next: Block[] }[] = [{ block: entry, next: successors(entry) }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const block = top.next.pop();
    if (block === undefined) {
      order.push(top.block);
      path.pop();
    } else if (!seen.has(block)) {
      seen.add(block);
      path.push({ block, next: successors(block) });
    }
  }
  return order.reverse();
}

/** Where control may go next, without repeats. */
export function successors(block: Block): Block[] {
  return [...new Set(edgesOf(block.terminator).map((edge) => edge.to))];
}

export interface Dominators {
  /** In reverse postorder. */
  readonly order: readonly Block[];
  /** Place in `order`. */
  readonly index: ReadonlyMap<Block, number>;
  readonly predecessors: ReadonlyMap<Block, readonly Block[]>;
  /** The next block up the tree; none of the entry. */
  readonly immediate: ReadonlyMap<Block, Block>;
  /** Down the tree, in reverse postorder. */
  readonly children: ReadonlyMap<Block, readonly Block[]>;
  /** Whether every way to `b` goes through `a`; every block dominates itself. */
  dominates(a: Block, b: Block): boolean;
}

export function dominators(fn: IrFunction): Dominators {
  const order = reversePostorder(fn);
  const index = new Map(order.map((block, i) => [block, i]));
  const predecessors = new Map<Block, Block[]>(order.map((block) => [block, []]));
  for (const block of order) for (const next of successors(block)) predecessors.get(next)!.push(block);

  // By places in the order; −1: not known yet.
  const up = new Int32Array(order.length).fill(-1);
  if (order.length > 0) up[0] = 0;
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (x > y) x = up[x]!;
      while (y > x) y = up[y]!;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      let best = -1;
      for (const from of predecessors.get(order[i]!)!) {
        const p = index.get(from)!;
        if (up[p] !== -1) best = best === -1 ? p : meet(p, best);
      }
      if (up[i] !== best) {
        up[i] = best;
        changed = true;
      }
    }
  }

  const immediate = new Map<Block, Block>();
  const children = new Map<Block, Block[]>(order.map((block) => [block, []]));
  for (let i = 1; i < order.length; i++) {
    const parent = order[up[i]!]!;
    immediate.set(order[i]!, parent);
    children.get(parent)!.push(order[i]!);
  }
  // A block dominates those whose numbers in a walk of the tree lie within its own.
  const first = new Map<Block, number>();
  const last = new Map<Block, number>();
  let clock = 0;
  const walk: (readonly [Block, boolean])[] = order.length > 0 ? [[order[0]!, false]] : [];
  for (let step = walk.pop(); step !== undefined; step = walk.pop()) {
    const [block, done] = step;
    if (done) {
      last.set(block, clock++);
      continue;
    }
    first.set(block, clock++);
    walk.push([block, true]);
    for (const child of children.get(block)!) walk.push([child, false]);
  }
  const dominates = (a: Block, b: Block): boolean => {
    const [af, al, bf, bl] = [first.get(a), last.get(a), first.get(b), last.get(b)];
    return af !== undefined && bf !== undefined && af <= bf && al! >= bl!;
  };
  return { order, index, predecessors, immediate, children, dominates };
}

/** A natural loop: the blocks from which the header is reached again without leaving the header's reign. */
export interface Loop {
  readonly header: Block;
  /** With the header. */
  readonly blocks: ReadonlySet<Block>;
  /** Blocks that jump back to the header. */
  readonly latches: readonly Block[];
  /** The smallest other loop around it. */
  readonly parent: Loop | undefined;
  /** 1 for loops in no other. */
  readonly depth: number;
}

/** Natural loops, one for each header, outer ones first. Cycles with two entries are none. */
export function loops(tree: Dominators): Loop[] {
  const latches = new Map<Block, Block[]>();
  for (const block of tree.order) {
    for (const next of successors(block)) {
      if (tree.dominates(next, block)) latches.set(next, [...(latches.get(next) ?? []), block]);
    }
  }
  const found: { header: Block; blocks: Set<Block>; latches: Block[] }[] = [];
  for (const [header, ends] of latches) {
    const blocks = new Set<Block>([header]);
    const work = [...ends];
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      if (blocks.has(block)) continue;
      blocks.add(block);
      work.push(...tree.predecessors.get(block)!);
    }
    found.push({ header, blocks, latches: ends });
  }
  // Larger ones first, so that parents exist; those of equal size cannot contain each other.
  found.sort(
    (a, b) => b.blocks.size - a.blocks.size || tree.index.get(a.header)! - tree.index.get(b.header)!,
  );
  const result: Loop[] = [];
  for (const { header, blocks, latches: ends } of found) {
    const parent = result.findLast((outer) => outer.blocks.has(header) && outer.header !== header);
    result.push({ header, blocks, latches: ends, parent, depth: (parent?.depth ?? 0) + 1 });
  }
  return result;
}

/** The innermost loop of each block that is in one. */
export function innermostLoops(all: readonly Loop[]): Map<Block, Loop> {
  const inner = new Map<Block, Loop>();
  for (const loop of all) for (const block of loop.blocks) inner.set(block, loop);
  return inner;
}
