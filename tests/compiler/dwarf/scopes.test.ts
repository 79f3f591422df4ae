// Blocks and inlined calls by places: which code belongs to which.
import { describe, expect, it } from "vitest";
import { type Block, blocksOf, type Scope, scopesOf } from "../../../src/compiler/dwarf/scopes.ts";
import type { InlinedCall, Place } from "../../../src/compiler/place.ts";
import type { FunctionTree, Statement, Variable } from "../../../src/compiler/tree.ts";
import { intType } from "../../../src/compiler/types/type.ts";

/** As many characters of the file, from an offset on. */
const at = (offset: number, length = 1, inlined?: InlinedCall): Place => ({
  file: "main.ts",
  line: 1 + Math.floor(offset / 10),
  column: 1,
  offset,
  length,
  ...(inlined && { inlined }),
});
const variable = (name: string, offset: number): Variable => ({
  name,
  type: intType("u8"),
  place: at(offset),
  parameter: false,
  addressTaken: false,
});
const declare = (name: string, offset: number): Statement => ({
  kind: "declare",
  variable: variable(name, offset),
  value: undefined,
  place: at(offset),
});
const block = (offset: number, length: number, ...body: Statement[]): Statement => ({
  kind: "block",
  body,
  place: at(offset, length),
});
const tree = (name: string, offset: number, ...body: Statement[]): FunctionTree => ({
  symbol: name,
  name,
  type: { kind: "fn", params: [], result: { kind: "void" } },
  params: [],
  variables: [],
  body: block(offset, 100, ...body),
  attributes: {},
  place: at(offset),
});

type Shown = { [name: string]: unknown };
const names = ({ variables }: Block): string => variables.map((v) => v.name).join(" ") || "-";
function show(scope: Scope): Shown {
  return {
    [names(scope.block)]: scope.ranges.map(({ start, end }) => `${start}-${end}`).join(" "),
    ...Object.assign({}, ...scope.scopes.map(show)),
    ...Object.fromEntries(scope.calls.map((c) => [`${c.tree.name}@${c.call.site.offset}`, show(c.scope)])),
  };
}

describe("blocks of the source", () => {
  it("have their own variables, and are left out if they have none", () => {
    const f = tree(
      "f",
      0,
      declare("a", 5),
      block(10, 50, block(20, 10, declare("b", 21), declare("(value)", 22)), {
        kind: "loop",
        label: { name: undefined },
        condition: undefined,
        atEnd: false,
        step: undefined,
        body: block(40, 10, declare("c", 41)),
        place: at(40, 10),
      }),
    );
    const root = blocksOf(f);
    expect(names(root)).toBe("a");
    expect(root.blocks.map(names)).toEqual(["b", "c"]);
  });
});

describe("scopes", () => {
  const inner = block(20, 20, declare("b", 21), block(30, 5, declare("c", 31)));
  const f = tree("f", 0, declare("a", 5), inner);
  const lines = (...places: Place[]) => places.map((place, i) => ({ offset: i * 4, place }));

  it("have the code whose places lie in their text, wherever it is", () => {
    const scope = scopesOf(blocksOf(f), lines(at(5), at(32), at(22), at(50), at(33), at(34)), 24, new Map());
    expect(show(scope)).toEqual({ a: "0-24", b: "4-12 16-24", c: "4-8 16-24" });
  });
  it("do not have code of another file", () => {
    const elsewhere = { ...at(32), file: "other.ts" };
    expect(show(scopesOf(blocksOf(f), lines(at(5), elsewhere), 8, new Map()))).toEqual({ a: "0-8" });
  });
  it("have inlined calls where they were, each copy its own, and calls in those", () => {
    const g = tree("g", 200, declare("x", 205), block(220, 10, declare("y", 221)));
    const h = tree("h", 400, declare("z", 405));
    const first: InlinedCall = { symbol: "g", site: at(22) };
    const second: InlinedCall = { symbol: "g", site: at(22) };
    const deep: InlinedCall = { symbol: "h", site: at(225, 1, first) };
    const trees = new Map([f, g, h].map((one) => [one.symbol, one]));
    const code = lines(
      at(5),
      at(206, 1, first),
      at(222, 1, first),
      at(406, 1, deep),
      at(207, 1, second),
      at(50),
      at(208, 1, first),
    );
    expect(show(scopesOf(blocksOf(f), code, 28, trees))).toEqual({
      a: "0-28",
      b: "4-20 24-28",
      "g@22": { x: "16-20" },
    });
    // Both copies are at one place: the test's object has one key for them.
    const [one] = scopesOf(blocksOf(f), code, 28, trees).scopes[0]!.calls;
    expect(show(one!.scope)).toEqual({ x: "4-16 24-28", y: "8-16", "h@225": { z: "12-16" } });
  });
  it("leave out inlined functions that are not known", () => {
    const code = lines(at(5), at(206, 1, { symbol: "made", site: at(22) }));
    expect(show(scopesOf(blocksOf(f), code, 8, new Map()))).toEqual({ a: "0-8", b: "4-8" });
  });
});
