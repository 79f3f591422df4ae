/* The programs of tests/programs on each engine, and that time and count are alike on all of them. */
import { describe, expect, it } from "vitest";
import type { BareMachine } from "../src/machine/bare-machine.ts";
import { ENGINE_NAMES, type EngineName } from "../src/machine/engines.ts";
import { differences, load, outcomeOf, type Program, programNames, readProgram } from "./programs/run.ts";

function run(program: Program, engine: EngineName): { machine: BareMachine; different: string[] } {
  const machine = load(program, engine);
  const stop = machine.run({ maxInstructions: program.maxInstructions });
  return { machine, different: differences(program, outcomeOf(machine, stop)) };
}

describe.each(ENGINE_NAMES)("programs on the %s", (engine) => {
  it.each(programNames())("%s", (name) => {
    expect(run(readProgram(name), engine).different).toEqual([]);
  });
});

describe("time", () => {
  it.each(programNames())("is the same on every engine, in one run and step by step: %s", (name) => {
    const program = readProgram(name);
    const times = ENGINE_NAMES.map((engine) => {
      const { machine } = run(program, engine);
      return [machine.instructions, machine.cycles];
    });
    const stepped = load(program, "interpreter");
    let left = program.maxInstructions;
    while (left > 0 && stepped.step().kind === "limit") left--;
    times.push([stepped.instructions, stepped.cycles]);
    expect(times).toEqual(times.map(() => times[0]));
  });
});
