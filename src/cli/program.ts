/*
 * The program `vitrine` as a function of its arguments, so that tests run it in their own process.
 * Bad use ends with one line on stderr and status 2.
 */
import { Command, CommanderError } from "commander";
import { version } from "../version.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { describeError, UserError } from "./errors.ts";

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Runs `vitrine <args…>` and returns its exit status, or undefined where the command has left it to `process.exitCode`.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal,
  table: Readonly<Record<string, CommandEntry>> = commands,
): Promise<number | undefined> {
  try {
    const program = await programFor(args, terminal, table);
    if (args.length === 0) throw new UserError("no command given; see vitrine --help");
    await program.parseAsync(args, { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    const { line, exitCode } = describeError(badUse(error), process.env.VITRINE_DEBUG === "1");
    terminal.err(`vitrine: ${line}\n`);
    return exitCode;
  }
}

/** commander's complaint ("error: unknown option '--x'\n(Did you mean --y?)") as one of ours. */
function badUse(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  return new UserError(error.message.replace(/^error: /, ""));
}

async function programFor(
  args: readonly string[],
  terminal: Terminal,
  table: Readonly<Record<string, CommandEntry>>,
): Promise<Command> {
  const program = new Command("vitrine")
    .description("A glass case for operating systems: an x86-64 computer and a unikernel, in TypeScript.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .enablePositionalOptions() // so that a command may hand options through to a guest program
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: () => {}, // main prints it
    });
  // `vitrine run …` and `vitrine help run` need the whole of run; of the other commands only the summary is ever seen.
  const operands = args.filter((arg) => !arg.startsWith("-"));
  const wanted = operands[0] === "help" ? operands[1] : operands[0];
  for (const [name, { summary, load }] of Object.entries(table)) {
    if (name === wanted) (await load()).register(program);
    else program.command(name).description(summary);
  }
  // With no command at all commander would take any operand for an argument of the program itself.
  if (program.commands.length === 0) {
    program.argument("[command]").action((name: string | undefined) => {
      throw new UserError(name === undefined ? "no command given" : `unknown command '${name}'`);
    });
  }
  return program;
}
