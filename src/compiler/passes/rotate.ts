/**
 * Loops that test before each round test once in front and then after each round: a round has one jump less, and what it surely does
 * can move in front of the loop (licm.ts). The test is copied, so it must be small. Values of the test that others use go through
 * slots, which mem2reg makes values again.
 */
import { bytesOf, newInstruction, newSlot } from "../ir/construct.ts";
import { dominators, loopOf, loops, type NaturalLoop, successors } from "../ir/dominators.ts";
import type { Instruction, IrFunction, Slot, Value } from "../ir/ir.ts";
import { ValueSet } from "../ir/tables.ts";
import { eachUse, mapped, mapTerminator } from "../ir/uses.ts";
import { cloneBlocks } from "./clone.ts";
import { mem2reg } from "./mem2reg.ts";
import type { Pass } from "./pass.ts";
import { headerEdges, preheader } from "./preheader.ts";

/** Instructions of a test. */
const MAX_TEST = 12;

/** The values of a loop's header that other blocks use, in the order of their making. */
function usedOutside(fn: IrFunction, { header }: NaturalLoop): Value[] {
  const used = new ValueSet(fn);
  const use = (value: Value): void => used.add(value);
  for (const block of fn.blocks) {
    if (block === header) continue;
    for (const { args } of block.instructions) for (const arg of args) used.add(arg);
    eachUse(block.terminator, use);
  }
  return [...header.params, ...header.instructions.flatMap(({ results }) => results)].filter((v) =>
    used.has(v),
  );
}

/** Other blocks load the header's values from slots, which the header stores to. */
function demote(fn: IrFunction, { header }: NaturalLoop, values: readonly Value[]): void {
  const slots = new Map<Value, Slot>();
  for (const value of values) {
    const slot = newSlot(fn, bytesOf(value.type), bytesOf(value.type), fn.variables.get(value));
    slots.set(value, slot);
    const address = newInstruction(fn, "slot", [], ["i64"], { slot });
    header.instructions.push(address, newInstruction(fn, "store", [address.results[0]!, value], []));
  }
  for (const block of fn.blocks) {
    if (block === header) continue;
    const loads: Instruction[] = [];
    const loaded = new Map<Value, Value>();
    const load = (value: Value): Value => {
      const slot = slots.get(value);
      if (slot === undefined) return value;
      let copy = loaded.get(value);
      if (copy === undefined) {
        const address = newInstruction(fn, "slot", [], ["i64"], { slot });
        const instruction = newInstruction(fn, "load", address.results, [value.type]);
        loads.push(address, instruction);
        copy = instruction.results[0]!;
        loaded.set(value, copy);
      }
      return copy;
    };
    for (const instruction of block.instructions) instruction.args = mapped(instruction.args, load);
    mapTerminator(block.terminator, load);
    block.instructions.unshift(...loads);
  }
}

/** The header becomes the test at the end; its copy in front of the loop is the first test. */
function rotate(fn: IrFunction, loop: NaturalLoop): boolean {
  const { header } = loop;
  const { terminator } = header;
  if (terminator.kind !== "branch" || header.instructions.length > MAX_TEST) return false;
  if (header.instructions.some(({ op }) => op === "asm" || op === "call" || op === "callptr")) return false;
  const inside = [terminator.then, terminator.otherwise].filter(({ to }) => loop.blocks.has(to));
  if (inside.length !== 1) return false;
  // Tested at the end already.
  if (
    loop.latches.some((latch) => latch === header || successors(latch).some((to) => !loop.blocks.has(to)))
  ) {
    return false;
  }
  const used = usedOutside(fn, loop);
  // Conditions are never in memory.
  if (used.some(({ type }) => type === "i1")) return false;
  const front = headerEdges(fn, loop).outside.length > 0 ? preheader(fn, loop) : undefined;
  if (front === undefined || front.terminator.kind !== "jump") return false;

  if (used.length > 0) demote(fn, loop, used);
  const first = cloneBlocks(fn, [header]).blocks.get(header)!;
  front.terminator.edge.to = first;
  const blocks = fn.blocks.flatMap((block) => (block === header ? [first] : [block]));
  // The test stands after the loop's other blocks.
  blocks.splice(blocks.findLastIndex((block) => loop.blocks.has(block)) + 1, 0, header);
  fn.blocks = blocks;
  if (used.length > 0) mem2reg.run(fn, { functions: [], data: [] });
  return true;
}

function run(fn: IrFunction): boolean {
  let changed = false;
  const headers = loops(dominators(fn)).map((loop) => loop.header);
  for (const header of headers.reverse()) {
    const loop = loopOf(dominators(fn), header);
    if (loop && rotate(fn, loop)) changed = true;
  }
  return changed;
}

export const rotation: Pass = { name: "rotation", letter: "o", run };
