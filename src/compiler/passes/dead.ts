/**
 * Copies and dead code: parameters of blocks that are always one value, instructions and parameters that nothing needs, slots
 * that are written and never read. Control flow stays.
 */
import { edgesOf, newInstruction } from "../ir/construct.ts";
import type { Block, Instruction, IrFunction, Slot, Value } from "../ir/ir.ts";
import { constantOf, definingInstruction, incomingEdges, Replacements } from "../ir/uses.ts";
import { isRemovable, type Pass } from "./pass.ts";
import { forgetVariables, removeUnreachable } from "./unreachable.ts";

/** Parameters that get the same value from everywhere, but for themselves; or the same constant. */
function copies(fn: IrFunction): boolean {
  const replaced = new Replacements();
  const incoming = incomingEdges(fn);
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks.slice(1)) {
      const edges = incoming.get(block)!;
      for (let i = block.params.length - 1; i >= 0; i--) {
        const param = block.params[i]!;
        const args = edges.map(({ edge }) => replaced.resolve(edge.args[i]!));
        const others = args.filter((arg) => arg !== param);
        const only = others[0];
        if (only === undefined) continue;
        if (others.every((arg) => arg === only)) replaced.set(param, only);
        else if (others.every((arg) => sameConstant(arg, only))) {
          // None of the constants need stand on every way to here.
          const value = newInstruction(fn, "const", [], [only.type], { value: constantOf(only)! });
          block.instructions.unshift(value);
          replaced.set(param, value.results[0]!);
        } else continue;
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
  const read = (value: Value): void => {
    const def = definingInstruction(value);
    if (def?.op === "slot" && def.details.slot) slots.delete(def.details.slot);
  };
  for (const block of fn.blocks) {
    for (const { op, args, details } of block.instructions) {
      const writes = op === "store" || op === "memset" || op === "memcpy" || op === "memmove";
      args.forEach((arg, i) => {
        if (!(writes && i === 0 && !details.volatile)) read(arg);
      });
    }
    for (const edge of edgesOf(block.terminator)) edge.args.forEach(read);
    if (block.terminator.kind === "return") block.terminator.values.forEach(read);
    if (block.terminator.kind === "switch") read(block.terminator.subject);
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

function run(fn: IrFunction): boolean {
  let changed = removeUnreachable(fn);
  if (copies(fn)) changed = true;

  const unused = unread(fn);
  const incoming = incomingEdges(fn);
  const live = new Set<Value>();
  const kept = new Set<Instruction>();
  const work: Value[] = [];
  const need = (value: Value): void => {
    if (live.has(value)) return;
    live.add(value);
    work.push(value);
  };
  const keep = (instruction: Instruction): void => {
    if (kept.has(instruction)) return;
    kept.add(instruction);
    instruction.args.forEach(need);
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      if (!isRemovable(instruction) && !useless(instruction, unused)) keep(instruction);
    }
    const { terminator } = block;
    if (terminator.kind === "branch") need(terminator.condition);
    else if (terminator.kind === "switch") need(terminator.subject);
    else if (terminator.kind === "return") terminator.values.forEach(need);
  }
  const entry = fn.blocks[0]!;
  for (let value = work.pop(); value !== undefined; value = work.pop()) {
    const { def } = value;
    if ("op" in def) keep(def);
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
  for (const block of fn.blocks) {
    const before = block.instructions.length;
    block.instructions = block.instructions.filter((instruction) => kept.has(instruction));
    if (block.instructions.length < before) changed = true;
    if (block === entry) continue;
    for (let i = block.params.length - 1; i >= 0; i--) if (!live.has(block.params[i]!)) dropParam(block, i);
  }
  const used = new Set<Slot>();
  for (const block of fn.blocks) {
    for (const { op, details } of block.instructions)
      if (op === "slot" && details.slot) used.add(details.slot);
  }
  if (used.size < fn.slots.length) {
    fn.slots = fn.slots.filter((slot) => used.has(slot));
    changed = true;
  }
  if (changed) forgetVariables(fn);
  return changed;
}

export const dead: Pass = { name: "dead", letter: "d", run };
