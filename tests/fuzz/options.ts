/* The command line of `npm run fuzz`. Bad use is a BadUse with one line. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Mode } from "../engine/agree.ts";

/** For the user to mend: the message is one line. */
export class BadUse extends Error {}

const PLACES = ["processor", "machine"] as const;
const MODES = [16, 32, 64] as const;

export interface FuzzOptions {
  /** Infinite if only `count` is given. */
  readonly seconds: number;
  readonly seed: number;
  readonly modes: readonly Mode[];
  readonly on: readonly (typeof PLACES)[number][];
  /** Seeds to run, from `seed` up; operations with `devices`. */
  readonly count: number;
  /** Operations on devices instead of programs. */
  readonly devices: boolean;
  /** Programs of the dialect, compiled. */
  readonly compiler: boolean;
}

const DEFAULT_SECONDS = 10;

const HELP = `
It runs each program on the interpreter and on the evaluator, until the time is over, the count is reached or they
disagree. Each seed makes one program for each mode and place; a failure names what repeats it.

With --devices it does random things to the devices of a machine instead, and --count is how many: port and memory
accesses, PCI configuration, virtio rings, time. A failure is an exception, a wrong value, or work without a bound.

With --compiler it compiles programs of the dialect at every level and runs them natively, on our machine, through the
IR interpreter, and as C through gcc: all must print the same.

Exit status: 0 no disagreement or failure, 1 one, 2 bad use.`;

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("It is a positive number.");
  return value;
}
function wholeFrom(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It is a whole number from ${least} up.`);
    return value;
  };
}

/** Reads the arguments; undefined after `--help`, which `print` has been given. `now` is the seed if none is given. Throws BadUse. */
export function readOptions(
  args: readonly string[],
  now: number,
  print: (text: string) => void,
): FuzzOptions | undefined {
  const command = new Command("npm run fuzz --")
    .description("Looks for programs on which the engines disagree.")
    .option("--seconds <n>", `how long (default: ${DEFAULT_SECONDS}, or no end with --count)`, seconds)
    .option("--seed <n>", "the first seed (default: the time)", wholeFrom(0))
    .option("--count <n>", "seeds to run; operations with --devices", wholeFrom(1))
    .addOption(new Option("--devices", "operations on devices instead of programs").conflicts(["mode", "on"]))
    .addOption(
      new Option("--compiler", "programs of the dialect, compiled").conflicts(["mode", "on", "devices"]),
    )
    .addOption(new Option("--mode <bits>", "only this code size").choices(MODES.map(String)))
    .addOption(new Option("--on <place>", "only a bare processor or whole machines").choices(PLACES))
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
  const given = command.opts<{
    seconds?: number;
    seed?: number;
    count?: number;
    mode?: string;
    on?: string;
    devices?: boolean;
    compiler?: boolean;
  }>();
  return {
    seconds: given.seconds ?? (given.count === undefined ? DEFAULT_SECONDS : Number.POSITIVE_INFINITY),
    seed: given.seed ?? now,
    count: given.count ?? Number.POSITIVE_INFINITY,
    modes: MODES.filter((m) => given.mode === undefined || String(m) === given.mode),
    on: PLACES.filter((p) => given.on === undefined || p === given.on),
    devices: given.devices === true,
    compiler: given.compiler === true,
  };
}
