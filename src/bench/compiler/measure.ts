/**
 * Times the benchmark's programs: processes of all compilers take turns, several times, so that what else the host does falls on all
 * alike. Processor time as the harness measures it; what is compared is the shortest repetition of each, for whatever disturbs a
 * program makes it slower. Checksums must agree.
 */
import { spawnSync } from "node:child_process";
import { median } from "../steady.ts";
import { COMPILERS, type CompilerName } from "./build.ts";

export interface Timing {
  /** Milliseconds of processor time for one repetition. */
  readonly least: number;
  readonly median: number;
}
export interface Result {
  readonly name: string;
  readonly what: string;
  readonly checksum: string;
  readonly times: Readonly<Record<CompilerName, Timing>>;
}

/** Processes of each compiler's program. */
const TURNS = 5;
/** A process that takes longer hangs. */
const MILLISECONDS = 120_000;

export interface Run {
  readonly checksum: string;
  /** Of each repetition, in milliseconds. */
  readonly times: readonly number[];
}

/** Runs an executable of `build`. Throws if it fails. */
export function run(path: string, rounds: number, repetitions: number): Run {
  const args = [String(rounds), String(repetitions)];
  const { status, signal, stdout, error } = spawnSync(path, args, {
    encoding: "utf8",
    timeout: MILLISECONDS,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${path} ${args.join(" ")} ended with ${signal ?? `status ${status}`}`);
  const [checksum = "", ...times] = stdout.trim().split("\n");
  return { checksum, times: times.map((t) => Number(t) / 1e6) };
}

/** Measures one program, given its executables, for about `seconds`. Throws if checksums differ. */
export function measure(
  { name, what, rounds }: { readonly name: string; readonly what: string; readonly rounds: number },
  paths: Readonly<Record<CompilerName, string>>,
  seconds: number,
): Result {
  const slice = (seconds * 1000) / (TURNS * COMPILERS.length);
  const times = new Map<CompilerName, number[]>(COMPILERS.map((by) => [by, []]));
  let checksum: string | undefined;
  for (let turn = 0; turn < TURNS; turn++) {
    for (const by of COMPILERS) {
      const all = times.get(by)!;
      const repetitions = all.length === 0 ? 1 : Math.max(1, Math.round(slice / Math.min(...all)));
      const result = run(paths[by], rounds, repetitions);
      checksum ??= result.checksum;
      if (result.checksum !== checksum)
        throw new Error(`${name}: ${COMPILERS[0]} says ${checksum}, ${by} ${result.checksum}`);
      all.push(...result.times);
    }
  }
  const timing = (by: CompilerName): Timing => {
    const all = times.get(by)!;
    return { least: Math.min(...all), median: median(all) };
  };
  return {
    name,
    what,
    checksum: checksum ?? "",
    times: { vitrine: timing("vitrine"), "gcc -O1": timing("gcc -O1"), "gcc -O2": timing("gcc -O2") },
  };
}

/** Our time as a multiple of another compiler's. */
export const ratio = (result: Result, by: CompilerName): number =>
  result.times.vitrine.least / result.times[by].least;

/** The geometric mean of our times as multiples of another compiler's. */
export const meanRatio = (results: readonly Result[], by: CompilerName): number =>
  Math.exp(results.reduce((sum, r) => sum + Math.log(ratio(r, by)), 0) / results.length);
