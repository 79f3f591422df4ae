import { describe, expect, it } from "vitest";
import { ENGINE_NAMES } from "../src/machine/engines.ts";
import { differences, load, outcomeOf, programNames, readProgram } from "./programs/run.ts";

describe.each(ENGINE_NAMES)("programs on the %s", (engine) => {
  it.each(programNames())("%s", (name) => {
    const program = readProgram(name);
    const machine = load(program, engine);
    const stop = machine.run({ maxInstructions: program.maxInstructions });
    expect(differences(program, outcomeOf(machine, stop))).toEqual([]);
  });
});
