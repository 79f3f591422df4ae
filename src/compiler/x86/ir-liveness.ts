/**
 * Which values are alive at the ends of IR blocks: selection overwrites what dies, and copies what lives on. Folding moves some
 * uses, so that it is a good guess and never relied on.
 */
import type { Block, Value } from "../ir/ir.ts";
import { edgesOf } from "./clean.ts";
import { terminatorValues } from "./terminator.ts";

/** The test for a block and a value. `order`: the blocks, each after those it leads to. */
export function liveAtEnd(order: readonly Block[], values: number): (block: Block, v: Value) => boolean {
  const words = (values + 31) >> 5;
  const into = new Map<Block, Uint32Array>();
  const out = new Map<Block, Uint32Array>();
  const used = new Map<Block, Uint32Array>();
  const made = new Map<Block, Uint32Array>();
  const set = (bits: Uint32Array, v: Value): void => {
    bits[v.id >> 5]! |= 1 << (v.id & 31);
  };
  for (const block of order) {
    const use = new Uint32Array(words);
    const def = new Uint32Array(words);
    // What the block makes itself need not come from outside: SSA has it made before it is used.
    for (const i of block.instructions) {
      for (const a of i.args) set(use, a);
      for (const r of i.results) set(def, r);
    }
    for (const v of terminatorValues(block)) set(use, v);
    for (const p of block.params) set(def, p);
    used.set(block, use);
    made.set(block, def);
    into.set(block, new Uint32Array(words));
    out.set(block, new Uint32Array(words));
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      const [o, n, use, def] = [out.get(block)!, into.get(block)!, used.get(block)!, made.get(block)!];
      for (const { to } of edgesOf(block)) {
        const from = into.get(to)!;
        for (let w = 0; w < words; w++) o[w]! |= from[w]!;
      }
      for (let w = 0; w < words; w++) {
        const next = ((use[w]! | o[w]!) & ~def[w]!) >>> 0;
        if (next !== n[w]) {
          n[w] = next;
          changed = true;
        }
      }
    }
  }
  return (block, v) => ((out.get(block)![v.id >> 5]! >>> (v.id & 31)) & 1) === 1;
}
