/**
 * Copies and dead code: parameters of blocks that are always one value, instructions and parameters that nothing needs, slots
 * that are written and never read. Control flow stays.
 */
import { newInstruction } from "../ir/construct.ts";
import type { Block, Instruction, IrFunction, Slot, Value } from "../ir/ir.ts";
import { ValueSet } from "../ir/tables.ts";
import { constantOf, definingInstruction, eachUse, incomingEdges, Replacements } from "../ir/uses.ts";
import { isRemovable, type Pass } from "./pass.ts";
import { forgetVariables, removeUnreachable } from "./unreachable.ts";

/** Parameters that get the same value from everywhere, but for themselves; or the same constant. */
function copies(fn: IrFunction): boolean {
  const replaced = new Replacements();
  const incoming = incomingEdges(fn);
  const blocks = fn.blocks.filter((block, n) => n > 0 && block.params.length > 0);
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of blocks) {
      const edges = incoming.get(block)!;
      for (let i = block.params.length - 1; i >= 0; i--) {
        const param = block.params[i]!;
        let only: Value | undefined;
        let how: "same" | "equal" | "different" = "same";
        for (const { edge } of edges) {
          const arg = replaced.resolve(edge.args[i]!);
          if (arg === param || arg === only) continue;
          if (only === undefined) only = arg;
          else how = sameConstant(arg, only) ? "equal" : "different";
          if (how === "different") break;
        }
        if (only === undefined || how === "different") continue;
        if (how === "same") replaced.set(param, only);
        else {
          // None of the constants need stand on every way to here.
          const value = newInstruction(fn, "const", [], [only.type], { value: constantOf(only)! });
          block.instructions.unshift(value);
          replaced.set(param, value.results[0]!);
        }
        block.params.splice(i, 1);
        for (const { edge } of edges) edge.args.splice(i, 1);
        changed = true;
      }
    }
  }
  replaced.apply(fn);
  return replaced.size > 0;
}
function sameConstant(a: Value, b: Value): boolean {
  const value = constantOf(a);
  return value !== undefined && value === constantOf(b) && a.type === b.type;
}

/** Slots of which only addresses to write to are taken. */
function unread(fn: IrFunction): Set<Slot> {
  const slots = new Set(fn.slots);
  if (slots.size === 0) return slots;
  const read = (value: Value): void => {
    const def = definingInstruction(value);
    if (def?.op === "slot" && def.details.slot) slots.delete(def.details.slot);
  };
  for (const block of fn.blocks) {
    for (const { op, args, details } of block.instructions) {
      const writes = op === "store" || op === "memset" || op === "memcpy" || op === "memmove";
      const first = writes && !details.volatile ? 1 : 0;
      for (let i = first; i < args.length; i++) read(args[i]!);
    }
    eachUse(block.terminator, read);
  }
  return slots;
}

/** Writes to slots that nobody reads, and copies of no bytes. */
function useless({ op, args, details }: Instruction, slots: ReadonlySet<Slot>): boolean {
  if (details.volatile) return false;
  if (op !== "store" && op !== "memset" && op !== "memcpy" && op !== "memmove") return false;
  if (op !== "store" && constantOf(args[2]!) === 0n) return true;
  const to = definingInstruction(args[0]!);
  return to?.op === "slot" && to.details.slot !== undefined && slots.has(to.details.slot);
}

const hasLive = ({ results }: Instruction, live: ValueSet): boolean => {
  for (const result of results) if (live.has(result)) return true;
  return false;
};

function run(fn: IrFunction): boolean {
  let changed = removeUnreachable(fn);
  if (copies(fn)) changed = true;

  const unused = unread(fn);
  const incoming = incomingEdges(fn);
  const live = new ValueSet(fn);
  const work: Value[] = [];
  const need = (value: Value): void => {
    if (live.has(value)) return;
    live.add(value);
    work.push(value);
  };
  const isNeeded = (instruction: Instruction): boolean =>
    !isRemovable(instruction) && !useless(instruction, unused);
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      if (isNeeded(instruction)) for (const arg of instruction.args) need(arg);
    }
    const { terminator } = block;
    if (terminator.kind === "branch") need(terminator.condition);
    else if (terminator.kind === "switch") need(terminator.subject);
    else if (terminator.kind === "return") terminator.values.forEach(need);
  }
  const entry = fn.blocks[0]!;
  for (let value = work.pop(); value !== undefined; value = work.pop()) {
    const { def } = value;
    if ("op" in def) for (const arg of def.args) need(arg);
    else if (def !== entry) {
      const index = def.params.indexOf(value);
      for (const { edge } of incoming.get(def)!) need(edge.args[index]!);
    }
  }

  const dropParam = (block: Block, i: number): void => {
    block.params.splice(i, 1);
    for (const { edge } of incoming.get(block)!) edge.args.splice(i, 1);
    changed = true;
  };
  const used = new Set<Slot>();
  const isKept = (instruction: Instruction): boolean => {
    if (!hasLive(instruction, live) && !isNeeded(instruction)) return false;
    if (instruction.op === "slot" && instruction.details.slot) used.add(instruction.details.slot);
    return true;
  };
  for (const block of fn.blocks) {
    const kept = block.instructions.filter(isKept);
    if (kept.length < block.instructions.length) {
      block.instructions = kept;
      changed = true;
    }
    if (block === entry) continue;
    for (let i = block.params.length - 1; i >= 0; i--) if (!live.has(block.params[i]!)) dropParam(block, i);
  }
  if (used.size < fn.slots.length) {
    fn.slots = fn.slots.filter((slot) => used.has(slot));
    changed = true;
  }
  if (changed) forgetVariables(fn);
  return changed;
}

export const dead: Pass = { name: "dead", letter: "d", run };
