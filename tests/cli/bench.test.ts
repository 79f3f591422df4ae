/*
 * `vitrine bench alloc` and `vitrine trace --allocations` as processes: figures that can be, the same ones each time, traces that are
 * replayed as they were recorded, and one line for bad use. Cases are short here.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CASES } from "../../src/bench/alloc/cases.ts";
import type { AllocationResult } from "../../src/bench/alloc/run.ts";
import { type AllocationStep, parseTrace } from "../../src/view/allocation-trace.ts";
import { builtKernel, builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));
const program = builtProgram();
const image = builtKernel("bench/main.ts");
const WAYS = ["tagged seed", "tagged dense", "buddy seed", "tlsf seed", "bump seed"];

function vitrine(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}
function bench(...args: string[]): AllocationResult[] {
  const { status, stdout, stderr } = vitrine("bench", "alloc", "--kernel", image, "--json", "-", ...args);
  expect([status, stderr]).toEqual([0, ""]);
  const { unit, results } = JSON.parse(stdout) as { unit: string; results: AllocationResult[] }; // as: checked below
  expect(unit).toBe("cycles");
  return results;
}
const wayOf = (r: AllocationResult): string => `${r.allocator} ${r.policy}`;
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("figures", () => {
  it("of every case and allocator are such as can be", () => {
    const sizes = CASES.filter((c) => c.name.startsWith("pair-")).map((c) => c.name);
    const only = CASES.map((c) => c.name).filter((name) => !sizes.includes(name) || name === "pair-1536");
    const results = bench("--only", only.join(), "--operations", "600");
    expect(results.map((r) => `${r.case} ${wayOf(r)}`)).toEqual(
      only.flatMap((name) => WAYS.map((way) => `${name} ${way}`)),
    );
    for (const r of results) {
      const about = `${r.case} ${wayOf(r)}`;
      const { allocations, frees } = r;
      expect([about, r.failures]).toEqual([about, 0]);
      expect(allocations.count, about).toBeGreaterThanOrEqual(300);
      // All is freed, but by `ages`, which ends in the middle of things.
      if (r.case !== "ages") expect([about, frees.count]).toEqual([about, allocations.count - resizes(r)]);
      for (const d of [allocations, frees]) {
        expect(d.median, about).toBeGreaterThan(0);
        expect(d.p99, about).toBeGreaterThanOrEqual(d.median);
        expect(d.most, about).toBeGreaterThanOrEqual(d.p99);
        expect(d.mean, about).toBeLessThanOrEqual(d.most);
      }
      expect(r.internalFragmentation, about).toBeGreaterThanOrEqual(0);
      expect(r.internalFragmentation, about).toBeLessThanOrEqual(0.5);
      expect(r.externalFragmentation, about).toBeGreaterThanOrEqual(0);
      expect(r.externalFragmentation, about).toBeLessThanOrEqual(1);
      // Between two looks at the counters there may be a 128th more.
      expect(r.peakHeld, about).toBeGreaterThan(r.peakRequested * 0.99);
      expect(r.metadata, about).toBeGreaterThan(0);
      expect(r.tlbMisses, about).toBeGreaterThan(0);
      const cpus = CASES.find((c) => c.name === r.case)?.cpus ?? 1;
      expect(r.cycles * cpus, about).toBeGreaterThan(allocations.mean * allocations.count);
    }
  });
  /** Allocations that were changes of size. */
  const resizes = (r: AllocationResult): number =>
    r.case === "espresso" ? r.allocations.count - r.frees.count : 0;

  it("of 64 bytes at once are fewer cycles than glibc's 37, as a batch and one by one", () => {
    // npm run alloc: docs/alloc.md.
    const GLIBC = 37;
    const results = bench("--only", "pair-64", "--operations", "4000", "--allocator", "tagged");
    expect(results).toHaveLength(2);
    for (const { pairs, allocations, frees } of results) {
      expect(pairs.count).toBeGreaterThan(20);
      expect(pairs.median).toBeGreaterThan(15);
      expect(pairs.p99).toBeLessThan(GLIBC);
      expect(allocations.median + frees.median).toBeLessThan(GLIBC);
      expect(Math.abs(allocations.median + frees.median - pairs.median)).toBeLessThanOrEqual(8);
    }
  });
  it("of waste are those that follow from the sizes", () => {
    const results = bench("--only", "pair-96,pair-3072", "--operations", "200");
    const waste = new Map(results.map((r) => [`${r.case} ${wayOf(r)}`, r.internalFragmentation]));
    // 96 and 3072 are classes of the areas; a buddy allocator rounds up to 128 and 4096, and so does the seed's page area.
    expect(waste.get("pair-96 tagged seed")).toBe(0);
    expect(waste.get("pair-96 buddy seed")).toBe(0.25);
    expect(waste.get("pair-3072 tagged seed")).toBe(0.25);
    expect(waste.get("pair-3072 tagged dense")).toBe(0);
  });
  it("are the same each time, also of several processors", () => {
    const args = ["--only", "larson,mstress", "--operations", "300", "--allocator", "tagged,tlsf"];
    expect(bench(...args)).toEqual(bench(...args));
  });
  it("come as a table and as a picture, too", () => {
    const picture = join(folder, "picture.svg");
    const args = ["--kernel", image, "--only", "random", "--operations", "300", "--svg", picture];
    const { status, stdout, stderr } = vitrine("bench", "alloc", ...args);
    expect([status, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(1 + WAYS.length);
    expect(lines[0]).toMatch(/^cycles +allocator +malloc +p99 +free +p99 +pair +internal/);
    expect(lines[1]).toMatch(/^random +tagged +\d+ /);
    const svg = readFileSync(picture, "utf8");
    // The background, and for each allocator a colour and a bar in each of three panels.
    expect(svg.match(/<rect /g)).toHaveLength(1 + WAYS.length * 4);
    expect(svg).toContain(">tagged, dense</text>");
  });
});

