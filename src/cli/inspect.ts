/*
 * `vitrine inspect`: boots the unikernel, stops it somewhere, and shows its memory: a table, JSON, a picture. docs/inspect.md describes
 * it for users. The guest's serial line is discarded unless an option says where it goes; the table is on standard output.
 */
import type { Command } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import type { Machine } from "../machine/machine.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { MEMORY_SYMBOL, type MemoryView, readMemory, ViewError } from "../view/memory.ts";
import { memoryPicture } from "../view/memory-picture.ts";
import { memoryTable } from "../view/memory-table.ts";
import { addBootOptions, type BootOptions, checkBootOptions } from "./boot-options.ts";
import { runBoot } from "./boot-run.ts";
import { UserError } from "./errors.ts";
import { writeWhole } from "./write-file.ts";

interface InspectOptions extends BootOptions {
  readonly json?: true;
  readonly svg?: string;
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
    .option("--svg <file>", "a picture as well");
  addBootOptions(command);
  command.action(async (kernel: string, options: InspectOptions) => {
    const { writeOut, writeErr } = command.configureOutput();
    checkBootOptions(options);
    const { view, cycles } = await look(kernel, options, (text) => writeErr?.(text));
    writeOut?.(options.json ? `${JSON.stringify(view)}\n` : memoryTable(view));
    if (options.svg !== undefined) {
      const at = `${kernel} after ${cycles} cycles`;
      writeWhole(options.svg, memoryPicture(view, at));
    }
    process.exitCode = 0;
  });
}

async function look(
  kernel: string,
  options: InspectOptions,
  err: (text: string) => void,
): Promise<{ readonly view: MemoryView; readonly cycles: number }> {
  let machine: Machine | undefined;
  let at: number | undefined;
  // A stop at a limit is what was asked for, not a fault to be reported.
  const said: string[] = [];
  const status = await runBoot(
    kernel,
    { ...options, serial: options.serial ?? [{ kind: "null" }] },
    (text) => said.push(text),
    {
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
