/* The options of `npm run hostile`. */
import { Command, InvalidArgumentError } from "commander";

export interface HostileOptions {
  readonly count: number;
  readonly seed: number;
  readonly show: boolean;
  readonly json: string | undefined;
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It is a whole number");
  return Number(text);
}
/** Undefined after --help. Ends the process with one line and status 2 for bad use. */
export function readOptions(args: readonly string[]): HostileOptions | undefined {
  const command = new Command("hostile")
    .description("Runs broken programs on the unikernel and counts how that ends.")
    .option("--count <n>", "how many", whole, 300)
    .option("--seed <n>", "of the first", whole, 1)
    .option("--show", "name the seeds of those that break their machines", false)
    .option("--json <file>", "the counts")
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });
  command.parse(args, { from: "user" });
  return { json: undefined, ...command.opts<{ count: number; seed: number; show: boolean }>() };
}
