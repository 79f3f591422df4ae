/** The command line of `npm run bench`. Bad use is a BadUse with one line; nothing is measured or written here. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { LOOPS } from "./loops.ts";
import { REGION_LOOPS } from "./region.ts";

/** For the user to mend: the message is one line. */
export class BadUse extends Error {}

const SUITES = ["interpreter", "region"] as const;

export interface BenchOptions {
  readonly suite: (typeof SUITES)[number];
  /** For the whole suite. */
  readonly seconds: number;
  /** Loops of the interpreter; absent: all. */
  readonly only?: readonly string[];
  /** A file, or "-" for standard output alone. */
  readonly json?: string;
  readonly svg?: string;
}

const DEFAULT_SECONDS = 22;
/** The least for one measurement: with less, V8's second compiler may not be done when the warm-up ends. */
const LEAST_SECONDS = 1;
const MOST_SECONDS = 1e6;

const HELP = `
Suites:
  interpreter  ${LOOPS.map((l) => l.name).join(", ")}
  region       ${REGION_LOOPS.map((l) => l.name).join(", ")}: each by handlers, then as a region

--seconds is for the whole suite and shared among its measurements: one for each loop, two for each loop of region.
Each needs ${LEAST_SECONDS} s or more, since V8 compiles wasm quickly first and well later: a measurement warms up until two successive
runs agree within 10 %, for half of its time at least and all of it at most. Then come five runs; shown are
their median, the lowest and the highest, in millions of guest instructions a second. A loop that had not settled
is marked "not steady". So a suite may take up to half as long again.`;

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value <= MOST_SECONDS))
    throw new InvalidArgumentError(`It is a number of seconds up to ${MOST_SECONDS}.`);
  return value;
}

function loopNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !LOOPS.some((l) => l.name === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no loop ${JSON.stringify(unknown)}.`);
  return [...new Set(names)];
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
    .description("Measures how fast guest code runs.")
    .addArgument(new Argument("<suite>", "what to measure").choices(SUITES))
    .option(
      "--seconds <n>",
      `about how long to measure (default: ${DEFAULT_SECONDS}, or what the suite needs)`,
      seconds,
    )
    .option("--only <loops>", "loops of the interpreter, by name, with commas between", loopNames)
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
  if (suite === "region" && given.only !== undefined)
    throw new BadUse("--only is for the interpreter's loops");
  if (given.svg === "-") throw new BadUse("--svg wants a file");
  const measurements = suite === "region" ? 2 * REGION_LOOPS.length : (given.only ?? LOOPS).length;
  const least = measurements * LEAST_SECONDS;
  if (given.seconds !== undefined && given.seconds < least)
    throw new BadUse(
      `--seconds ${given.seconds} is too little: ${measurements} measurements of at least ${LEAST_SECONDS} s take ${least}`,
    );
  return { ...given, suite, seconds: given.seconds ?? Math.max(DEFAULT_SECONDS, least) };
}
