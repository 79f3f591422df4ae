/*
 * `vitrine exec`: runs flat machine code until HLT and prints the state. docs/exec.md is its description for users.
 *
 * It reads options and files, sets up a BareMachine and runs it; what the state looks like in text and JSON is exec-report.ts.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import {
  BareMachine,
  DEFAULT_BASE,
  REAL_STACK_SIZE,
  REAL_STACK_TOP,
  STACK_SIZE,
  STACK_TOP,
} from "../machine/bare-machine.ts";
import { DEFAULT_ENGINE, ENGINE_NAMES, type EngineName } from "../machine/engines.ts";
import type { FlatMode } from "../machine/flat.ts";
import { REGISTER_NAMES } from "../machine/registers.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { describeError, UserError } from "./errors.ts";
import { type ExecReport, execReport, execText } from "./exec-report.ts";
import { inputName, readInput } from "./input.ts";
import { parseNumber } from "./number.ts";

interface Range {
  readonly address: number;
  readonly size: number;
}
interface Assignment {
  readonly name: string;
  readonly value: bigint;
}
interface ExecOptions {
  readonly base?: number;
  readonly map?: readonly Range[];
  readonly set?: readonly Assignment[];
  readonly mode: string;
  readonly ring: string;
  readonly maxInstructions?: number;
  readonly dump?: readonly Range[];
  readonly engine: string;
  readonly json?: true;
  readonly batch?: true;
}

/** Decoded code: a program of this kind is small. */
const CODE_CACHE = 4 << 20;
const PAGE = 4096;
/** Room for the programs of a batch, until a larger one comes. */
const BATCH_CAPACITY = 1 << 20;
/** All dumps of one run together: a JavaScript string holds them in any form. */
const DUMP_LIMIT = 64 << 20;

const hex = (n: number): string => `0x${n.toString(16)}`;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

function parseAddress(text: string): number {
  const value = parseNumber(text);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new InvalidArgumentError(`${text} is out of range`);
  }
  return Number(value);
}
function parseCount(text: string): number {
  const value = parseAddress(text);
  if (value === 0) throw new InvalidArgumentError("It must be at least 1");
  return value;
}
/** Reads ranges of an option that may be repeated. */
const parseRange =
  (form: string) =>
  (text: string, before: readonly Range[] = []): readonly Range[] => {
    const [address, size, ...rest] = text.split(":");
    if (address === undefined || size === undefined || rest.length > 0) {
      throw new InvalidArgumentError(`It has the form ${form}`);
    }
    return [...before, { address: parseAddress(address), size: parseCount(size) }];
  };
function parseDump(text: string, before: readonly Range[] = []): readonly Range[] {
  const dumps = parseRange("ADDRESS:LENGTH")(text, before);
  if (sum(dumps.map((d) => d.size)) > DUMP_LIMIT) {
    throw new InvalidArgumentError(`A run dumps ${DUMP_LIMIT >> 20}M at most`);
  }
  return dumps;
}
function parseAssignment(text: string, before: readonly Assignment[] = []): readonly Assignment[] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has the form REGISTER=VALUE");
  const name = text.slice(0, at).trim().toLowerCase();
  if (!REGISTER_NAMES.includes(name)) {
    throw new InvalidArgumentError(`No register is called ${JSON.stringify(name)}`);
  }
  return [...before, { name, value: parseNumber(text.slice(at + 1)) }];
}

/** Runs `f`; a RangeError of the machine is the user's to mend. */
function checked<T>(f: () => T): T {
  try {
    return f();
  } catch (e) {
    if (e instanceof RangeError) throw new UserError(e.message);
    throw e;
  }
}

/** A file's bytes; "-" is standard input. */
function readProgram(path: string): Uint8Array {
  const bytes = readInput(path);
  if (bytes.length === 0) throw new UserError(`${inputName(path)}: empty, there is no code`);
  return bytes;
}

/** Pages of page tables that a range of RAM may need for itself, beyond those that BareMachine counts: two of each level. */
const TABLE_PAGES = 6;

/** Bytes of memory for RAM at `ranges` and the tables that map it; what lies in several ranges counts once. */
function memoryFor(ranges: readonly Range[]): number {
  const pages = ranges
    .map(({ address, size }) => [Math.floor(address / PAGE), Math.ceil((address + size) / PAGE)] as const)
    .sort(([a], [b]) => a - b);
  let total = 0;
  let known = 0; // pages below are counted
  for (const [first, end] of pages) {
    if (first > known || total === 0) total += TABLE_PAGES;
    total += Math.max(0, end - Math.max(first, known));
    known = Math.max(known, end);
  }
  return total * PAGE;
}

/** What all files of one command share. */
class Runner {
  readonly #options: ExecOptions;
  readonly #base: number;
  readonly #machine: BareMachine;
  #fresh = true;
  /** Bytes of the largest program that it has room for. */
  readonly capacity: number;

