/*
 * Random programs on whole machines with either engine: paging, exceptions through a descriptor table, both rings,
 * single-stepping. The fuzzer of tests/fuzz on fixed seeds.
 */
import { describe, expect, it } from "vitest";
import { MachineStreams } from "../fuzz/machine.ts";

const PROGRAMS = 60;

describe.each([16, 32, 64] as const)("random programs on %i-bit machines", (mode) => {
  it("end alike on both engines, whatever is delivered", () => {
    const streams = new MachineStreams(mode);
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const failure = streams.run(streams.program(seed), seed);
      expect(failure && { seed, ...failure }).toBeUndefined();
    }
    expect(streams.tally.instructions).toBeGreaterThan(PROGRAMS * 100);
    expect(streams.tally.faults).toBeGreaterThan(PROGRAMS);
  });
});
