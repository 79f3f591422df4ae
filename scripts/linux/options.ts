/* The command line of `npm run linux`. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { FLAVOURS, type Flavour } from "./kernels.ts";

export interface Options {
  readonly kernel: Flavour;
  readonly cpus: readonly number[];
  readonly repeat: number;
  readonly json?: string;
  /** Not QEMU. */
  readonly alone: boolean;
  readonly engine?: string;
}

const MOST_CPUS = 8;

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError("It is a number of at least 1");
  return count;
}
function parseCpus(text: string): number[] {
  const counts = text.split(",").map(parseCount);
  if (Math.max(...counts) > MOST_CPUS)
    throw new InvalidArgumentError(`It is 1 to ${MOST_CPUS}, or several with commas`);
  return counts;
}

/** undefined where help was asked for, and printed. Throws Error with one line for bad use. */
export function readOptions(args: readonly string[], out: (text: string) => void): Options | undefined {
  const command = new Command("npm run linux --")
    .description(
      "Boots Debian's kernel to its first user process under Vitrine and under QEMU, and compares how long it takes.",
    )
    .addOption(new Option("--kernel <name>", "which kernel").choices(FLAVOURS).default("cloud"))
    .option("--cpus <n,…>", "numbers of processors", parseCpus, [1])
    .option("--repeat <n>", "boots of each", parseCount, 3)
    .option("--engine <name>", "Vitrine's --engine")
    .option("--alone", "Vitrine only", false)
    .option("--json <file>", "the figures as JSON: a file, or - for standard output alone")
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: () => {} });
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new Error(error.message.replace(/^error: /, ""));
  }
  return command.opts<Options>();
}
