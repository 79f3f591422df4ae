/* The command line of npm run fuzz: what options mean, help, and one line for bad use. */
import { describe, expect, it } from "vitest";
import { BadUse, readOptions } from "./options.ts";

const read = (...args: string[]) => readOptions(args, 1234, () => {});

describe("npm run fuzz", () => {
  it("runs everything for ten seconds from a seed that differs", () => {
    expect(read()).toEqual({
      seconds: 10,
      seed: 1234,
      count: Number.POSITIVE_INFINITY,
      modes: [16, 32, 64],
      on: ["processor", "machine"],
      devices: false,
      compiler: false,
    });
  });
  it("repeats what a failure names", () => {
    expect(read("--on", "processor", "--mode", "64", "--seed", "0", "--count", "1")).toEqual({
      seconds: Number.POSITIVE_INFINITY,
      seed: 0,
      count: 1,
      modes: [64],
      on: ["processor"],
      devices: false,
      compiler: false,
    });
  });
  it("does things to devices", () => {
    const { devices, count } = read("--devices", "--seed", "5", "--count", "1000") ?? {};
    expect([devices, count]).toEqual([true, 1000]);
  });
  it("compiles programs", () => {
    const { compiler, seed, count } = read("--compiler", "--seed", "5", "--count", "1") ?? {};
    expect([compiler, seed, count]).toEqual([true, 5, 1]);
  });
  it("prints help", () => {
    let out = "";
    expect(
      readOptions(["--help"], 0, (text) => {
        out += text;
      }),
    ).toBeUndefined();
    expect(out).toMatch(/^Usage: npm run fuzz -- \[options\]\n/);
    for (const option of ["--seconds", "--seed", "--count", "--mode", "--on", "--devices", "--compiler"])
      expect(out).toContain(option);
  });
  it.each([
    [["--minutes", "1"], /^unknown option '--minutes'$/],
    [["--secnds", "1"], /^unknown option '--secnds' \(Did you mean --seconds\?\)$/],
    [["--seconds", "soon"], /'soon' is invalid\. It is a positive number\.$/],
    [["--seconds", ""], /It is a positive number\.$/],
    [["--seconds", "0"], /It is a positive number\.$/],
    [["--seconds"], /argument missing$/],
    [["--seed", "-1"], /It is a whole number from 0 up\.$/],
    [["--seed", "1e300"], /It is a whole number from 0 up\.$/],
    [["--count", "0"], /It is a whole number from 1 up\.$/],
    [["--count", "1.5"], /It is a whole number from 1 up\.$/],
    [["--mode", "8"], /Allowed choices are 16, 32, 64\.$/],
    [["--on", "qemu"], /Allowed choices are processor, machine\.$/],
    [["--devices", "--mode", "16"], /'--devices' cannot be used with option '--mode <bits>'$/],
    [["--compiler", "--devices"], /'--compiler' cannot be used with option '--devices'$/],
    [["--compiler", "--on", "machine"], /'--compiler' cannot be used with option '--on <place>'$/],
    [["now"], /^too many arguments/],
  ])("refuses %j in one line", (args, message) => {
    expect(() => read(...args)).toThrow(BadUse);
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).not.toThrow(/\n/);
  });
});
