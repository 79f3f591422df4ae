/**
 * Order, dominators and loops of a function's blocks. Dominators by Cooper, Harvey and Kennedy, "A Simple, Fast Dominance
 * Algorithm" (2001). Blocks that cannot be reached are in no answer.
 *
 * What was found for a function is remembered and given again as long as its graph is the same: passes ask far more often than they change it.
 */
import { eachEdge } from "./construct.ts";
import type { Block, IrFunction } from "./ir.ts";
import { BlockMap, type ReadonlyBlockMap } from "./tables.ts";

/** A function's blocks that can be reached, with where they led when this was made. */
interface Graph {
  readonly blocks: readonly Block[];
  /** The targets of all edges of block n are those from `starts[n]` to `starts[n + 1]`. */
  readonly targets: readonly Block[];
  readonly starts: readonly number[];
  /** Reverse postorder. */
  readonly order: readonly Block[];
  tree: Dominators | undefined;
}
const graphs = new WeakMap<IrFunction, Graph>();

function graphOf(fn: IrFunction): Graph {
  const before = graphs.get(fn);
  if (before !== undefined && isSame(before, fn)) return before;
  const made = makeGraph(fn);
  graphs.set(fn, made);
  return made;
}

function isSame({ blocks, targets, starts }: Graph, fn: IrFunction): boolean {
  if (blocks[0] !== fn.blocks[0]) return false;
  let at = 0;
  let same = true;
  const compare = ({ to }: { to: Block }): void => {
    if (targets[at++] !== to) same = false;
  };
  for (let n = 0; n < blocks.length && same; n++) {
    eachEdge(blocks[n]!.terminator, compare);
    if (at !== starts[n + 1]) same = false;
  }
  return same;
}

function makeGraph(fn: IrFunction): Graph {
  const blocks: Block[] = [];
  const targets: Block[] = [];
  const starts = [0];
  const order: Block[] = [];
  const seen = new Uint8Array(fn.nextBlock);
  // The blocks on the path, by their places in `blocks`, and how many of their targets are still to be visited.
  const path: number[] = [];
  const left: number[] = [];
  const enter = (block: Block): void => {
    seen[block.id] = 1;
    path.push(blocks.length);
    blocks.push(block);
    eachEdge(block.terminator, ({ to }) => targets.push(to));
    starts.push(targets.length);
    left.push(targets.length - starts.at(-2)!);
  };
  if (fn.blocks[0] !== undefined) enter(fn.blocks[0]);
  while (path.length > 0) {
    const n = path.at(-1)!;
    const rest = --left[left.length - 1]!;
    if (rest < 0) {
      order.push(blocks[n]!);
      path.pop();
      left.pop();
      continue;
    }
    const at = starts[n]! + rest;
    const next = targets[at]!;
    // A switch may have many edges to one block: the first is its turn.
    if (seen[next.id] === 0 && targets.indexOf(next, starts[n]) === at) enter(next);
  }
  return { blocks, targets, starts, order: order.reverse(), tree: undefined };
}

/** Blocks that can be reached, each after all its predecessors but for loops' edges back. */
export function reversePostorder(fn: IrFunction): readonly Block[] {
  return graphOf(fn).order;
}

/** Where control may go next, without repeats. */
export function successors({ terminator }: Block): Block[] {
  const found: Block[] = [];
  eachEdge(terminator, ({ to }) => {
    if (!found.includes(to)) found.push(to);
  });
  return found;
}

export interface Dominators {
  /** In reverse postorder. */
  readonly order: readonly Block[];
  /** Place in `order`. */
  readonly index: ReadonlyBlockMap<number>;
  readonly predecessors: ReadonlyBlockMap<readonly Block[]>;
  /** The next block up the tree; none of the entry. */
  readonly immediate: ReadonlyBlockMap<Block>;
  /** Down the tree, in reverse postorder. */
  readonly children: ReadonlyBlockMap<readonly Block[]>;
  /** Whether every way to `b` goes through `a`; every block dominates itself. */
  dominates(a: Block, b: Block): boolean;
}

