/*
 * npm run alloc -- [--json FILE]
 *
 * malloc and free of the unikernel beside glibc's, which a static C program (alloc.c) has under Debian's kernel: the same sizes in the
 * same order, one thread, one processor, on the same machine with the same cycle model. A table for people, JSON for programs; docs/alloc.md
 * has the figures. Exit status 2 for bad use or a missing tool.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chalk from "chalk";
import type { AllocationResult } from "../../src/bench/alloc/run.ts";
import { findTool } from "../../tests/support/tools.ts";
import { buildProgram } from "../linux/build.ts";
import { findKernel, type Kernel } from "../linux/kernels.ts";
import { makeInitramfs, run } from "../switch/guest.ts";
import { readOptions } from "../switch/options.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Bytes, as alloc.c has them. */
const PAIRS = [16, 64, 256, 1024, 4096, 65536];
/** Workloads by what alloc.c calls them, and their cases of `vitrine bench alloc`. */
const WORKLOADS = { random: "random", larson: "larson-one" } as const;
/** What is measured of a workload. */
const FIGURES: readonly (readonly [name: string, of: (r: AllocationResult) => number])[] = [
  ["malloc.median", (r) => r.allocations.median],
  ["malloc.p99", (r) => r.allocations.p99],
  ["malloc.mean", (r) => r.allocations.mean],
  ["free.median", (r) => r.frees.median],
  ["free.p99", (r) => r.frees.p99],
  ["free.mean", (r) => r.frees.mean],
];

interface Row {
  readonly what: string;
  readonly seed: number;
  readonly dense: number;
  readonly glibc: number;
}

/** `WORKLOAD FIGURE NUMBER` lines. */
function readFigures(output: string): (name: string) => number {
  const figures = new Map(
    [...output.matchAll(/^(\S+ \S+) (\d+)\r?$/gm)].map(([, name, value]) => [name!, Number(value)]),
  );
  return (name) => {
    const value = figures.get(name);
    if (value === undefined) throw new Error(`the guest does not say ${name}`);
    return value;
  };
}

/** One processor, 256 MiB, each. */
function measure(main: string, kernel: Kernel, gcc: string, folder: string): Row[] {
  const vitrine = (...args: string[]): string => run(process.execPath, [main, ...args], 0);
  const image = join(folder, "kernel.elf");
  const source = here("../../kernel/bench/main.ts");
  vitrine("build", source, "--target", "kernel", "--base", "1M", "-o", image);
  const only = [...PAIRS.map((size) => `pair-${size}`), ...Object.values(WORKLOADS)].join();
  const json = vitrine(
    "bench",
    "alloc",
    "--kernel",
    image,
    "--allocator",
    "tagged",
    "--only",
    only,
    "--json",
    "-",
  );
  const { results } = JSON.parse(json) as { results: AllocationResult[] }; // as: what the command prints
  const initramfs = makeInitramfs(gcc, here("alloc.c"), folder);
  // Addresses by chance would have pages compete for a place in the TLB by chance.
  const append = "console=ttyS0 quiet norandmaps";
  const glibc = readFigures(vitrine("boot", kernel.image, "--initrd", initramfs, "--append", append));

  const row = (what: string, name: string, theirs: number, of: (r: AllocationResult) => number): Row => {
    const ours = (policy: string): number => {
      const result = results.find((r) => r.case === name && r.policy === policy);
      if (result === undefined) throw new Error(`the bench does not say ${name}`);
      return of(result);
    };
    return { what, seed: ours("seed"), dense: ours("dense"), glibc: theirs };
  };
  return [
    ...PAIRS.map((size) => {
      const name = `pair-${size}`;
      return row(`pair of ${size} bytes`, name, glibc(`${name} pair.median`), (r) => r.pairs.median);
    }),
    ...Object.entries(WORKLOADS).flatMap(([workload, name]) => [
      ...FIGURES.map(([figure, of]) =>
        row(`${workload}: ${figure.replace(".", ", ")}`, name, glibc(`${workload} ${figure}`), of),
      ),
      row(
        `${workload}: held by asked for, %`,
        name,
        (100 * glibc(`${workload} held`)) / glibc(`${workload} requested`),
        (r) => (100 * r.peakHeld) / r.peakRequested,
      ),
    ]),
  ];
}

function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const head = ["seed", "dense", "glibc", "glibc by seed"].map((title) => title.padStart(14)).join("");
  const lines = rows.map(({ what, seed, dense, glibc }) => {
    const cells = [seed, dense, glibc].map((cycles) => cycles.toFixed(0).padStart(14));
    return `${what.padEnd(width)}${cells.join("")}${(glibc / seed).toFixed(2).padStart(14)}`;
  });
  return [chalk.dim(`${"cycles".padEnd(width)}${head}`), ...lines].join("\n");
}

const COMMAND = {
  name: "alloc",
  description: "Compares the unikernel's malloc with glibc's under Debian's Linux, in cycles.",
};

function main(): void {
  const options = readOptions(COMMAND, process.argv.slice(2), (text) => void process.stdout.write(text));
  if (options === undefined) return;
  const kernel = findKernel("cloud");
  const gcc = findTool("gcc");
  if (kernel === undefined) throw new Error("there is no cloud kernel: .ci/run unpacks it");
  if (gcc === undefined) throw new Error("gcc is missing: package gcc");
  const folder = mkdtempSync(join(tmpdir(), "vitrine-alloc-"));
  const program = buildProgram();
  try {
    const rows = measure(program.main, kernel, gcc, folder);
    const json = `${JSON.stringify({ unit: "cycles", kernel: `Linux ${kernel.release}`, rows }, undefined, 2)}\n`;
    if (options.json === "-") process.stdout.write(json);
    else {
      process.stdout.write(`${table(rows)}\n`);
      if (options.json !== undefined) writeFileSync(options.json, json);
    }
  } finally {
    program.remove();
    rmSync(folder, { recursive: true });
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`alloc: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
