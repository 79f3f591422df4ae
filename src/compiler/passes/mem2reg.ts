/**
 * Slots become values: those that are only loaded and stored, whole, as one type, and not volatile. Where control joins, values come as
 * parameters of blocks, placed by iterated dominance frontiers where the slot is live (Cytron et al., "Efficiently Computing Static
 * Single Assignment Form", 1991). What is read before it is written is zero.
 */
import { bytesOf, eachEdge, newInstruction, newParam } from "../ir/construct.ts";
import { type Dominators, dominators } from "../ir/dominators.ts";
import type { Block, Edge, Instruction, IrFunction, IrType, Slot, Value } from "../ir/ir.ts";
import { BlockMap } from "../ir/tables.ts";
import { definingInstruction, eachUse, incomingEdges, Replacements } from "../ir/uses.ts";
import type { Pass } from "./pass.ts";
import { forgetVariables, removeUnreachable } from "./unreachable.ts";

/** The slot that an address is. */
function slotOf(value: Value): Slot | undefined {
  const def = definingInstruction(value);
  return def?.op === "slot" ? def.details.slot : undefined;
}

/** Slots that can be values, with their types; and the blocks that say something about slots. */
function promotable(fn: IrFunction): { types: Map<Slot, IrType>; touched: Set<Block> } {
  const types = new Map<Slot, IrType>();
  const touched = new Set<Block>();
  const refused = new Set<Slot>();
  const access = (slot: Slot, type: IrType, { details }: Instruction): void => {
    const before = types.get(slot);
    if ((before !== undefined && before !== type) || details.volatile || details.offset) refused.add(slot);
    if (bytesOf(type) > slot.size) refused.add(slot);
    types.set(slot, type);
  };
  const refuse = (value: Value): void => {
    const slot = slotOf(value);
    if (slot !== undefined) refused.add(slot);
  };
  for (const block of fn.blocks) {
    for (const instruction of block.instructions) {
      const { op, args } = instruction;
      if (op === "slot") touched.add(block);
      for (let i = 0; i < args.length; i++) {
        const slot = slotOf(args[i]!);
        if (slot === undefined) continue;
        touched.add(block);
        if (op === "load") access(slot, instruction.results[0]!.type, instruction);
        else if (op === "store" && i === 0) access(slot, args[1]!.type, instruction);
        else refused.add(slot);
      }
    }
    eachUse(block.terminator, refuse);
  }
  for (const slot of refused) types.delete(slot);
  return { types, touched };
}

/** The slot that a load or store is about, if it is one of these. */
function accessed(instruction: Instruction, slots: ReadonlyMap<Slot, IrType>): Slot | undefined {
  if (instruction.op !== "load" && instruction.op !== "store") return undefined;
  const slot = slotOf(instruction.args[0]!);
  return slot !== undefined && slots.has(slot) ? slot : undefined;
}

/** Where the ways from a block meet ways that do not go through it. */
function frontiers(fn: IrFunction, tree: Dominators): BlockMap<Set<Block>> {
  const result = new BlockMap<Set<Block>>(fn);
  for (const block of tree.order) {
    const before = tree.predecessors.get(block)!;
    if (before.length < 2) continue;
    const stop = tree.immediate.get(block);
    for (const from of before) {
      for (let at: Block | undefined = from; at !== undefined && at !== stop; at = tree.immediate.get(at)) {
        const joins = result.get(at);
        if (joins === undefined) result.set(at, new Set([block]));
        else joins.add(block);
      }
    }
  }
  return result;
}

/** For each slot, the blocks that get a parameter for it, in the function's order. */
function placeParams(
  fn: IrFunction,
  touched: ReadonlySet<Block>,
  tree: Dominators,
  slots: ReadonlyMap<Slot, IrType>,
): Map<Slot, Block[]> {
  const stores = new Map<Slot, Set<Block>>();
  const exposed = new Map<Slot, Set<Block>>();
  for (const slot of slots.keys()) {
    stores.set(slot, new Set());
    exposed.set(slot, new Set());
  }
  for (const block of touched) {
    for (const instruction of block.instructions) {
      const slot = accessed(instruction, slots);
      if (slot === undefined) continue;
      if (instruction.op === "store") stores.get(slot)!.add(block);
      else if (!stores.get(slot)!.has(block)) exposed.get(slot)!.add(block);
    }
  }
  const frontier = frontiers(fn, tree);
  const place = new Map(fn.blocks.map((block, n) => [block, n]));
  const placed = new Map<Slot, Block[]>();
  for (const slot of slots.keys()) {
    // Live at the start: read before it is written, here or further on.
    const live = new Set(exposed.get(slot));
    const up = [...live];
    for (let block = up.pop(); block !== undefined; block = up.pop()) {
      for (const from of tree.predecessors.get(block)!) {
        if (live.has(from) || stores.get(slot)!.has(from)) continue;
        live.add(from);
        up.push(from);
      }
    }
    const blocks = new Set<Block>();
    const work = [...stores.get(slot)!];
    for (let block = work.pop(); block !== undefined; block = work.pop()) {
      for (const join of frontier.get(block) ?? []) {
        if (blocks.has(join) || !live.has(join)) continue;
        blocks.add(join);
        work.push(join);
      }
    }
    placed.set(
      slot,
      [...blocks].sort((one, other) => place.get(one)! - place.get(other)!),
    );
  }
  return placed;
}

