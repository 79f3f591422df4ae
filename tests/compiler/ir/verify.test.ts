// What the verifier refuses, one fault at a time; and dominators and loops on a graph that was worked out by hand.
import { describe, expect, it } from "vitest";
import { dominators, loops, reversePostorder } from "../../../src/compiler/ir/dominators.ts";
import { parseFunction, parseProgram } from "../../../src/compiler/ir/parser.ts";
import { programErrors, verify } from "../../../src/compiler/ir/verify.ts";

const f = (body: string, head = "() -> i64"): string => `function @f${head} {\n${body}\n}`;

describe("the verifier", () => {
  it.each([
    [
      f("b0:\n v0: i8 = const 1\n v1: i64 = const 1\n v2: i8 = add v0, v1\n return v1"),
      "argument 1 is i64, not i8",
    ],
    [f("b0:\n v0: i64 = const 1\n v2: i64 = add v0\n return v0"), "has 1 arguments, not 2"],
    [f("b0:\n v0: i64 = const 1\n v2: i32 = add v0, v0\n return v0"), "gives i32, not i64"],
    [
      f("b0:\n v0: f64 = fconst 1\n v1: f64 = add v0, v0\n v2: i64 = const 1\n return v2"),
      "f64, not an integer",
    ],
    [f("b0:\n v0: i8 = const 300\n v1: i64 = const 1\n return v1"), "does not fit its type: 300"],
    [f("b0:\n v0: i64 = const 1\n v1: i64 = zext v0\n return v1"), "makes i64 of i64"],
    [f("b0:\n v0: i64 = const 1\n v1: i1 = load v0\n return v0"), "has i1 in memory"],
    [f("b0:\n v0: i8 = const 1\n return v0"), "returns (i8), not (i64)"],
    [f("b0(v0: i64):\n return v0"), "its parameters are (i64), not ()"],
    [f("b0:\n v0: i64 = const 1\n jump b1\nb1:\n jump b0"), "the entry is jumped to"],
    [f("b0:\n v0: i64 = const 1\n jump b1\nb1(v1: i64):\n return v1"), "b1 takes (i64), not ()"],
    [f("b0:\n v1: i64 = add v0, v0\n v0: i64 = const 1\n return v1"), "v0 is not defined on every way"],
    [
      f("b0:\n v0: i1 = const 1\n branch v0, b1, b2\nb1:\n v1: i64 = const 1\n jump b2\nb2:\n return v1"),
      "v1 is not defined on every way",
    ],
    [f("b0:\n v0: i64 = const 1\n branch v0, b1, b1\nb1:\n return v0"), "the condition is i64"],
    [f("b0:\n v0: i64 = const 1\n switch v0, b1 { 1: b1, 1: b1 }\nb1:\n return v0"), "a case is there twice"],
    [f("b0:\n v0: i8 = const 1\n switch v0, b1 { 256: b1 }\nb1:\n unreachable"), "a case does not fit i8"],
    [f("b0:\n v0: i64 = call @g() as (i32) -> i64\n return v0"), "passes 0 arguments for 1 parameters"],
    [f("b0:\n v0: f64 = fconst 1\n v1: i1 = fcmp.ult v0, v0\n unreachable"), "compares by ult"],
    [
      f('b0:\n v0: i64 = rdtsc\n asm "x"(v0) inputs ["constant"] clobbers []\n return v0'),
      "argument 0 is no constant",
    ],
    [`${f("b0:\n unreachable")}\n${f("b0:\n unreachable")}`, "f is defined twice"],
    ['data @d ".data" "data" align 3 { 00 }', "d is aligned to 3"],
    ['data @d ".data" "data" align 1 { 00 reloc 0 R_X86_64_64 @d }', "d is relocated at 0"],
  ])("refuses %#: %s", (text, message) => {
    const program = parseProgram(text);
    expect(programErrors(program).join("\n")).toContain(message);
    expect(() => verify(program, "the test")).toThrow("invalid IR after the test");
  });

  it("says nothing of uses where control never comes", () => {
    verify(
      parseProgram(
        f(
          "b0:\n v0: i64 = const 1\n return v0\nb1:\n v1: i64 = add v0, v2\n jump b2\nb2:\n v2: i64 = const 1\n jump b1",
        ),
      ),
    );
  });
});

describe("dominators and loops", () => {
  // 0 → 1 → (2 | 3) → 4 → 1 and 4 → 5; 3 → 3.
  const fn = parseFunction(`function @f(i1) {
b0(v0: i1):
  jump b1
b1:
  branch v0, b2, b3
b2:
  jump b4
b3:
  branch v0, b3, b4
b4:
  branch v0, b1, b5
b5:
  return
b6:
  jump b5
}`);
  const block = (id: number) => fn.blocks.find((b) => b.id === id)!;
  const tree = dominators(fn);

  it("orders blocks after those before them", () => {
    expect(reversePostorder(fn).map((b) => b.id)).toEqual([0, 1, 2, 3, 4, 5]);
  });
  it("knows the immediate dominators", () => {
    expect([1, 2, 3, 4, 5].map((id) => tree.immediate.get(block(id))?.id)).toEqual([0, 1, 1, 1, 4]);
    expect(tree.dominates(block(1), block(5))).toBe(true);
    expect(tree.dominates(block(2), block(4))).toBe(false);
    expect(tree.dominates(block(6), block(5))).toBe(false);
  });
  it("finds loops and their nesting", () => {
    const found = loops(tree).map((l) => [
      l.header.id,
      [...l.blocks].map((b) => b.id).sort(),
      l.latches.map((b) => b.id),
      l.depth,
    ]);
    expect(found).toEqual([
      [1, [1, 2, 3, 4], [4], 1],
      [3, [3], [3], 2],
    ]);
  });
});
