/*
 * `vitrine trace`: boots the unikernel and prints what its trace points record, while it runs. docs/trace.md describes it for users.
 * The guest's own output stays on standard output; events go to standard error or to a file.
 */
import type { Command } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import { FileOutput } from "../host/file-output.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { eventText, TRACE_SYMBOL, type TraceEvent, TraceRings } from "../view/trace-rings.ts";
import { addBootOptions, type BootOptions, checkBootOptions } from "./boot-options.ts";
import { type Onlooker, runBoot } from "./boot-run.ts";
import { UserError } from "./errors.ts";

interface TraceOptions extends BootOptions {
  readonly points: string;
  readonly json?: true;
  readonly output?: string;
}

/** Cycles in which no ring can overflow. */
const SLICE = 30_000;
/** Of the virtual clock, in Hz. */
const FREQUENCY = 3e9;

export function register(program: Command): void {
  usePrebuilt(loadPrebuilt);
  const command = program.command("trace");
  command
    .summary("boot the unikernel and print what its trace points record")
    .description(
      "Boots a kernel as `vitrine boot` does, tells it on its command line to turn trace points on, and prints each event with its virtual time.",
    )
    .argument("<kernel>", "the kernel's file")
    .option("--points <list>", "names of points, or first parts of names, with commas", "all")
    .option("--json", "one object for each event, on a line")
    .option("-o, --output <file>", "events go there (default: standard error)");
  addBootOptions(command);
  command.action(async (kernel: string, options: TraceOptions) => {
    const err = (text: string): void => command.configureOutput().writeErr?.(text);
    checkBootOptions(options);
    if (!/^[\w.,]+$/.test(options.points))
      throw new UserError(`--points: not a list of names: ${options.points}`);
    let failed: Error | undefined;
    const file =
      options.output === undefined
        ? undefined
        : new FileOutput(options.output, (error) => {
            failed ??= error;
          });
    const encoder = new TextEncoder();
    const write = file === undefined ? err : (text: string): void => file.write(encoder.encode(text));
    const append = [options.append ?? "", `trace=${options.points}`].join(" ").trim();
    try {
      process.exitCode = await runBoot(kernel, { ...options, append }, err, printer(kernel, options, write));
    } finally {
      file?.close();
    }
    if (failed !== undefined) throw failed;
  });
}

function printer(kernel: string, options: TraceOptions, write: (text: string) => void): Onlooker {
  let rings: TraceRings | undefined;
  const line = options.json ? jsonLine : textLine;
  return {
    everyCycles: SLICE,
    loaded: (machine, plan) => {
      const header = plan.symbols().find(({ name }) => name === TRACE_SYMBOL);
      if (header === undefined)
        throw new UserError(`${kernel}: has no trace points (no symbol ${TRACE_SYMBOL})`);
      rings = new TraceRings(machine.memory, Number(header.address));
    },
    between: () => {
      const news = rings?.news();
      if (news === undefined) return;
      const lines = news.events.map(line);
      if (news.missed > 0) {
        lines.unshift(
          options.json ? JSON.stringify({ missed: news.missed }) : `(${news.missed} events missed)`,
        );
      }
      if (lines.length > 0) write(`${lines.join("\n")}\n`);
    },
  };
}

const textLine = (event: TraceEvent): string => `${(event.time / FREQUENCY).toFixed(9)} ${eventText(event)}`;
const jsonLine = ({ time, cpu, thread, point, values }: TraceEvent): string =>
  JSON.stringify({
    seconds: time / FREQUENCY,
    cpu,
    thread: `0x${thread.toString(16)}`,
    point,
    ...Object.fromEntries(
      values.map(({ name, value, isAddress }) => [
        name,
        isAddress ? `0x${value.toString(16)}` : Number(value),
      ]),
    ),
  });
