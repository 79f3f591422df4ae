/** A place in front of a loop: one block that every way into it goes through. */
import { eachEdge, looseBlock } from "../ir/construct.ts";
import type { NaturalLoop } from "../ir/dominators.ts";
import type { Block, IrFunction } from "../ir/ir.ts";
import type { Incoming } from "../ir/uses.ts";

/** The edges into a loop's header from outside, and from its latches. */
export function headerEdges(fn: IrFunction, loop: NaturalLoop): { outside: Incoming[]; back: Incoming[] } {
  const outside: Incoming[] = [];
  const back: Incoming[] = [];
  for (const from of fn.blocks) {
    eachEdge(from.terminator, (edge) => {
      if (edge.to === loop.header) (loop.blocks.has(from) ? back : outside).push({ from, edge });
    });
  }
  return { outside, back };
}

/** The block in front of a loop, made if there is none. Undefined if the loop is at the function's entry. */
export function preheader(fn: IrFunction, loop: NaturalLoop): Block | undefined {
  const { outside } = headerEdges(fn, loop);
  const [first] = outside;
  if (first === undefined) return undefined;
  if (outside.length === 1 && first.from.terminator.kind === "jump") return first.from;
  const { header } = loop;
  const block = looseBlock(
    fn,
    header.params.map((param) => param.type),
  );
  block.terminator = {
    kind: "jump",
    place: header.terminator.place,
    edge: { to: header, args: [...block.params] },
  };
  for (const { edge } of outside) edge.to = block;
  fn.blocks.splice(fn.blocks.indexOf(header), 0, block);
  return block;
}
