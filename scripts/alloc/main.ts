/*
 * npm run alloc -- [--json FILE]
 *
 * malloc and free of the unikernel beside glibc's, which a static C program (alloc.c) has under Debian's kernel: the same sizes in the
 * same order, one thread, one processor, on the same machine with the same cycle model. A table for people, JSON for programs; docs/alloc.md
 * has the figures. Exit status 2 for bad use or a missing tool.
 */
import { fileURLToPath } from "node:url";
import type { AllocationResult } from "../../src/bench/alloc/run.ts";
import { builtKernel } from "../../tests/support/built.ts";
import { type Bench, compare, layOut } from "../switch/comparison.ts";
import { makeInitramfs } from "../switch/guest.ts";

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
function measure({ vitrine, kernel, gcc, folder }: Bench): Row[] {
  const image = builtKernel("bench/main.ts");
  const only = [...PAIRS.map((size) => `pair-${size}`), ...Object.values(WORKLOADS)].join();
  const options = ["--kernel", image, "--allocator", "tagged", "--only", only, "--json", "-"];
  const json = vitrine(0, "bench", "alloc", ...options);
  const { results } = JSON.parse(json) as { results: AllocationResult[] }; // as: what the command prints
  const initramfs = makeInitramfs(gcc, here("alloc.c"), folder);
  // Addresses by chance would have pages compete for a place in the TLB by chance.
  const append = "console=ttyS0 quiet norandmaps";
  const glibc = readFigures(vitrine(0, "boot", kernel.image, "--initrd", initramfs, "--append", append));

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
  const lines = rows.map(({ what, seed, dense, glibc }) => [
    what,
    ...[seed, dense, glibc].map((cycles) => cycles.toFixed(0)),
    (glibc / seed).toFixed(2),
  ]);
  return layOut("cycles", ["seed", "dense", "glibc", "glibc by seed"], lines);
}

process.exitCode = compare({
  name: "alloc",
  description: "Compares the unikernel's malloc with glibc's under Debian's Linux, in cycles.",
  unit: "cycles",
  measure,
  table,
});