function run(fn: IrFunction): boolean {
  removeUnreachable(fn);
  if (fn.slots.length === 0) return false;
  const { types: slots, touched } = promotable(fn);
  if (slots.size === 0) return false;
  const tree = dominators(fn);
  const params = new Map<Block, Map<Slot, Value>>();
  for (const [slot, blocks] of placeParams(fn, touched, tree, slots)) {
    for (const block of blocks) {
      const param = newParam(fn, block, slots.get(slot)!);
      if (slot.variable) fn.variables.set(param, slot.variable);
      const mine = params.get(block) ?? new Map<Slot, Value>();
      mine.set(slot, param);
      params.set(block, mine);
    }
  }

  const replaced = new Replacements();
  const entry = fn.blocks[0]!;
  const made: Instruction[] = [];
  const zeros = new Map<IrType, Value>();
  const zero = (type: IrType): Value => {
    let value = zeros.get(type);
    if (value === undefined) {
      const constant =
        type === "f64"
          ? newInstruction(fn, "fconst", [], [type], { number: 0 })
          : newInstruction(fn, "const", [], [type], { value: 0n });
      made.push(constant);
      value = constant.results[0]!;
      zeros.set(type, value);
    }
    return value;
  };

  // Down the dominator tree, with the value of each slot; what a block changes is put back after those that it dominates.
  const now = new Map<Slot, Value>();
  const undo: { readonly slot: Slot; readonly before: Value | undefined }[] = [];
  const put = (slot: Slot, value: Value): void => {
    undo.push({ slot, before: now.get(slot) });
    now.set(slot, value);
  };
  /** What the slots of their targets' parameters hold at the end of the block that they leave. */
  const brought = new Map<Edge, (Value | undefined)[]>();
  const enter = (block: Block): void => {
    for (const [slot, param] of params.get(block) ?? []) put(slot, param);
    if (touched.has(block)) access(block);
    eachEdge(block.terminator, (edge) => {
      const mine = params.get(edge.to);
      if (mine === undefined) return;
      const values = Array.from(mine.keys(), (slot) => now.get(slot));
      brought.set(edge, values);
    });
  };
  const access = (block: Block): void => {
    block.instructions = block.instructions.filter((instruction) => {
      const slot = accessed(instruction, slots);
      if (slot === undefined) return true;
      if (instruction.op === "load") {
        replaced.set(instruction.results[0]!, now.get(slot) ?? zero(slots.get(slot)!));
      } else {
        const value = replaced.resolve(instruction.args[1]!);
        put(slot, value);
        if (slot.variable && !fn.variables.has(value)) fn.variables.set(value, slot.variable);
      }
      return false;
    });
  };
  // A number: how much was to undo when the block was entered.
  const work: (Block | number)[] = [entry];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    if (typeof item === "number") {
      while (undo.length > item) {
        const { slot, before } = undo.pop()!;
        if (before === undefined) now.delete(slot);
        else now.set(slot, before);
      }
      continue;
    }
    work.push(undo.length);
    enter(item);
    work.push(...tree.children.get(item)!);
  }
  const incoming = incomingEdges(fn);
  for (const [block, mine] of params) {
    const types = Array.from(mine.keys(), (slot) => slots.get(slot)!);
    for (const { edge } of incoming.get(block)!) {
      edge.args = [...edge.args, ...brought.get(edge)!.map((value, i) => value ?? zero(types[i]!))];
    }
  }
  entry.instructions.unshift(...made.reverse());
  replaced.apply(fn);
  for (const block of touched) {
    block.instructions = block.instructions.filter(
      ({ op, details }) => !(op === "slot" && details.slot && slots.has(details.slot)),
    );
  }
  fn.slots = fn.slots.filter((slot) => !slots.has(slot));
  forgetVariables(fn);
  return true;
}

/** Zeros are put at the entry's start. */
export const mem2reg: Pass = { name: "mem2reg", letter: "m", run };
