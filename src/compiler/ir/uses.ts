/**
 * Who uses what: predecessors of blocks, counts of uses, and replacing values everywhere. IR keeps no lists of uses; these are
 * made from the function when a pass needs them and are stale as soon as it changes something.
 */
import { eachEdge } from "./construct.ts";
import type { Block, Edge, Instruction, IrFunction, Terminator, Value } from "./ir.ts";
import { BlockMap, type ReadonlyBlockMap, UseCounts, ValueSet } from "./tables.ts";

/** Calls `use` with all values that a terminator reads, edges' arguments included. */
export function eachUse(terminator: Terminator, use: (value: Value) => void): void {
  switch (terminator.kind) {
    case "branch":
      use(terminator.condition);
      break;
    case "switch":
      use(terminator.subject);
      break;
    case "return":
      for (const value of terminator.values) use(value);
      return;
    default:
  }
  eachEdge(terminator, ({ args }) => {
    for (const arg of args) use(arg);
  });
}

/** Changes every value that a terminator reads. */
export function mapTerminator(terminator: Terminator, map: (value: Value) => Value): void {
  if (terminator.kind === "branch") terminator.condition = map(terminator.condition);
  else if (terminator.kind === "switch") terminator.subject = map(terminator.subject);
  else if (terminator.kind === "return") terminator.values = mapped(terminator.values, map);
  eachEdge(terminator, (edge) => {
    edge.args = mapped(edge.args, map);
  });
}

/** The list itself if nothing in it changes. */
export function mapped(values: Value[], map: (value: Value) => Value): Value[] {
  let changed: Value[] | undefined;
  for (let i = 0; i < values.length; i++) {
    const old = values[i]!;
    const value = map(old);
    if (value === old) continue;
    changed ??= values.slice();
    changed[i] = value;
  }
  return changed ?? values;
}

/** Whether an instruction made the value; else it is a parameter of a block. */
export function definingInstruction(value: Value): Instruction | undefined {
  const { def } = value;
  return "op" in def ? def : undefined;
}

/** The constant that an integer value is. */
export function constantOf(value: Value): bigint | undefined {
  const { def } = value;
  return "op" in def && def.op === "const" ? def.details.value : undefined;
}

/** How often each value is used. */
export function countUses(fn: IrFunction): UseCounts {
  const counts = new UseCounts(fn);
  const use = (value: Value): void => counts.add(value);
  for (const block of fn.blocks) {
    for (const { args } of block.instructions) for (const arg of args) counts.add(arg);
    eachUse(block.terminator, use);
  }
  return counts;
}

/** An edge and the block that it leaves. */
export interface Incoming {
  readonly from: Block;
  readonly edge: Edge;
}
/** The edges into each block of the function, in the order of blocks and edges. A branch may have two to one block. */
export function incomingEdges(fn: IrFunction): ReadonlyBlockMap<Incoming[]> {
  const incoming = new BlockMap<Incoming[]>(fn);
  for (const block of fn.blocks) incoming.set(block, []);
  for (const from of fn.blocks) {
    eachEdge(from.terminator, (edge) => incoming.get(edge.to)?.push({ from, edge }));
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
    const old = new ValueSet(fn);
    for (const value of this.#map.keys()) old.add(value);
    const resolve = (value: Value): Value => (old.has(value) ? this.resolve(value) : value);
    for (const block of fn.blocks) {
      for (const { args } of block.instructions) {
        for (let i = 0; i < args.length; i++) if (old.has(args[i]!)) args[i] = this.resolve(args[i]!);
      }
      mapTerminator(block.terminator, resolve);
    }
    for (const [before] of this.#map) {
      const variable = fn.variables.get(before);
      if (variable === undefined) continue;
      fn.variables.delete(before);
      const by = this.resolve(before);
      if (!fn.variables.has(by)) fn.variables.set(by, variable);
    }
  }
}
