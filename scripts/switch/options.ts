/* The command lines of `npm run switch`, `alloc` and `syscall`. */
import { Command, CommanderError } from "commander";

export interface Options {
  /** A file, or "-" for standard output alone. */
  readonly json?: string;
}

/** undefined where help was asked for, and printed. Throws Error with one line for bad use. */
export function readOptions(
  { name, description }: { readonly name: string; readonly description: string },
  args: readonly string[],
  out: (text: string) => void,
): Options | undefined {
  const command = new Command(`npm run ${name} --`)
    .description(description)
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
