/*
 * The compiler's benchmark: its programs compute the same in the dialect and in C, and tables and means say what was measured. How fast
 * the programs are is for the benchmark itself to say.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { build } from "../../src/bench/compiler/build.ts";
import { meanRatio, measure, type Result, ratio, run } from "../../src/bench/compiler/measure.ts";
import { PROGRAMS } from "../../src/bench/compiler/programs.ts";
import { chart, table } from "../../src/bench/compiler/report.ts";
import { requireTool } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
/** Enough for every part of every program to run. */
const ROUNDS = 3;

describe("programs of the benchmark", () => {
  it.for(PROGRAMS.map((p) => p.name))("%s computes the same in the dialect and in C", (name, ctx) => {
    requireTool(ctx, "gcc");
    const own = run(build(name, "vitrine", folder), ROUNDS, 2);
    const theirs = run(build(name, "gcc -O1", folder), ROUNDS, 1);
    expect(own.checksum).toMatch(/^[0-9a-f]{16}$/);
    expect(own.times).toHaveLength(2);
    expect(theirs.checksum).toBe(own.checksum);
  });
});

/** A program that says what it is told instead of computing and timing. */
function pretend(name: string, lines: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return path;
}

const paths = (own: string, first: string, second: string) => ({
  vitrine: pretend("own", own),
  "gcc -O1": pretend("first", first),
  "gcc -O2": pretend("second", second),
});

const example = { name: "example", what: "an example", rounds: 1 };

describe("measuring", () => {
  it("takes the least of all repetitions and their median", () => {
    const all = paths("echo a; echo 3000000; echo 2000000", "echo a; echo 8000000", "echo a; echo 1000000");
    const result = measure(example, all, 0.001);
    expect(result.checksum).toBe("a");
    expect(result.times.vitrine.least).toBe(2);
    expect([2, 3]).toContain(result.times.vitrine.median);
    expect(ratio(result, "gcc -O2")).toBe(2);
    expect(ratio(result, "gcc -O1")).toBe(0.25);
  });
  it("refuses programs that compute different things, or fail", () => {
    expect(() =>
      measure(example, paths("echo a; echo 1", "echo a; echo 1", "echo b; echo 1"), 0.001),
    ).toThrow("example: vitrine says a, gcc -O2 b");
    expect(() => measure(example, paths("exit 3", "", ""), 0.001)).toThrow("ended with status 3");
  });
});

describe("the report", () => {
  const time = (least: number) => ({ least, median: least });
  const result = (name: string, own: number, first: number, second: number): Result => ({
    name,
    what: "<&>",
    checksum: "",
    times: { vitrine: time(own), "gcc -O1": time(first), "gcc -O2": time(second) },
  });
  const results = [result("one", 4, 4, 2), result("two", 8, 4, 1)];

  it("gives geometric means of ratios", () => {
    expect(meanRatio(results, "gcc -O2")).toBeCloseTo(4, 10);
    expect(meanRatio(results, "gcc -O1")).toBeCloseTo(Math.SQRT2, 10);
  });
  it("says the ratios in its table and in its picture", () => {
    const rows = table(results).split("\n");
    expect(rows).toHaveLength(4);
    expect(rows[2]).toMatch(/^two.*2\.00.*8\.00/);
    expect(rows[3]).toMatch(/^geometric mean.*1\.41.*4\.00/);
    const svg = chart("Title", "note", results);
    expect(svg).toContain(">8.00<");
    expect(svg).toContain(">4.00<");
    expect(svg).toContain("&lt;&amp;>");
  });
});
