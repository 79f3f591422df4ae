/*
 * `vitrine inspect`: boots the unikernel, stops it somewhere, and shows its memory, then or also while it runs: a table, JSON, a picture.
 * docs/trace.md describes it for users. The guest's serial line is discarded unless an option says where it goes; the table is on standard output.
 */
import { join, parse } from "node:path";
import type { Command } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import type { Machine } from "../machine/machine.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { MEMORY_SYMBOL, type MemoryView, readMemory, ViewError } from "../view/memory.ts";
import { memoryPicture } from "../view/memory-picture.ts";
import { memoryTable } from "../view/memory-table.ts";
import { addBootOptions, type BootOptions, checkBootOptions, parseCycles } from "./boot-options.ts";
import { runBoot } from "./boot-run.ts";
import { UserError } from "./errors.ts";
import { writeWhole } from "./write-file.ts";

interface InspectOptions extends BootOptions {
  readonly json?: true;
  readonly svg?: string;
  readonly every?: number;
}
/** The shortest slice of a run: its ends do not depend on how fast the host is (boot-loop.ts). */
const SLICE = 30_000;
/** Where the machine is looked at. */
interface Look {
  readonly view: MemoryView;
  readonly cycles: number;
}

export function register(program: Command): void {
  usePrebuilt(loadPrebuilt);
  const command = program.command("inspect");
  command
    .summary("boot the unikernel and show its memory")
    .description(
      "Boots a kernel as `vitrine boot` does, until it ends or --max-cycles or --max-seconds stop it, and shows what its memory is used for then.",
    )
    .argument("<kernel>", "the kernel's file")
    .option("--json", "an object instead of a table")
    .option("--svg <file>", "a picture as well")
    .option("--every <n>", "look also while it runs, each so many cycles of virtual time", parseCycles);
  addBootOptions(command);
  command.action(async (kernel: string, options: InspectOptions) => {
    const { writeOut, writeErr } = command.configureOutput();
    checkBootOptions(options);
    let looks = 0;
    const show = ({ view, cycles }: Look, isLast: boolean): void => {
      const title = `After ${cycles} cycles\n`;
      if (options.json) writeOut?.(`${JSON.stringify({ cycles, ...view })}\n`);
      else writeOut?.(options.every === undefined ? memoryTable(view) : `${title}${memoryTable(view)}\n`);
      looks++;
      if (options.svg !== undefined)
        writeWhole(
          isLast ? options.svg : numbered(options.svg, looks),
          memoryPicture(view, `${kernel} after ${cycles} cycles`),
        );
    };
    const last = await lookOn(
      kernel,
      options,
      (text) => writeErr?.(text),
      (look) => show(look, false),
    );
    show(last, true);
    process.exitCode = 0;
  });
}

/** memory.svg: memory-3.svg */
function numbered(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${number}${ext}`);
}

/** `take` is given what is seen on the way; the result is what is there at the end. */
async function lookOn(
  kernel: string,
  options: InspectOptions,
  err: (text: string) => void,
  take: (look: Look) => void,
): Promise<Look> {
  let machine: Machine | undefined;
  let at: number | undefined;
  const { every } = options;
  let next = every ?? Number.POSITIVE_INFINITY;
  const lookAgain = (): void => {
    if (machine === undefined || at === undefined || every === undefined || machine.cycles < next) return;
    next = machine.cycles + every;
    try {
      take({ view: readMemory(machine.memory, at), cycles: machine.cycles });
    } catch (error) {
      // There is nothing to be seen yet, or it is in the middle of something.
      if (!(error instanceof ViewError)) throw error;
    }
  };
  // A stop at a limit is what was asked for, not a fault to be reported.
  const said: string[] = [];
  const status = await runBoot(
    kernel,
    { ...options, serial: options.serial ?? [{ kind: "null" }] },
    (text) => said.push(text),
    {
      ...(every !== undefined && { everyCycles: SLICE }),
      between: lookAgain,
      loaded: (made, plan) => {
        machine = made;
        const symbol = plan.symbols().find(({ name }) => name === MEMORY_SYMBOL);
        if (symbol === undefined)
          throw new UserError(`${kernel}: has no memory to show (no symbol ${MEMORY_SYMBOL})`);
        at = Number(symbol.address);
      },
    },
  );
  if (machine === undefined || at === undefined) throw new Error("the machine has not been loaded");
  const limited = (options.maxCycles ?? options.maxSeconds) !== undefined;
  if (status !== 0 && !limited) err(said.join(""));
  try {
    return { view: readMemory(machine.memory, at), cycles: machine.cycles };
  } catch (error) {
    if (error instanceof ViewError) throw new UserError(`${kernel}: ${error.message}`);
    throw error;
  }
}
