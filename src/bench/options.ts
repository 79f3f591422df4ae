/** The command line of `npm run bench`. Bad use is a BadUse with one line; nothing is measured or written here. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { PROGRAMS } from "./compiler/programs.ts";
import { LOOPS } from "./loops.ts";
import { REGION_LOOPS } from "./region.ts";

/** For the user to mend: the message is one line. */
export class BadUse extends Error {}

const SUITES = ["interpreter", "region", "compiler"] as const;

export interface BenchOptions {
  readonly suite: (typeof SUITES)[number];
  /** For the whole suite. */
  readonly seconds: number;
  /** Loops of the interpreter, programs of the compiler; absent: all. */
  readonly only?: readonly string[];
  /** A file, or "-" for standard output alone. */
  readonly json?: string;
  readonly svg?: string;
}

const DEFAULT_SECONDS = 22;
/** The least for one measurement: with less, V8's second compiler may not be done when the warm-up ends. */
const LEAST_SECONDS = 1;
/** The same for a program and its three compilers. */
const LEAST_PROGRAM_SECONDS = 0.3;
const MOST_SECONDS = 1e6;

const HELP = `
Suites:
  interpreter  ${LOOPS.map((l) => l.name).join(", ")}
  region       ${REGION_LOOPS.map((l) => l.name).join(", ")}: each by handlers, then as a region
  compiler     ${PROGRAMS.map((p) => p.name).join(", ")}: in the dialect, and in C by gcc -O1 and -O2

--seconds is for the whole suite and shared among its measurements: one for each loop, two for each loop of region.
Each needs ${LEAST_SECONDS} s or more, since V8 compiles wasm quickly first and well later: a measurement warms up until two successive
runs agree within 10 %, for half of its time at least and all of it at most. Then come five runs; shown are
their median, the lowest and the highest, in millions of guest instructions a second. A loop that had not settled
is marked "not steady". So a suite may take up to half as long again.

compiler needs gcc. Its programs run in turns, ${LEAST_PROGRAM_SECONDS} s or more each, after all are built; shown is the shortest time of each, and ours as
a multiple of gcc's.`;

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= MOST_SECONDS))
    throw new InvalidArgumentError(`It is a number of seconds up to ${MOST_SECONDS}.`);
  return value;
}

const namesOf = (text: string): readonly string[] => [...new Set(text.split(",").map((name) => name.trim()))];

/** The names that a suite's `--only` may have. Throws BadUse for others. */
function checkNames(suite: BenchOptions["suite"], names: readonly string[]): void {
  if (suite === "region")
    throw new BadUse("--only is for loops of the interpreter and programs of the compiler");
  const [what, all] = suite === "compiler" ? ["program", PROGRAMS] : ["loop", LOOPS];
  const unknown = names.find((name) => !all.some((l) => l.name === name));
  if (unknown !== undefined) throw new BadUse(`there is no ${what} ${JSON.stringify(unknown)}`);
}

/** A file to write; refused before anything is measured if that cannot work. */
function output(path: string): string {
  if (path === "-") return path;
  try {
    if (existsSync(path) && statSync(path).isDirectory())
      throw new InvalidArgumentError("It is a directory.");
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
  } catch (e) {
    if (e instanceof InvalidArgumentError) throw e;
    throw new InvalidArgumentError("It cannot be written.");
  }
  return path;
}

/** Reads the arguments; undefined after `--help`, which `print` has been given. Throws BadUse. */
export function readOptions(
  args: readonly string[],
  print: (text: string) => void,
): BenchOptions | undefined {
  const command = new Command("npm run bench --")
    .description("Measures how fast guest code runs, and how fast the code is that the compiler makes.")
    .addArgument(new Argument("<suite>", "what to measure").choices(SUITES))
    .option(
      "--seconds <n>",
      `about how long to measure (default: ${DEFAULT_SECONDS}, or what the suite needs)`,
      seconds,
    )
    .option("--only <names>", "loops or programs of the suite, by name, with commas between", namesOf)
    .option("--json <file>", "write the figures as JSON; - prints them in place of the table", output)
    .option("--svg <file>", "write a picture", output)
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", HELP)
    .exitOverride()
    .configureOutput({ writeOut: print, outputError: () => {} });
  try {
    command.parse(args, { from: "user" });
  } catch (e) {
    if (!(e instanceof CommanderError)) throw e;
    if (e.exitCode === 0) return undefined;
    throw new BadUse(e.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " "));
  }
  // as: the only argument is one of its choices
  const suite = command.args[0] as BenchOptions["suite"];
  const given = command.opts<Partial<Omit<BenchOptions, "suite">>>();
  if (given.only !== undefined) checkNames(suite, given.only);
  if (given.svg === "-") throw new BadUse("--svg wants a file");
  const count = { interpreter: LOOPS.length, region: 2 * REGION_LOOPS.length, compiler: PROGRAMS.length };
  const measurements = given.only?.length ?? count[suite];
  const each = suite === "compiler" ? LEAST_PROGRAM_SECONDS : LEAST_SECONDS;
  const least = Number((measurements * each).toFixed(1));
  if (given.seconds !== undefined && given.seconds < least)
    throw new BadUse(
      `--seconds ${given.seconds} is too little: ${measurements} measurements of at least ${each} s take ${least}`,
    );
  return { ...given, suite, seconds: given.seconds ?? Math.max(DEFAULT_SECONDS, least) };
}
