/** Copies blocks into a function, with fresh values: for inlining and for the first round of loops. */
import { edgesOf, looseBlock, newBranch, newInstruction, newParam, newToggle } from "../ir/construct.ts";
import type { Block, Edge, IrFunction, Slot, Terminator, Value } from "../ir/ir.ts";

/** A terminator of its own, with edges of its own. */
export function copyTerminator(terminator: Terminator): Terminator {
  const edge = ({ to, args }: Edge): Edge => ({ to, args: [...args] });
  switch (terminator.kind) {
    case "jump":
      return { ...terminator, edge: edge(terminator.edge) };
    case "branch": {
      const { condition, then, otherwise, likely, place } = terminator;
      return newBranch(condition, edge(then), edge(otherwise), { likely, place });
    }
    case "toggle":
      return newToggle(terminator.key, edge(terminator.then), edge(terminator.otherwise), terminator.place);
    case "switch":
      return {
        ...terminator,
        cases: terminator.cases.map((c) => ({ value: c.value, edge: edge(c.edge) })),
        otherwise: edge(terminator.otherwise),
      };
    case "return":
      return { ...terminator, values: [...terminator.values] };
    case "unreachable":
      return { ...terminator };
  }
}

export interface Copies {
  readonly blocks: ReadonlyMap<Block, Block>;
  readonly values: ReadonlyMap<Value, Value>;
}

/**
 * Copies of blocks, not yet in the function's list. Values and edges among the copied are those of the copies; others stay as
 * they are, or are what `known` and `slots` say.
 */
export function cloneBlocks(
  into: IrFunction,
  originals: readonly Block[],
  known: ReadonlyMap<Value, Value> = new Map(),
  slots: ReadonlyMap<Slot, Slot> = new Map(),
): Copies {
  const blocks = new Map<Block, Block>();
  const values = new Map(known);
  for (const original of originals) {
    const copy = looseBlock(into);
    blocks.set(original, copy);
    for (const param of original.params)
      if (!known.has(param)) values.set(param, newParam(into, copy, param.type));
    for (const { op, args, results, details, place } of original.instructions) {
      const slot = details.slot && slots.get(details.slot);
      const made = newInstruction(
        into,
        op,
        args,
        results.map((result) => result.type),
        slot ? { ...details, slot } : details,
        place,
      );
      copy.instructions.push(made);
      for (const [i, result] of results.entries()) values.set(result, made.results[i]!);
    }
  }
  const value = (old: Value): Value => values.get(old) ?? old;
  for (const [original, copy] of blocks) {
    for (const instruction of copy.instructions) instruction.args = instruction.args.map(value);
    const terminator = copyTerminator(original.terminator);
    if (terminator.kind === "branch") terminator.condition = value(terminator.condition);
    else if (terminator.kind === "switch") terminator.subject = value(terminator.subject);
    else if (terminator.kind === "return") terminator.values = terminator.values.map(value);
    for (const edge of edgesOf(terminator)) {
      edge.to = blocks.get(edge.to) ?? edge.to;
      edge.args = edge.args.map(value);
    }
    copy.terminator = terminator;
  }
  return { blocks, values };
}