  constructor(options: ExecOptions, capacity: number) {
    this.#options = options;
    this.capacity = capacity;
    // as: commander has checked them against the choices
    const mode = Number(options.mode) as FlatMode;
    const ring = Number(options.ring) as 0 | 3;
    this.#base = options.base ?? DEFAULT_BASE;
    const stack =
      mode === 16
        ? { address: REAL_STACK_TOP - REAL_STACK_SIZE, size: REAL_STACK_SIZE }
        : { address: STACK_TOP - STACK_SIZE, size: STACK_SIZE };
    const memory = memoryFor([{ address: this.#base, size: capacity }, stack, ...(options.map ?? [])]);
    this.#machine = checked(
      () =>
        new BareMachine({
          mode,
          ring,
          engine: options.engine as EngineName, // as: one of the choices
          memory,
          codeCache: CODE_CACHE,
        }),
    );
  }

  run(program: Uint8Array): ExecReport {
    const machine = this.#machine;
    const { map = [], set = [], maxInstructions, dump = [] } = this.#options;
    if (!this.#fresh) machine.reset();
    this.#fresh = false;
    checked(() => {
      machine.load(program, this.#base);
      for (const { address, size } of map) machine.map(address, size);
      for (const { name, value } of set) machine.set(name, value);
      for (const { address, size } of dump) machine.read(address, size);
    });
    const stop = machine.run(maxInstructions === undefined ? {} : { maxInstructions });
    return execReport(
      machine,
      stop,
      dump.map(({ address, size }) => ({ address, bytes: machine.read(address, size) })),
    );
  }
}

function one(path: string, options: ExecOptions, out: (text: string) => void): void {
  const program = readProgram(path);
  const report = new Runner(options, program.length).run(program);
  out(options.json ? `${JSON.stringify(report)}\n` : execText(report));
  if (report.stop !== "hlt") process.exitCode = 1;
}

/** One JSON line for each file; a file that cannot be run has an `error` instead of a state, and the rest goes on. */
function batch(paths: readonly string[], options: ExecOptions, out: (text: string) => void): void {
  let runner = new Runner(options, BATCH_CAPACITY);
  let stdin: Uint8Array | undefined;
  const read = (path: string): Uint8Array => {
    if (path !== "-") return readProgram(path);
    stdin ??= readProgram(path);
    return stdin;
  };
  let status = 0;
  for (const file of paths) {
    let line: object;
    try {
      const program = read(file);
      if (program.length > runner.capacity) runner = new Runner(options, program.length);
      const report = runner.run(program);
      if (report.stop !== "hlt") status = Math.max(status, 1);
      line = { file, ...report };
    } catch (e) {
      const { line: error, exitCode } = describeError(e);
      if (exitCode !== 2) throw e;
      status = 2;
      line = { file, error };
    }
    out(`${JSON.stringify(line)}\n`);
  }
  if (status !== 0) process.exitCode = status;
}

export function register(program: Command): void {
  usePrebuilt(loadPrebuilt);
  const command = program.command("exec");
  command
    .summary("run flat machine code to HLT and print the registers")
    .description(
      "Runs flat machine code until HLT and prints why it stopped and the state: 64-bit mode with paging, every mapped " +
        "address at the same physical one, ring 0. The file may be - for standard input.",
    )
    .argument("<files...>", "machine code; several with --batch")
    .option(
      "--base <address>",
      `where the code is loaded and starts (default: ${hex(DEFAULT_BASE)})`,
      parseAddress,
    )
    .option("--map <address:size>", "zeroed RAM, in whole pages; may be repeated", parseRange("ADDRESS:SIZE"))
    .option("--set <register=value>", "a register's value at the start; may be repeated", parseAssignment)
    .addOption(
      new Option("--mode <bits>", "code size: 16 is real mode").choices(["16", "32", "64"]).default("64"),
    )
    .addOption(new Option("--ring <ring>", "privilege level").choices(["0", "3"]).default("0"))
    .option("--max-instructions <n>", "stop after so many", parseCount)
    .option("--dump <address:length>", "memory to print at the end; may be repeated", parseDump)
    .addOption(
      new Option("--engine <name>", "what executes instructions")
        .choices(ENGINE_NAMES)
        .default(DEFAULT_ENGINE),
    )
    .option("--json", "print one JSON object")
    .option("--batch", "run each file in a fresh machine and print one JSON line for each")
    .action((files: string[], options: ExecOptions) => {
      const out = (text: string): void => command.configureOutput().writeOut?.(text);
      if (options.ring === "3" && options.mode === "16") throw new UserError("real mode has no ring 3");
      if (options.batch) batch(files, options, out);
      else if (files.length > 1) throw new UserError("several files want --batch");
      else one(files[0] ?? "-", options, out);
    });
}
