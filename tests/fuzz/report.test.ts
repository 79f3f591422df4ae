/* What the fuzzer makes of a failure: the least program, readable; and its command line. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Program } from "./program.ts";
import { listing, minimise } from "./report.ts";
import { Streams } from "./stream.ts";

const program: Program = {
  mode: 64,
  start: 0x1000,
  instructions: [
    Uint8Array.of(0x48, 0x01, 0xd8),
    Uint8Array.of(0x29, 0xc1),
    Uint8Array.of(0xf7, 0xe1),
    Uint8Array.of(0xeb, 0xf7),
  ],
};

describe("a failure", () => {
  it("is cut down to the instructions that it needs", () => {
    // Fails while both sub and jmp are there.
    const run = (p: Program) =>
      p.instructions[1]?.[0] === 0x29 && p.instructions[3]?.[0] === 0xeb
        ? { at: "", differences: ["x"] }
        : undefined;
    const { program: least, failure } = minimise(program, run);
    expect(failure?.differences).toEqual(["x"]);
    expect(listing(least)).toBe(
      [
        "        (3 nops)",
        "      1003  29c1                     sub ecx, eax",
        "        (2 nops)",
        "      1007  ebf7                     jmp 0x1000",
      ].join("\n"),
    );
  });
  it("that does not repeat stays as it was", () => {
    expect(minimise(program, () => undefined)).toEqual({ program, failure: undefined });
  });
});

describe("programs", () => {
  it("are a function of their seed", () => {
    const [a, b] = [new Streams(32), new Streams(32)];
    expect(a.program(7)).toEqual(b.program(7));
    expect(a.program(7)).not.toEqual(a.program(8));
  });
});

describe("the command", () => {
  const fuzz = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "tests/fuzz/main.ts", ...args], { encoding: "utf8" });
  it("runs the seeds it is given", () => {
    const { status, stdout } = fuzz("--on", "processor", "--mode", "64", "--seed", "1", "--count", "3");
    expect(stdout).toMatch(
      /^3 programs, \d+ instructions, \d+ faults in .* no disagreement; first seed 1\n$/,
    );
    expect(status).toBe(0);
  });
  it.each([
    [
      ["--mode", "8"],
      /^fuzz: option '--mode <bits>' argument '8' is invalid. Allowed choices are 16, 32, 64.\n/,
    ],
    [
      ["--on", "paper"],
      /^fuzz: option '--on <place>' argument 'paper' is invalid. Allowed choices are processor, machine.\n/,
    ],
    [
      ["--seconds", "soon"],
      /^fuzz: option '--seconds <n>' argument 'soon' is invalid. It is a positive number.\n/,
    ],
    [["--speed"], /^fuzz: .*--speed/],
  ])("refuses %j", (args, message) => {
    const { status, stderr } = fuzz(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
