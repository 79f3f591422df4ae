/**
 * Loop-invariant code motion: what does not change in a loop is computed in front of it. Pure operations that cannot trap always;
 * loads if nothing in the loop may write what they read, and either they are executed in every round or their bytes are surely there.
 */
import { type Dominators, dominators, type Loop, loops, successors } from "../ir/dominators.ts";
import type { Block, Instruction, IrFunction } from "../ir/ir.ts";
import { ValueSet } from "../ir/tables.ts";
import { type Access, Aliases, accessOf } from "./alias.ts";
import { isSpeculable, type Pass } from "./pass.ts";
import { preheader } from "./preheader.ts";

/** Constants and addresses cost nothing where they are used. */
const FREE: ReadonlySet<Instruction["op"]> = new Set(["const", "fconst", "symbol", "slot"]);

function hoist(fn: IrFunction, loop: Loop, tree: Dominators): boolean {
  const blocks = tree.order.filter((block) => loop.blocks.has(block));
  const inside = new ValueSet(fn);
  for (const block of blocks) {
    for (const param of block.params) inside.add(param);
    for (const { results } of block.instructions) for (const result of results) inside.add(result);
  }
  const writes = blocks.flatMap((block) => block.instructions.filter(({ op }) => op !== "load"));
  let aliases: Aliases | undefined;
  const unwritten = (at: Access): boolean => {
    aliases ??= new Aliases(fn);
    const mayWrite = aliases.mayWrite.bind(aliases);
    return !writes.some((instruction) => mayWrite(instruction, at));
  };
  const exits = blocks.filter((block) => successors(block).some((next) => !loop.blocks.has(next)));
  // Whether control passes there in every round, so that the first does what hoisting does. Calls and traps may end before.
  const always = (block: Block): boolean =>
    [...loop.latches, ...exits].every((end) => tree.dominates(block, end)) && !writes.some(mayEnd);
  const thereAnyway = ({ object, offset, size, base }: Access): boolean =>
    object !== undefined &&
    typeof object !== "string" &&
    offset >= 0 &&
    offset + size <= object.size &&
    "op" in base.def &&
    base.def.op === "slot";

  const movable = (instruction: Instruction, block: Block): boolean => {
    if (instruction.op === "load") {
      if (instruction.details.volatile) return false;
      const at = accessOf(instruction)!;
      return unwritten(at) && (thereAnyway(at) || always(block));
    }
    return isSpeculable(instruction);
  };

  const movables: Instruction[] = [];
  for (const block of blocks) {
    for (const instruction of block.instructions) {
      if (instruction.args.some((arg) => inside.has(arg)) || !movable(instruction, block)) continue;
      movables.push(instruction);
      for (const result of instruction.results) inside.delete(result);
    }
  }
  // Free ones move only with what needs them.
  const moved = new Set<Instruction>();
  for (const instruction of movables.toReversed()) {
    if (FREE.has(instruction.op) && !moved.has(instruction)) continue;
    moved.add(instruction);
    for (const arg of instruction.args) if ("op" in arg.def) moved.add(arg.def);
  }
  const list = movables.filter((instruction) => moved.has(instruction));
  const front = list.length > 0 ? preheader(fn, loop) : undefined;
  if (front === undefined) return false;
  for (const block of blocks) {
    block.instructions = block.instructions.filter((instruction) => !moved.has(instruction));
  }
  front.instructions.push(...list);
  return true;
}

/** Whether control may not come back from it. */
function mayEnd({ op }: Instruction): boolean {
  return op === "call" || op === "callptr" || op === "asm" || op === "trap";
}

function run(fn: IrFunction): boolean {
  let changed = false;
  const count = loops(dominators(fn)).length;
  // Inner ones first; each may make a block, so that the tree is made anew.
  for (let i = count - 1; i >= 0; i--) {
    const tree = dominators(fn);
    const loop = loops(tree)[i];
    if (loop && hoist(fn, loop, tree)) changed = true;
  }
  return changed;
}

export const licm: Pass = { name: "licm", letter: "l", run };
