/* The program `vitrine` in a process of its own: arguments in, exit status out. Everything else is in program.ts. */
import { describeError } from "./errors.ts";
import { main } from "./program.ts";

/** Ends when the command has; it leaves the exit status to the process. */
export async function runProcess(): Promise<void> {
  // `vitrine … | head` closes the pipe early; that is no error. A full disk is.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    const { line, exitCode } = describeError(error);
    process.stderr.write(`vitrine: standard output: ${line}\n`);
    process.exit(exitCode);
  });
  process.stderr.on("error", () => process.exit(process.exitCode ?? 2)); // nobody is left to be told

  const status = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
  if (status !== undefined) process.exitCode = status;
}
