// The fuzzer of the compiler: its programs agree, and a fault that is put into the compiler is found, reduced and placed.
import { afterAll, describe, expect, it } from "vitest";
import type { IrProgram } from "../../../src/compiler/ir/ir.ts";
import { type Dump, optimise } from "../../../src/compiler/passes/optimise.ts";
import { cText } from "./c.ts";
import { report } from "./command.ts";
import { dialectText } from "./dialect.ts";
import { drawProgram } from "./draw.ts";
import { type Finding, type Level, Runner } from "./run.ts";
import type { Program } from "./tree.ts";

const runners: Runner[] = [];
function runner(...args: ConstructorParameters<typeof Runner>): Runner {
  const made = new Runner(...args);
  runners.push(made);
  return made;
}
afterAll(() => {
  for (const made of runners) made.dispose();
});

const draw = (first: number, count: number): Program[] =>
  Array.from({ length: count }, (_, i) => drawProgram(first + i));

/** The first of so many that shows a fault. */
function firstFault(faulty: Runner, first: number, count: number): { program: Program; finding: Finding } {
  for (const program of draw(first, count)) {
    const finding = faulty.find([program]);
    if (finding !== undefined) return { program, finding };
  }
  throw new Error(`no fault in ${count} programs from seed ${first}`);
}

/** The compiler's passes, and after them one that takes every shift of signed numbers for one of unsigned ones. */
function wrongShift(program: IrProgram, level: Level, tell?: Dump): void {
  optimise(program, level, tell);
  if (level !== 2) return;
  for (const fn of program.functions) {
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) if (instruction.op === "ashr") instruction.op = "lshr";
    }
  }
  tell?.("!", "wrong shift", program, undefined);
}

describe("random programs of the dialect", () => {
  it("are the same for the same seed", () => {
    for (const seed of [1, 2, 3]) {
      expect(dialectText(drawProgram(seed))).toBe(dialectText(drawProgram(seed)));
      expect(cText(drawProgram(seed), "p_")).toBe(cText(drawProgram(seed), "p_"));
    }
  });

  it.each([1, 11, 21])("do the same everywhere: ten from seed %d", (first) => {
    expect(runner().findAny(draw(first, 10))).toBeUndefined();
  });

  it("show a wrong pass, which is named, in a small program", () => {
    const faulty = runner(wrongShift);
    const { program, finding } = firstFault(faulty, 1, 30);
    expect(finding.kind).toBe("differ");
    const text = report(faulty, program, finding);
    expect(text).toContain("level 2's wrong shift");
    expect(text).toContain(`Repeat: npm run fuzz -- --compiler --seed ${program.seed} --count 1\n`.trim());
    expect(text).toMatch(/>>|bitfield/);
    expect(text.split("\n").length, text).toBeLessThan(40);
  });

  it("show a compiler that fails", () => {
    const failing = runner(() => {
      throw new RangeError("a pass gives up");
    });
    expect(failing.find(draw(1, 1))).toMatchObject({
      kind: "compiler",
      message: expect.stringContaining("a pass gives up"),
    });
  });
});
