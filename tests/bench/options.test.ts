/* The command line of npm run bench: what options mean, help, and one line for bad use, before anything is measured. */
import { describe, expect, it } from "vitest";
import { PROGRAMS } from "../../src/bench/compiler/programs.ts";
import { LOOPS } from "../../src/bench/loops.ts";
import { BadUse, readOptions } from "../../src/bench/options.ts";

const read = (...args: string[]) => readOptions(args, () => {});

describe("npm run bench", () => {
  it("measures a suite", () => {
    expect(read("interpreter")).toEqual({ suite: "interpreter", seconds: 22 });
    expect(read("region", "--seconds", "8", "--json", "-")).toEqual({
      suite: "region",
      seconds: 8,
      json: "-",
    });
    expect(read("interpreter", "--only", "alu, chase,alu", "--seconds", "2.5")).toEqual({
      suite: "interpreter",
      seconds: 2.5,
      only: ["alu", "chase"],
    });
    expect(read("compiler", "--only", "sieve")).toEqual({ suite: "compiler", seconds: 22, only: ["sieve"] });
  });
  it("prints help that names every loop and program and says what --seconds means", () => {
    let out = "";
    expect(
      readOptions(["--help"], (text) => {
        out += text;
      }),
    ).toBeUndefined();
    expect(out).toMatch(/^Usage: npm run bench -- \[options\] <suite>\n/);
    for (const { name } of [...LOOPS, ...PROGRAMS]) expect(out).toContain(name);
    expect(out).toContain("--seconds is for the whole suite");
  });
  it.each([
    [[], /^missing required argument 'suite'$/],
    [["jit"], /Allowed choices are interpreter, region, compiler\.$/],
    [["interpreter", "region"], /^too many arguments/],
    [["interpreter", "--sec", "3"], /^unknown option '--sec'$/],
    [["interpreter", "--seconds", "long"], /'long' is invalid\. It is a number of seconds up to 1000000\.$/],
    [["interpreter", "--seconds", "0"], /It is a number of seconds/],
    [["interpreter", "--seconds", "-5"], /It is a number of seconds/],
    [["interpreter", "--seconds", "NaN"], /It is a number of seconds/],
    [
      ["interpreter", "--seconds", "10.9"],
      /^--seconds 10\.9 is too little: 11 measurements of at least 1 s take 11$/,
    ],
    [["interpreter", "--seconds", "1", "--only", "alu,call"], /2 measurements of at least 1 s take 2$/],
    [["region", "--seconds", "7"], /8 measurements of at least 1 s take 8$/],
    [["compiler", "--seconds", "1"], /20 measurements of at least 0\.3 s take 6$/],
    [["interpreter", "--only", "alu,none"], /^there is no loop "none"$/],
    [["interpreter", "--only", ""], /^there is no loop ""$/],
    [["compiler", "--only", "alu"], /^there is no program "alu"$/],
    [["region", "--only", "alu"], /^--only is for loops of the interpreter and programs of the compiler$/],
    [["interpreter", "--json", "/no/such/folder/x.json"], /It cannot be written\.$/],
    [["interpreter", "--svg", "/"], /It is a directory\.$/],
    [["interpreter", "--svg", "-"], /^--svg wants a file$/],
  ])("refuses %j in one line", (args, message) => {
    expect(() => read(...args)).toThrow(BadUse);
    expect(() => read(...args)).toThrow(message);
    expect(() => read(...args)).not.toThrow(/\n/);
  });
});
