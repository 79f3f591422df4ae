// Tables by id do what Set and Map do; a graph that is remembered is forgotten with the first edge that changes.
import { describe, expect, it } from "vitest";
import {
  newBlock,
  newBranch,
  newFunction,
  newInstruction,
  newParam,
} from "../../../src/compiler/ir/construct.ts";
import { dominators, loopOf, loops, reversePostorder } from "../../../src/compiler/ir/dominators.ts";
import type { Block, IrFunction } from "../../../src/compiler/ir/ir.ts";
import { BlockMap, UseCounts, ValueSet } from "../../../src/compiler/ir/tables.ts";

/** Blocks 0 → 1 ⇄ 2, 1 → 3. */
function looping(): { fn: IrFunction; blocks: Block[] } {
  const fn = newFunction("f", { params: [], results: [], noreturn: false, variadic: false });
  const blocks = Array.from({ length: 4 }, () => newBlock(fn));
  const [entry, header, body, exit] = blocks as [Block, Block, Block, Block];
  const jump = (to: Block): Block["terminator"] => ({
    kind: "jump",
    place: undefined,
    edge: { to, args: [] },
  });
  const truth = newInstruction(fn, "const", [], ["i1"], { value: 1n });
  header.instructions.push(truth);
  entry.terminator = jump(header);
  header.terminator = newBranch(truth.results[0]!, { to: body, args: [] }, { to: exit, args: [] });
  body.terminator = jump(header);
  exit.terminator = { kind: "return", place: undefined, values: [] };
  return { fn, blocks };
}

describe("tables by id", () => {
  it("know the values that were put in, those made later too", () => {
    const { fn, blocks } = looping();
    const set = new ValueSet(fn);
    const values = Array.from({ length: 40 }, () => newParam(fn, blocks[3]!, "i64"));
    for (const value of values.filter((_, n) => n % 3 === 0)) set.add(value);
    expect(values.map((value) => set.has(value))).toEqual(values.map((_, n) => n % 3 === 0));
    set.delete(values[3]!);
    set.delete(newParam(fn, blocks[3]!, "i64"));
    expect([set.has(values[0]!), set.has(values[3]!)]).toEqual([true, false]);
  });
  it("count uses; of newer values nothing is known", () => {
    const { fn, blocks } = looping();
    const [a, b] = [newParam(fn, blocks[3]!, "i64"), newParam(fn, blocks[3]!, "i64")];
    const counts = new UseCounts(fn);
    counts.add(b);
    counts.add(b);
    expect([counts.get(a), counts.get(b), counts.get(newParam(fn, blocks[3]!, "i8"))]).toEqual([
      undefined,
      2,
      undefined,
    ]);
  });
  it("keep something for blocks, those made later too", () => {
    const { fn, blocks } = looping();
    const map = new BlockMap<number>(fn);
    const late = [newBlock(fn), newBlock(fn), newBlock(fn)];
    map.set(blocks[1]!, 0);
    map.set(late[2]!, 7);
    expect([...blocks, ...late].map((block) => map.get(block))).toEqual([
      undefined,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      7,
    ]);
    expect([map.has(blocks[1]!), map.has(late[1]!)]).toEqual([true, false]);
  });
});

describe("what is remembered of a graph", () => {
  it("is the same while it is the same", () => {
    const { fn, blocks } = looping();
    const before = dominators(fn);
    blocks[2]!.instructions.push(newInstruction(fn, "fence", [], []));
    expect(dominators(fn)).toBe(before);
    expect(loops(before)).toBe(loops(dominators(fn)));
    expect(loops(before).map(({ header, blocks: inside }) => [header.id, inside.size])).toEqual([[1, 2]]);
  });
  it("is found anew after an edge has moved, and after one has gone", () => {
    const { fn, blocks } = looping();
    const [entry, header, body, exit] = blocks as [Block, Block, Block, Block];
    expect(dominators(fn).immediate.get(exit)).toBe(header);
    if (body.terminator.kind !== "jump") throw new TypeError("the body does not jump");
    body.terminator.edge.to = exit;
    expect(reversePostorder(fn).map((block) => block.id)).toEqual([0, 1, 2, 3]);
    expect(loopOf(dominators(fn), header)).toBeUndefined();
    header.terminator = { kind: "unreachable", place: undefined };
    expect(reversePostorder(fn)).toEqual([entry, header]);
    expect(dominators(fn).index.has(exit)).toBe(false);
    fn.blocks.shift();
    expect(reversePostorder(fn)).toEqual([header]);
  });
});
