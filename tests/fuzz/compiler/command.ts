/*
 * npm run fuzz -- --compiler: random programs of the dialect, compiled and run by everything (run.ts), until the time is over or two
 * disagree. A disagreement is reduced, and the pass after which the IR means something else is named.
 */
import { interpret } from "../../compiler/run.ts";
import type { FuzzOptions } from "../options.ts";
import { dialectText } from "./dialect.ts";
import { drawProgram } from "./draw.ts";
import { reduce } from "./reduce.ts";
import { type Finding, LEVELS, Runner } from "./run.ts";
import type { Program } from "./tree.ts";

/** Programs that are compiled and run together. */
const TOGETHER = 16;
/** Of so many such groups the first is run by gcc as well, and its types are checked by tsc. */
const THOROUGH = 10;

/** Returns the exit status: 0, or 1 after a disagreement, which it prints with what repeats it. */
export function fuzzCompiler(options: FuzzOptions): number {
  const runner = new Runner();
  try {
    return fuzz(runner, options);
  } finally {
    runner.dispose();
  }
}

function fuzz(runner: Runner, { seconds, seed, count }: FuzzOptions): number {
  const begin = performance.now();
  const elapsed = (): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  let programs = 0;
  let groups = 0;
  while (programs < count && performance.now() - begin < seconds * 1000) {
    const first = seed + programs;
    const drawn = Array.from({ length: Math.min(TOGETHER, count - programs) }, (_, i) =>
      drawProgram(first + i),
    );
    programs += drawn.length;
    const found = runner.findAny(drawn, groups++ % THOROUGH === 0);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${programs} programs, ${elapsed()}`);
    if (found === undefined) continue;
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    if (found.program === "together") {
      console.log(`Only together: ${describe(found.finding)}`);
      console.log(`Repeat: npm run fuzz -- --compiler --seed ${first} --count ${drawn.length}`);
    } else console.log(report(runner, found.program, found.finding));
    return 1;
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const gcc = runner.hasGcc ? "" : " (without gcc)";
  console.log(`${programs} programs in ${elapsed()}${gcc}, no disagreement; first seed ${seed}`);
  return 0;
}

/** The program reduced, what is wrong with it, where that begins, and how to repeat it. Changes the program. */
export function report(runner: Runner, program: Program, finding: Finding): string {
  const engines = finding.kind === "differ" ? runner.fewest(finding) : undefined;
  const kind = kindOf(finding);
  reduce(program, () => {
    const now = runner.find([program], engines);
    return now !== undefined && kindOf(now) === kind;
  });
  const left = runner.find([program]) ?? finding;
  return [
    `Seed ${program.seed}, reduced:`,
    dialectText(program),
    describe(left),
    ...(left.kind === "differ" ? [culprit(runner, program)] : []),
    `Repeat: npm run fuzz -- --compiler --seed ${program.seed} --count 1`,
  ].join("\n");
}

/** What reduction keeps: of the compiler's words those that are no places. */
function kindOf(finding: Finding): string {
  if (finding.kind === "differ") return finding.kind;
  const [line = ""] = finding.message.split("\n").filter((l) => l !== "");
  return `${finding.kind} ${line.replace(/\d+/g, "").slice(0, 80)}`;
}

function describe(finding: Finding): string {
  if (finding.kind !== "differ") return finding.message;
  const groups = new Map<string, string[]>();
  for (const [name, outcome] of finding.outcomes) groups.set(outcome, [...(groups.get(outcome) ?? []), name]);
  return [...groups]
    .map(([outcome, names]) => `${names.join(", ")}:\n  ${outcome.trim().replaceAll("\n", "\n  ")}`)
    .join("\n");
}

/** The first pass after which the IR of a level gives something else than as it was lowered. */
function culprit(runner: Runner, program: Program): string {
  for (const level of LEVELS.slice(1)) {
    const ir = runner.lower(program, level);
    const before = JSON.stringify(interpret(ir));
    let found: string | undefined;
    runner.optimise(ir, level, (_letter, pass, whole, fn) => {
      if (found !== undefined || JSON.stringify(interpret(whole)) === before) return;
      found = `${pass}${fn === undefined ? "" : ` of ${fn.name}`}`;
    });
    if (found !== undefined) return `The IR means something else after level ${level}'s ${found}.`;
  }
  return "No pass changes what the IR means.";
}
