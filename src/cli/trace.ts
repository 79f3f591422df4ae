/*
 * `vitrine trace`: boots the unikernel and prints what its trace points record, while it runs. docs/trace.md describes it for users.
 * The guest's own output stays on standard output; events go to standard error or to a file.
 */
import { type Command, Option } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import { FileOutput } from "../host/file-output.ts";
import { ElfError, ElfFile, SEGMENT_TYPE } from "../machine/boot/elf.ts";
import { type ElfSymbol, symbolsIn } from "../machine/boot/elf-symbols.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import {
  isNamed,
  type PhysicalReader,
  readTraceHeader,
  TRACE_SYMBOL,
  type TracePoint,
} from "../view/trace-points.ts";
import { eventText, type TraceEvent, type TraceNews, TraceRings } from "../view/trace-rings.ts";
import { ALLOCATION_POINTS, AllocationOutput } from "./allocation-output.ts";
import { addBootOptions, type BootOptions, checkBootOptions } from "./boot-options.ts";
import { type Onlooker, runBoot } from "./boot-run.ts";
import { UserError } from "./errors.ts";
import { readInput } from "./input.ts";
import { RingWatch, TRACE_SLICE } from "./ring-watch.ts";

interface TraceOptions extends BootOptions {
  readonly points: string;
  readonly json?: true;
  readonly output?: string;
  readonly allocations?: string;
  readonly list?: true;
}

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
    .option("--list", "print the kernel's points and their values, and do not boot it")
    .option("--json", "one object for each event, on a line")
    .option("-o, --output <file>", "events go there (default: standard error)")
    .addOption(
      new Option(
        "--allocations <file>",
        "write what is allocated and freed there, for vitrine bench alloc --replay, and print no events",
      ).conflicts(["points", "json", "output", "list"]),
    );
  addBootOptions(command);
  command.action(async (kernel: string, options: TraceOptions) => {
    const { writeOut, writeErr } = command.configureOutput();
    const err = (text: string): void => writeErr?.(text);
    checkBootOptions(options);
    if (options.list) {
      writeOut?.(pointTable(pointsInFile(kernel)));
      process.exitCode = 0;
      return;
    }
    let failed: Error | undefined;
    const file =
      options.output === undefined
        ? undefined
        : new FileOutput(options.output, (error) => {
            failed ??= error;
          });
    const allocations =
      options.allocations === undefined ? undefined : new AllocationOutput(options.allocations, err);
    const encoder = new TextEncoder();
    const write = file === undefined ? err : (text: string): void => file.write(encoder.encode(text));
    const points = allocations === undefined ? options.points : ALLOCATION_POINTS;
    const append = [options.append ?? "", `trace=${points}`].join(" ").trim();
    const take =
      allocations === undefined ? eventWriter(options, write) : (news: TraceNews) => allocations.take(news);
    try {
      process.exitCode = await runBoot(kernel, { ...options, append }, err, onlooker(kernel, options, take));
    } finally {
      file?.close();
      allocations?.close();
    }
    if (failed !== undefined) throw failed;
  });
}

/** Where an image has its header, and the points that it tells of. Throws UserError for an image without. */
function findPoints(
  kernel: string,
  symbols: readonly ElfSymbol[],
  memory: PhysicalReader,
): { readonly header: number; readonly points: readonly TracePoint[] } {
  const symbol = symbols.find(({ name }) => name === TRACE_SYMBOL);
  const header = symbol && readTraceHeader(memory, Number(symbol.address));
  if (symbol === undefined || header === undefined)
    throw new UserError(`${kernel}: has no trace points (no symbol ${TRACE_SYMBOL} that tells of them)`);
  return { header: Number(symbol.address), points: header.points };
}
/** Of a kernel that is not booted. */
function pointsInFile(kernel: string): readonly TracePoint[] {
  const bytes = readInput(kernel);
  try {
    return findPoints(kernel, symbolsIn(bytes), imageReader(bytes)).points;
  } catch (error) {
    if (error instanceof ElfError) throw new UserError(`${kernel}: ${error.message}`);
    throw error;
  }
}
/** What the image has in memory when it is loaded. */
function imageReader(bytes: Uint8Array): PhysicalReader {
  let file: ElfFile | undefined;
  return {
    read: (address, length) => {
      file ??= new ElfFile(bytes);
      const loads = file.segments().filter(({ type }) => type === SEGMENT_TYPE.load);
      const load = loads.find(({ physicalAddress, fileSize }) => {
        const offset = address - Number(physicalAddress);
        return offset >= 0 && offset + length <= fileSize;
      });
      return load && file.slice(load.offset + address - Number(load.physicalAddress), length);
    },
  };
}
function pointTable(points: readonly TracePoint[]): string {
  const width = Math.max(0, ...points.map(({ name }) => name.length));
  return points
    .map(({ name, values }) => `${name.padEnd(width)}  ${values.map((v) => v.name).join(" ")}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}
function checkPoints(list: string, points: readonly TracePoint[], kernel: string): void {
  for (const word of list.split(",")) {
    if (points.some((point) => isNamed(point, word))) continue;
    const names = points.map(({ name }) => name).join(", ");
    throw new UserError(`--points: ${kernel} has no point called ${JSON.stringify(word)}; it has ${names}`);
  }
}

/** Gives what has happened to `take`, between slices, by time. */
function onlooker(kernel: string, options: TraceOptions, take: (news: TraceNews) => void): Onlooker {
  let watch: RingWatch | undefined;
  return {
    everyCycles: TRACE_SLICE,
    loaded: (machine, plan) => {
      const { header, points } = findPoints(kernel, plan.symbols(), machine.memory);
      if (options.allocations === undefined) checkPoints(options.points, points, kernel);
      watch = new RingWatch(new TraceRings(machine.memory, header), machine, take);
    },
    between: () => watch?.between(),
    ended: () => watch?.ended(),
  };
}
/** A line for each event. */
function eventWriter({ json }: TraceOptions, write: (text: string) => void): (news: TraceNews) => void {
  const line = json ? jsonLine : textLine;
  return ({ events, missed }) => {
    const lines = events.map(line);
    if (missed > 0) lines.unshift(json ? JSON.stringify({ missed }) : `(${missed} events missed)`);
    if (lines.length > 0) write(`${lines.join("\n")}\n`);
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