describe("a trace", () => {
  const count = (steps: readonly AllocationStep[], kind: AllocationStep["kind"]): number =>
    steps.filter((s) => s.kind === kind).length;

  it.each([
    ["espresso", 1],
    ["mstress", 3],
  ])("of %s on %i processors is replayed with the same operations", (workload, cpus) => {
    const path = join(folder, `${workload}.trace`);
    const append = `workload=${workload} operations=700 slots=200`;
    const args = ["--allocations", path, "--cpus", `${cpus}`, "--append", append, image];
    const { status, stderr } = vitrine("trace", ...args);
    expect([status, stderr]).toEqual([33, ""]);
    const steps = parseTrace(readFileSync(path, "utf8"));
    expect(count(steps, "allocate")).toBeGreaterThan(700 * cpus);
    expect(new Set(steps.map((s) => s.thread)).size).toBeGreaterThanOrEqual(cpus);
    const results = bench("--replay", path);
    expect(results.map(wayOf)).toEqual(WAYS);
    for (const { allocations, frees, failures } of results) {
      expect([allocations.count, frees.count, failures]).toEqual([
        count(steps, "allocate") + count(steps, "resize"),
        count(steps, "free"),
        0,
      ]);
    }
  });
  it("of a Linux program on the kernel's malloc has what it allocates, too", (ctx) => {
    const sort = requireTool(ctx, "sort");
    const kernel = builtKernel("main.ts");
    const record = (name: string, ...options: string[]): AllocationStep[] => {
      const path = join(folder, name);
      const args = ["--kernel", kernel, "--allocations", path, ...options, sort, "/etc/passwd"];
      const { status, stdout } = vitrine("run", ...args);
      expect([status, stdout.includes("root:")]).toEqual([0, true]);
      return parseTrace(readFileSync(path, "utf8"));
    };
    const own = record("own.trace");
    const all = record("all.trace", "--malloc", "kernel");
    expect(count(all, "allocate")).toBeGreaterThan(count(own, "allocate") + 20);
    // sort's buffer is its largest object by far.
    const largest = (steps: readonly AllocationStep[]): number => Math.max(...steps.map((s) => s.size));
    expect(largest(all)).toBeGreaterThan(largest(own));
  });
  it("that wants more than there is has failures, and goes on", () => {
    const objects = Array.from({ length: 20 }, (_, i) => i);
    const wanted = objects.map((i) => `a ${i} ${15 << 20}\n`);
    const freed = objects.map((i) => `f ${i}\n`);
    const path = file("large.trace", [...wanted, `r 0 ${100 << 20}\n`, ...freed].join(""));
    for (const { allocations, frees, failures } of bench("--replay", path)) {
      // 256 MiB have 17 of them at most, and none is freed that is not there.
      expect(failures).toBeGreaterThanOrEqual(4);
      expect(allocations.count).toBe(21);
      expect(frees.count).toBe(21 - failures);
    }
  });
});

describe("bad use is one line and status 2", () => {
  const refused = (args: string[], line: string): void => {
    const { status, stdout, stderr } = vitrine(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(line);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  };
  it.each([
    ["a 1 64\nx 2 64\n", "2: begins with none of a, r, f: x 2 64"],
    ["# nothing\n\na 1\n", "3: wants 2 numbers, and may have a thread: a 1"],
    ["a 1 64\na 1 64\n", "2: allocates an object that is live: a 1 64"],
    ["f 7\n", "1: is of an object that is not live: f 7"],
    ["a 1 64 9\n", "1: has a thread that is not below 8: a 1 64 9"],
    ["a 1 6x\n", "1: has no whole numbers: a 1 6x"],
    ["# nothing at all\n", " there is nothing to replay in it"],
  ])("for the trace %j", (text, line) => {
    const path = file("bad.trace", text);
    refused(["bench", "alloc", "--kernel", image, "--replay", path], `${path}:${line}`);
  });
  it.each([
    ["bench alloc --allocator slob", "It knows tagged, buddy, tlsf, bump, not slob"],
    ["bench alloc --only pair-65", "not pair-65"],
    ["bench alloc --operations 0", "It is a number from 1"],
    ["bench alloc --replay x --only random", "cannot be used with"],
    ["bench alloc --kernel /nowhere", "/nowhere: no such file or directory"],
    ["bench alloc --kernel IMAGE --replay /nowhere", "/nowhere: no such file or directory"],
    ["trace IMAGE --allocations x --json", "cannot be used with"],
    ["trace IMAGE --allocations /nowhere/x", "/nowhere/x: no such file or directory"],
  ])("for %s", (line, message) => {
    refused(line.replace("IMAGE", image).split(" "), message);
  });
  it("for an image that is no bench", () => {
    const other = builtKernel("hello.ts");
    refused(
      ["bench", "alloc", "--kernel", other, "--only", "cfrac"],
      "cfrac with tagged: the image says nothing of",
    );
  });
});