export function dominators(fn: IrFunction): Dominators {
  const graph = graphOf(fn);
  graph.tree ??= makeTree(fn, graph);
  return graph.tree;
}

function makeTree(fn: IrFunction, { order }: Graph): Dominators {
  const index = new BlockMap<number>(fn);
  const predecessors = new BlockMap<Block[]>(fn);
  order.forEach((block, i) => {
    index.set(block, i);
    predecessors.set(block, []);
  });
  for (const block of order) {
    eachEdge(block.terminator, ({ to }) => {
      const before = predecessors.get(to);
      if (before !== undefined && before.at(-1) !== block) before.push(block);
    });
  }

  // By places in the order; −1: not known yet.
  const up = new Int32Array(order.length).fill(-1);
  if (order.length > 0) up[0] = 0;
  const meet = (a: number, b: number): number => {
    let x = a;
    let y = b;
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

  const immediate = new BlockMap<Block>(fn);
  const children = new BlockMap<Block[]>(fn);
  for (const block of order) children.set(block, []);
  for (let i = 1; i < order.length; i++) {
    const parent = order[up[i]!]!;
    immediate.set(order[i]!, parent);
    children.get(parent)!.push(order[i]!);
  }
  // A block dominates those whose places in a walk of the tree lie within its own: from its first to its last.
  const first = new Int32Array(fn.nextBlock).fill(-1);
  const last = new Int32Array(fn.nextBlock);
  let clock = 0;
  const walk: Block[] = order.length > 0 ? [order[0]!] : [];
  for (let block = walk.at(-1); block !== undefined; block = walk.at(-1)) {
    if (first[block.id] === -1) {
      first[block.id] = clock++;
      for (const child of children.get(block)!) walk.push(child);
    } else {
      last[block.id] = clock;
      walk.pop();
    }
  }
  const dominates = (a: Block, b: Block): boolean => {
    const at = first[b.id] ?? -1;
    const from = first[a.id] ?? -1;
    return at >= 0 && from >= 0 && from <= at && at < last[a.id]!;
  };
  return { order, index, predecessors, immediate, children, dominates };
}

/** The blocks from which a header is reached again without leaving the header's reign. */
export interface NaturalLoop {
  readonly header: Block;
  /** With the header. */
  readonly blocks: ReadonlySet<Block>;
  /** Blocks that jump back to the header. */
  readonly latches: readonly Block[];
}
/** A natural loop among the others of its function. */
export interface Loop extends NaturalLoop {
  /** The smallest other loop around it. */
  readonly parent: Loop | undefined;
  /** 1 for loops in no other. */
  readonly depth: number;
}

const known = new WeakMap<Dominators, readonly Loop[]>();

/** Natural loops, one for each header, outer ones first. Cycles with two entries are none. */
export function loops(tree: Dominators): readonly Loop[] {
  let found = known.get(tree);
  if (found === undefined) {
    found = findLoops(tree);
    known.set(tree, found);
  }
  return found;
}

/** The loop of a header; undefined if nothing that it dominates jumps to it. */
export function loopOf(tree: Dominators, header: Block): NaturalLoop | undefined {
  const latches = tree.predecessors.get(header)?.filter((block) => tree.dominates(header, block)) ?? [];
  if (latches.length === 0) return undefined;
  const blocks = new Set<Block>([header]);
  const work = [...latches];
  for (let block = work.pop(); block !== undefined; block = work.pop()) {
    if (blocks.has(block)) continue;
    blocks.add(block);
    work.push(...tree.predecessors.get(block)!);
  }
  return { header, blocks, latches };
}

function findLoops(tree: Dominators): Loop[] {
  const found = tree.order.flatMap((block) => loopOf(tree, block) ?? []);
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
