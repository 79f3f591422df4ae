// Property: no pass, and no sequence of passes, changes what a program does. Random programs are interpreted before and after.
import { describe, expect, it } from "vitest";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { printProgram } from "../../../src/compiler/ir/printer.ts";
import { verify } from "../../../src/compiler/ir/verify.ts";
import { inlineCalls } from "../../../src/compiler/passes/inline.ts";
import { mem2reg } from "../../../src/compiler/passes/mem2reg.ts";
import { optimise, PASSES } from "../../../src/compiler/passes/optimise.ts";
import { behaviour, randomProgram } from "./random-ir.ts";

const PROGRAMS = Number(process.env.VITRINE_RANDOM_IR ?? 100);
const FIRST = Number(process.env.VITRINE_RANDOM_IR_FIRST ?? 1);
const ARGS = [
  [0n, 0n],
  [0xdeadbeef12345678n, 0x80000001n],
] as const;
const seeds = Array.from({ length: PROGRAMS }, (_, i) => FIRST + i);
const all = (program: Parameters<typeof behaviour>[0]): string[] =>
  ARGS.map((args) => behaviour(program, args));

describe("random IR", () => {
  it("is valid and reads back from its text", () => {
    for (const seed of seeds.slice(0, 30)) {
      const program = randomProgram(seed);
      verify(program, `generating ${seed}`);
      const text = printProgram(program);
      expect(printProgram(parseProgram(text))).toBe(text);
    }
  });

  for (const pass of [...PASSES, { name: "inline", run: undefined }]) {
    it(`does the same after ${pass.name}`, () => {
      for (const seed of seeds) {
        // On slots, and on values.
        const program = randomProgram(seed);
        if (seed % 2 === 0) for (const fn of program.functions) mem2reg.run(fn, program);
        const before = all(program);
        if (pass.run) for (const fn of program.functions) pass.run(fn, program);
        else inlineCalls(program, { onlyMarked: false });
        verify(program, `${pass.name}, seed ${seed}`);
        expect(all(program), `${pass.name}, seed ${seed}`).toEqual(before);
      }
    });
  }

  it.each([0, 1, 2] as const)("does the same after all passes of level %d", (level) => {
    for (const seed of seeds) {
      const program = randomProgram(seed);
      const before = all(program);
      let last = "";
      optimise(program, level, (_letter, pass, p) => {
        verify(p, `${last} ${pass}, seed ${seed}`);
        last = pass;
      });
      verify(program, `level ${level}, seed ${seed}`);
      expect(all(program), `level ${level}, seed ${seed}`).toEqual(before);
    }
  });

  it("gives the same bytes for the same program", () => {
    const text = (): string => {
      const program = randomProgram(5);
      optimise(program, 2);
      return printProgram(program);
    };
    expect(text()).toBe(text());
  });
});
