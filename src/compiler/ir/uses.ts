/**
 * Who uses what: predecessors of blocks, counts of uses, and replacing values everywhere. IR keeps no lists of uses; these are
 * made from the function when a pass needs them and are stale as soon as it changes something.
 */
import { edgesOf } from "./construct.ts";
import type { Block, Edge, Instruction, IrFunction, Terminator, Value } from "./ir.ts";

/** All values that a terminator reads, edges' arguments included. */
export function terminatorUses(terminator: Terminator): Value[] {
  const values = edgesOf(terminator).flatMap((edge) => edge.args);
  switch (terminator.kind) {
    case "branch":
      return [terminator.condition, ...values];
    case "switch":
      return [terminator.subject, ...values];
    case "return":
      return [...terminator.values];
    default:
      return values;
  }
}

/** Changes every value that a terminator reads. */
export function mapTerminator(terminator: Terminator, map: (value: Value) => Value): void {
  if (terminator.kind === "branch") terminator.condition = map(terminator.condition);
  else if (terminator.kind === "switch") terminator.subject = map(terminator.subject);
  else if (terminator.kind === "return") terminator.values = terminator.values.map(map);
  for (const edge of edgesOf(terminator)) edge.args = edge.args.map(map);
}

/** Whether an instruction made the value; else it is a parameter of a block. */
export function definingInstruction(value: Value): Instruction | undefined {
  return "op" in value.def ? value.def : undefined;
}

/** The constant that an integer value is. */
export function constantOf(value: Value): bigint | undefined {
  const def = definingInstruction(value);
  return def?.op === "const" ? def.details.value : undefined;
}

/** How often each value is used. Values without an entry never are. */
export function countUses(fn: IrFunction): Map<Value, number> {
  const counts = new Map<Value, number>();
  const use = (value: Value): void => {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  };
  for (const block of fn.blocks) {
    for (const { args } of block.instructions) args.forEach(use);
    terminatorUses(block.terminator).forEach(use);
  }
  return counts;
}

/** An edge and the block that it leaves. */
export interface Incoming {
  readonly from: Block;
  readonly edge: Edge;
}
/** The edges into each block of the function, in the order of blocks and edges. A branch may have two to one block. */
export function incomingEdges(fn: IrFunction): Map<Block, Incoming[]> {
  const incoming = new Map<Block, Incoming[]>(fn.blocks.map((block) => [block, []]));
  for (const from of fn.blocks) {
    for (const edge of edgesOf(from.terminator)) incoming.get(edge.to)?.push({ from, edge });
  }
  return incoming;
}

/**
 * Values that are to stand in for others. A replacement may be replaced in turn; `resolve` follows to the end. Circles are the
 * caller's mistake.
 */
export class Replacements {
  readonly #map = new Map<Value, Value>();

  get size(): number {
    return this.#map.size;
  }
  set(old: Value, by: Value): void {
    this.#map.set(old, by);
  }
  resolve(value: Value): Value {
    let last = value;
    for (let next = this.#map.get(last); next !== undefined; next = this.#map.get(last)) last = next;
    return last;
  }
  /** Rewrites all uses in the function, and carries over the variables' names. */
  apply(fn: IrFunction): void {
    if (this.#map.size === 0) return;
    const resolve = (value: Value): Value => this.resolve(value);
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) {
        for (let i = 0; i < instruction.args.length; i++) instruction.args[i] = resolve(instruction.args[i]!);
      }
      mapTerminator(block.terminator, resolve);
    }
    for (const old of this.#map.keys()) {
      const variable = fn.variables.get(old);
      if (variable === undefined) continue;
      fn.variables.delete(old);
      const by = resolve(old);
      if (!fn.variables.has(by)) fn.variables.set(by, variable);
    }
  }
}
