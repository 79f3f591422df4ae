/**
 * Orders of IR blocks: postorder from the entry, and how many loops are around each. Irreducible loops are counted by their back
 * edges in that order.
 */
import type { Block } from "../ir/ir.ts";
import { edgesOf } from "./clean.ts";

/** Blocks that can be reached, each after those it leads to (but for back edges). */
export function postorder(entry: Block): Block[] {
  const out: Block[] = [];
  const seen = new Set<Block>([entry]);
  const stack: { block: Block; next: number; targets: Block[] }[] = [
    { block: entry, next: 0, targets: edgesOf(entry).map((e) => e.to) },
  ];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const target = top.targets[top.next++];
    if (target === undefined) {
      out.push(top.block);
      stack.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      stack.push({ block: target, next: 0, targets: edgesOf(target).map((e) => e.to) });
    }
  }
  return out;
}

/** Loops around each block: bodies are what reaches a back edge's source without passing its target. */
export function loopDepths(order: readonly Block[]): Map<Block, number> {
  const number = new Map(order.map((b, n) => [b, n]));
  const predecessors = new Map<Block, Block[]>();
  const backs = new Map<Block, Block[]>();
  for (const block of order) {
    for (const { to } of edgesOf(block)) {
      const list = predecessors.get(to);
      if (list) list.push(block);
      else predecessors.set(to, [block]);
      // In postorder a back edge leads to a later block, or to itself.
      if (number.get(to)! >= number.get(block)!) backs.set(to, [...(backs.get(to) ?? []), block]);
    }
  }
  const depth = new Map(order.map((b) => [b, 0]));
  for (const [header, sources] of backs) {
    const body = new Set<Block>([header]);
    const work = [...sources];
    for (let b = work.pop(); b !== undefined; b = work.pop()) {
      if (body.has(b)) continue;
      body.add(b);
      for (const p of predecessors.get(b) ?? []) if (number.get(p)! <= number.get(header)!) work.push(p);
    }
    for (const b of body) depth.set(b, depth.get(b)! + 1);
  }
  return depth;
}
