/*
 * Random programs through the interpreter's blocks, links and caches, with budgets that end anywhere: the fuzzer of
 * tests/fuzz on fixed seeds. And that the comparison sees what it should.
 */
import { describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import { Streams } from "../fuzz/stream.ts";
import { DATA, Pair, placeOf } from "./agree.ts";

const PROGRAMS = 500;

describe.each([16, 32, 64] as const)("random programs in %i-bit mode", (mode) => {
  it("end alike on both engines, with every budget", () => {
    const streams = new Streams(mode);
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const failure = streams.run(streams.program(seed), seed);
      expect(failure && { seed, ...failure }).toBeUndefined();
    }
    expect(streams.tally.instructions).toBeGreaterThan(PROGRAMS * 100);
    expect(streams.tally.faults).toBeGreaterThan(PROGRAMS);
  });
});

describe("the comparison", () => {
  it.each([
    ["rax", (p: Pair) => p.interpreted.cpu.setReg(S.RAX, 5n)],
    [
      "rflags",
      (p: Pair) => {
        p.interpreted.cpu.rflags ^= 1;
      },
    ],
    ["xmm3+8", (p: Pair) => p.interpreted.cpu.setXmm(3, 1n << 64n)],
    ["mxcsr", (p: Pair) => p.interpreted.cpu.setU32(S.MXCSR, 0)],
    ["[4000]", (p: Pair) => p.interpreted.ram.fill(1, placeOf(DATA.start), placeOf(DATA.start) + 1)],
  ])("sees %s", (name, change) => {
    const pair = new Pair(64);
    expect(pair.difference()).toEqual([]);
    change(pair);
    expect(pair.difference().map((d) => d.split(" ")[0])).toEqual([name]);
  });
});
