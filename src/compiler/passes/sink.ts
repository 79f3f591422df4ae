/**
 * Values that are wanted on one way only are computed there: next to where they are used, not before the branch. They are not moved into
 * loops. Memory may change on the way, so that loads stay.
 */
import { type Dominators, dominators, innermostLoops, type Loop, loops } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction, Value } from "../ir/ir.ts";
import { definingInstruction, eachUse } from "../ir/uses.ts";
import { isPure, type Pass } from "./pass.ts";

/** How often each block uses each instruction's results; arguments of edges are used by the block that they leave. */
type Users = Map<Instruction, Map<Block, number>>;

function count(users: Users, value: Value, block: Block, by: number): void {
  const def = definingInstruction(value);
  if (def === undefined) return;
  const blocks = users.get(def) ?? new Map<Block, number>();
  users.set(def, blocks);
  const sum = (blocks.get(block) ?? 0) + by;
  if (sum === 0) blocks.delete(block);
  else blocks.set(block, sum);
}

/** In the blocks that control reaches. */
function usersOf(reached: readonly Block[]): Users {
  const users: Users = new Map();
  for (const block of reached) {
    for (const { args } of block.instructions) for (const arg of args) count(users, arg, block, 1);
    eachUse(block.terminator, (value) => count(users, value, block, 1));
  }
  return users;
}

/** The last block that every way to these goes through. */
function meet(blocks: Iterable<Block>, tree: Dominators): Block {
  const [first, ...rest] = blocks;
  let common = first!;
  for (const block of rest) while (!tree.dominates(common, block)) common = tree.immediate.get(common)!;
  return common;
}

/** Up from where it is used until it is in no loop that `from` is not in. */
function outOfLoops(
  wanted: Block,
  from: Block,
  tree: Dominators,
  innermost: ReadonlyMap<Block, Loop>,
): Block {
  let to = wanted;
  const around = (block: Block): boolean => {
    for (let loop = innermost.get(block); loop; loop = loop.parent) if (!loop.blocks.has(from)) return true;
    return false;
  };
  while (to !== from && around(to)) to = tree.immediate.get(to)!;
  return to;
}

/** Constants and addresses cost nothing where they are. */
const FREE: ReadonlySet<Instruction["op"]> = new Set(["const", "fconst", "symbol", "slot"]);

function run(fn: IrFunction): boolean {
  const tree = dominators(fn);
  const innermost = innermostLoops(loops(tree));
  const users = usersOf(tree.order);
  let changed = false;
  // From the last to the first, so that what a moved instruction needs can follow it.
  for (const block of tree.order.toReversed()) {
    const moved = new Map<Block, Instruction[]>();
    const kept: Instruction[] = [];
    for (const instruction of block.instructions.toReversed()) {
      const blocks = users.get(instruction);
      const movable = isPure(instruction) && !FREE.has(instruction.op) && blocks !== undefined;
      const away = movable && blocks.size > 0 && !blocks.has(block);
      const to = away ? outOfLoops(meet(blocks.keys(), tree), block, tree, innermost) : block;
      if (to === block) {
        kept.push(instruction);
        continue;
      }
      moved.set(to, [...(moved.get(to) ?? []), instruction]);
      for (const arg of instruction.args) {
        count(users, arg, block, -1);
        count(users, arg, to, 1);
      }
    }
    if (moved.size === 0) continue;
    changed = true;
    block.instructions = kept.reverse();
    for (const [to, instructions] of moved) to.instructions.unshift(...instructions.reverse());
  }
  return changed;
}

export const sinking: Pass = { name: "sinking", letter: "n", run };
