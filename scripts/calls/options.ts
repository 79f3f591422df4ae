/* The command line of `npm run calls`. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

export const REFERENCES = ["native", "linux"] as const;
export type Reference = (typeof REFERENCES)[number];

export interface CallsOptions {
  readonly seed: number;
  /** Calls of each system call. */
  readonly count: number;
  /** The only one. */
  readonly call?: string;
  readonly against: Reference;
  /** All differences, known ones too, and not the first few. */
  readonly show: boolean;
  /** A file, or "-" for standard output alone. */
  readonly json?: string;
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It is a whole number");
  return Number(text);
}
/** undefined where help was asked for, and printed. Throws Error with one line for bad use. */
export function readOptions(args: readonly string[], out: (text: string) => void): CallsOptions | undefined {
  const command = new Command("npm run calls --")
    .description("Makes calls with bad arguments on the unikernel and on Linux, and compares what they say.")
    .option("--seed <n>", "of the arguments", whole, 1)
    .option("--count <n>", "calls of each system call", whole, 1000)
    .option("--call <name>", "only this one")
    .addOption(
      new Option("--against <system>", "this host, or Debian's Linux in the machine")
        .choices(REFERENCES)
        .default("native"),
    )
    .option("--show", "all differences, known ones too", false)
    .option("--json <file>", "the figures and differences as JSON: a file, or - for standard output alone")
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: () => {} });
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new Error(error.message.replace(/^error: /, ""));
  }
  return command.opts<CallsOptions>();
}
