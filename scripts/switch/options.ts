/* The command line of `npm run switch`. */
import { Command, CommanderError } from "commander";

export interface Options {
  /** A file, or "-" for standard output alone. */
  readonly json?: string;
}

/** undefined where help was asked for, and printed. Throws Error with one line for bad use. */
export function readOptions(args: readonly string[], out: (text: string) => void): Options | undefined {
  const command = new Command("npm run switch --")
    .description("Compares what a switch of threads costs in the unikernel and in Debian's Linux, in cycles.")
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
