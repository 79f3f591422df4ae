/** Values that the ends of blocks use. */
import type { Block, Value } from "../ir/ir.ts";

/** Values that a block's terminator uses, arguments of edges included. */
export function* terminatorValues(block: Block): Generator<Value> {
  const t = block.terminator;
  switch (t.kind) {
    case "jump":
      yield* t.edge.args;
      return;
    case "branch":
      yield t.condition;
      yield* t.then.args;
      yield* t.otherwise.args;
      return;
    case "toggle":
      yield* t.then.args;
      yield* t.otherwise.args;
      return;
    case "switch":
      yield t.subject;
      for (const c of t.cases) yield* c.edge.args;
      yield* t.otherwise.args;
      return;
    case "return":
      yield* t.values;
  }
}
