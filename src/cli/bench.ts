/*
 * `vitrine bench alloc`: allocators of the unikernel beside each other, on machines of their own. docs/alloc.md describes it for users.
 * Cycles are the machine's, so that a run can be repeated on any host; what the host needs for it is no figure.
 */
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import {
  ALLOCATORS,
  type AllocationCase,
  type AllocatorName,
  CASES,
  DEFAULT_MEMORY,
  POLICIES,
  type PolicyName,
} from "../bench/alloc/cases.ts";
import { replayModule } from "../bench/alloc/replay.ts";
import { chart, table } from "../bench/alloc/report.ts";
import { type AllocationResult, BenchError, runCase } from "../bench/alloc/run.ts";
import { usePrebuilt } from "../engine/chunks.ts";
import { BootError } from "../machine/boot/error.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { parseTrace, TraceFileError } from "../view/allocation-trace.ts";
import { UserError } from "./errors.ts";
import { readInput } from "./input.ts";
import { kernelImage } from "./kernel-image.ts";
import { writeWhole } from "./write-file.ts";

interface AllocOptions {
  readonly only?: readonly string[];
  readonly allocator: readonly AllocatorName[];
  readonly policy: readonly PolicyName[];
  readonly operations?: number;
  readonly replay?: string;
  readonly kernel?: string;
  readonly json?: string;
  readonly svg?: string;
}

const MIB = 2 ** 20;

const names =
  <T extends string>(all: readonly T[]) =>
  (text: string): readonly T[] => {
    const known = new Set<string>(all);
    const isKnown = (name: string): name is T => known.has(name);
    return text.split(",").map((name) => {
      if (!isKnown(name)) throw new InvalidArgumentError(`It knows ${all.join(", ")}, not ${name}`);
      return name;
    });
  };

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a number from 1 to 999999999");
  return Number(text);
}

export function register(program: Command): void {
  usePrebuilt(loadPrebuilt);
  const bench = program
    .command("bench")
    .summary("measure")
    .description("Benchmarks whose figures are the machine's.");
  const command = bench.command("alloc");
  command
    .description("Compares the unikernel's memory allocators: cycles, fragmentation, metadata, TLB misses.")
    .option(
      "--only <cases>",
      `with commas, of ${CASES.map((c) => c.name).join(", ")}`,
      names(CASES.map((c) => c.name)),
    )
    .addOption(
      new Option("--allocator <names>", "with commas")
        .default(ALLOCATORS, ALLOCATORS.join())
        .argParser(names(ALLOCATORS)),
    )
    .addOption(
      new Option("--policy <names>", "of the tagged allocator, with commas")
        .default(POLICIES, POLICIES.join())
        .argParser(names(POLICIES)),
    )
    .option("--operations <n>", "steps of each case, in place of its own", count)
    .addOption(
      new Option("--replay <file>", "a trace of allocations in place of the cases").conflicts([
        "only",
        "operations",
      ]),
    )
    .option("--kernel <file>", "the bench image (default: the package's own)")
    .option("--json <file>", "the figures; - is standard output, without the table")
    .option("--svg <file>", "a picture: cycles, 99th percentiles, memory");
  command.action((options: AllocOptions) => {
    const { writeOut, writeErr } = command.configureOutput();
    const progress = (text: string): void => {
      if (process.stderr.isTTY) writeErr?.(`\r\x1b[K${text}`);
    };
    const results = measure(options, progress);
    progress("");
    const json = `${JSON.stringify({ unit: "cycles", results }, undefined, 2)}\n`;
    if (options.json === "-") writeOut?.(json);
    else {
      writeOut?.(`${table(results)}\n`);
      if (options.json !== undefined) writeWhole(options.json, json);
    }
    if (options.svg !== undefined) writeWhole(options.svg, chart(results));
  });
}

function measure(options: AllocOptions, progress: (text: string) => void): readonly AllocationResult[] {
  const kernel = options.kernel === undefined ? kernelImage("kernel-bench.elf") : readInput(options.kernel);
  const { cases, module } = options.replay === undefined ? chosen(options) : replayed(options.replay);
  const ways = options.allocator.flatMap((allocator) =>
    (allocator === "tagged" ? options.policy : (["seed"] as const)).map((policy) => ({ allocator, policy })),
  );
  const results: AllocationResult[] = [];
  for (const one of cases) {
    for (const { allocator, policy } of ways) {
      progress(`${results.length + 1} of ${cases.length * ways.length}: ${one.name}, ${allocator}`);
      try {
        results.push(runCase(kernel, one, allocator, policy, module));
      } catch (error) {
        if (error instanceof BenchError || error instanceof BootError) throw new UserError(error.message);
        throw error;
      }
    }
  }
  return results;
}

interface Chosen {
  readonly cases: readonly AllocationCase[];
  readonly module?: Uint8Array;
}
const chosen = ({ only, operations }: AllocOptions): Chosen => ({
  cases: CASES.filter((c) => only === undefined || only.includes(c.name)).map((c) => ({
    ...c,
    operations: operations ?? c.operations,
  })),
});

function replayed(path: string): Chosen {
  try {
    const steps = parseTrace(Buffer.from(readInput(path)).toString("utf8"));
    if (steps.length === 0) throw new UserError(`${path}: there is nothing to replay in it`);
    const { module, threads } = replayModule(steps);
    const one: AllocationCase = {
      name: "replay",
      what: path,
      workload: "replay",
      operations: steps.length,
      slots: 1,
      cpus: threads,
      memory: DEFAULT_MEMORY + Math.ceil(module.length / MIB) * MIB,
    };
    return { cases: [one], module };
  } catch (error) {
    if (error instanceof TraceFileError) throw new UserError(`${path}:${error.line}: ${error.message}`);
    throw error;
  }
}
