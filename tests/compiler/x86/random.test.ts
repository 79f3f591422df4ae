// Random IR programs, native against the IR interpreter, for release and debug builds, both targets, and with few registers.
import { describe, expect, it } from "vitest";
import { Interpreter } from "../../../src/compiler/ir/interpreter.ts";
import type { IrProgram } from "../../../src/compiler/ir/ir.ts";
import { functionErrors } from "../../../src/compiler/ir/verify.ts";
import type { GenerateOptions } from "../../../src/compiler/x86/generate.ts";
import { missing, requireTool } from "../../support/tools.ts";
import { callsInC, RELEASE, runWithC } from "./native.ts";
import { argumentsFor, randomProgram } from "./random-program.ts";

const CALLS = 3;

/** A program whose names end in the seed, so that many go into one executable. */
function named(seed: number): IrProgram {
  const program = randomProgram(seed);
  const name = (symbol: string): string => `${symbol}_${seed}`;
  return {
    functions: program.functions.map((fn) => {
      for (const i of fn.blocks.flatMap((b) => b.instructions)) {
        if (i.details.symbol !== undefined) i.details = { ...i.details, symbol: name(i.details.symbol) };
      }
      return { ...fn, symbol: name(fn.symbol) };
    }),
    data: program.data.map((piece) => ({ ...piece, symbol: name(piece.symbol) })),
  };
}

function compare(gcc: string, first: number, count: number, options: GenerateOptions): void {
  const whole: IrProgram = { functions: [], data: [] };
  const calls: { symbol: string; args: readonly bigint[] }[] = [];
  const expected: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const program = named(seed);
    expect(program.functions.flatMap(functionErrors), `seed ${seed}`).toEqual([]);
    whole.functions.push(...program.functions);
    whole.data.push(...program.data);
    const last = program.functions.at(-1)!;
    const interpreter = new Interpreter(program);
    for (let n = 0; n < CALLS; n++) {
      const args = argumentsFor(seed * CALLS + n, last.signature.params.length);
      const outcome = interpreter.run(last.symbol, args);
      if (outcome.kind !== "returned") throw new Error(`seed ${seed}: ${JSON.stringify(outcome)}`);
      calls.push({ symbol: last.symbol, args });
      expected.push(`seed ${seed}: ${outcome.values[0]!.toString(16)}`);
    }
  }
  const ran = runWithC(gcc, whole, callsInC(whole, calls), options);
  const lines = ran.stdout.trim().split("\n");
  expect(ran.signal).toBeNull();
  expect(lines.map((line, n) => `seed ${first + Math.floor(n / CALLS)}: ${line}`)).toEqual(expected);
}

describe("random programs", () => {
  const cases: [string, number, GenerateOptions][] = [
    ["a release build", 0, RELEASE],
    ["a debug build", 10_000, { ...RELEASE, debug: true }],
    ["the kernel target", 20_000, { ...RELEASE, target: "kernel" }],
    ["few registers", 40_000, { ...RELEASE, registers: 9 }],
    ["few registers in a debug build", 50_000, { ...RELEASE, debug: true, registers: 9 }],
    ["with newer instructions", 30_000, { ...RELEASE, features: ["popcnt"] }],
  ];
  for (const [name, first, options] of cases) {
    it(name, { timeout: 60_000 }, (ctx) => {
      if (process.platform !== "linux" || process.arch !== "x64") missing(ctx, "an x86-64 Linux");
      compare(requireTool(ctx, "gcc"), first, Number(process.env.VITRINE_RANDOM ?? 100), options);
    });
  }
});
