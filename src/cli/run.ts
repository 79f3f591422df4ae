/*
 * `vitrine run`: a Linux program on the unikernel. docs/run.md describes it for users. Standard streams, signals and exit status are the
 * program's; what the kernel says goes to standard error.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import { HostError } from "../host/errors.ts";
import { StandardOutput } from "../host/standard-output.ts";
import { StandardStreams } from "../host/standard-streams.ts";
import type { Machine } from "../machine/machine.ts";
import { stateReport } from "../machine/state-report.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { openProgramFiles, type ProgramFiles } from "../program/files.ts";
import type { Launch } from "../program/launch.ts";
import { programMachine, programStatus } from "../program/machine.ts";
import { MALLOC_OBJECT, mallocObject } from "../program/malloc-object.ts";
import { PlaceError } from "../program/places.ts";
import { openRoot } from "../program/root.ts";
import { ALLOCATION_POINTS, AllocationOutput, ringsOf } from "./allocation-output.ts";
import { type BootEnd, BootLoop, hostTime } from "./boot-loop.ts";
import { statistics } from "./boot-statistics.ts";
import { UserError } from "./errors.ts";
import { readInput } from "./input.ts";
import { kernelImage } from "./kernel-image.ts";
import { RingWatch, TRACE_SLICE } from "./ring-watch.ts";
import { addRunOptions, type RunOptions } from "./run-options.ts";
import { Signals } from "./run-signals.ts";

/** What shells give for a program that a signal ended. */
const SIGNALLED = 128;
const SIGPIPE = 13;
const FAILED = 1;
/** What timeout(1) ends with when time is up. */
const TIME_IS_UP = 124;
/** What of the process's environment the program has, besides --env. */
const INHERITED = ["PATH", "HOME", "USER", "LANG", "TERM", "TZ"];
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

export function register(program: Command): void {
  usePrebuilt(loadPrebuilt);
  const command = program.command("run");
  command
    .summary("run a Linux program on the unikernel")
    .description(
      "Runs an unmodified x86-64 Linux program on the unikernel, on a machine of its own. It sees the host's system directories, its own and the current one, " +
        "read-only; --mount gives more. Exit status: the program's, 128 + N after signal N, 126 and 127 if there is none to run.",
    )
    .argument("<program>", "a path, or a name that is looked for in PATH")
    .argument("[args...]", "the program's arguments")
    .passThroughOptions();
  addRunOptions(command);
  command.action(async (name: string, args: string[], options: RunOptions) => {
    const err = (text: string): void => command.configureOutput().writeErr?.(text);
    try {
      process.exitCode = await run([name, ...args], options, err);
    } catch (error) {
      if (error instanceof PlaceError) throw new UserError(error.message, error.status);
      throw error;
    }
  });
}

async function run(args: readonly string[], o: RunOptions, err: (text: string) => void): Promise<number> {
  const start = performance.now();
  const hasRoot = o.root !== undefined || o.disk?.some(({ guest }) => guest === "/") === true;
  const directory = o.cwd ?? (hasRoot ? "/" : process.cwd());
  const environment = environmentOf(o);
  const path = environment.find((variable) => variable.startsWith("PATH="))?.slice(5) ?? DEFAULT_PATH;
  const [program = ""] = args;
  const { mount: mounts = [], disk: disks = [] } = o;
  const root = o.root === undefined ? undefined : openRoot(o.root, o.memory);
  const kernel = o.kernel === undefined ? kernelImage("kernel.elf") : readInput(o.kernel);
  const files = openProgramFiles({ program, root, directory, path, mounts, disks });
  let loop: BootLoop | undefined;
  let early: BootEnd | undefined;
  const end = (reason: BootEnd): void => {
    if (loop === undefined) early ??= reason;
    else loop.end(reason);
  };
  const lost = (error?: Error): void =>
    end(error === undefined ? { kind: "left" } : { kind: "failure", error });
  const heard = (): void => loop?.wake();
  const streams = new StandardStreams({ heard, lost });
  const errors = new StandardOutput(lost, 2);
  const signals = new Signals({
    heard,
    insisted: (name, number) => end({ kind: "signal", name, status: SIGNALLED + number }),
    now: hostTime.now,
    written: () => streams.written + errors.written,
  });
  const deaf = signals.listen();
  const allocations = o.allocations === undefined ? undefined : new AllocationOutput(o.allocations, err);
  const append = [o.append ?? "", allocations === undefined ? "" : `trace=${ALLOCATION_POINTS}`]
    .join(" ")
    .trim();
  try {
    const { memory, cpus, engine, timing, seed } = o;
    const machine = made(() =>
      programMachine({
        kernel,
        launch: launchOf(args, environment, directory, files, o),
        files: kernelFiles(o),
        shares: files.shares,
        disks: files.disks,
        archive: files.archive,
        standard: streams,
        errors,
        control: signals,
        kernelLog: new StandardOutput(lost, 2),
        ...{ memory, cpus, engine, timing, seed },
        ...(o.rtc !== undefined && { time: o.rtc }),
        ...(append !== "" && { append }),
      }),
    );
    const watch =
      allocations &&
      new RingWatch(ringsOf(kernel, machine.memory), machine, (news) => allocations.take(news));
    loop = new BootLoop(machine, {
      time: hostTime,
      // Signals may still come.
      live: () => true,
      noReboot: true,
      realtime: o.realtime ?? process.stdin.isTTY,
      maxSeconds: o.maxSeconds,
      ...(watch && { mostSlice: TRACE_SLICE, between: () => watch.between() }),
    });
    if (early !== undefined) loop.end(early);
    const ended = await loop.run();
    watch?.ended();
    const status = conclude(machine, ended, err);
    const unwritten = files.close();
    if (unwritten !== undefined) throw unwritten;
    if (o.stats) {
      const seconds = (performance.now() - start) / 1000;
      err(`${JSON.stringify(statistics(machine, ended.kind, seconds, false))}\n`);
    }
    return status;
  } finally {
    deaf();
    streams.close();
    allocations?.close();
    files.close();
  }
}

/** A later variable of the same name takes the place of an earlier one. */
function environmentOf({ env = [], malloc }: RunOptions): string[] {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const nameOf = (variable: string): string => variable.slice(0, variable.indexOf("="));
  const variables = new Map([...inherited, ...env].map((variable) => [nameOf(variable), variable]));
  if (malloc !== undefined) {
    const others = variables.get("LD_PRELOAD")?.replace(/^LD_PRELOAD=/, " ") ?? "";
    variables.set("LD_PRELOAD", `LD_PRELOAD=${MALLOC_OBJECT}${others}`);
  }
  return [...variables.values()];
}

function launchOf(
  args: readonly string[],
  environment: readonly string[],
  directory: string,
  { program, mounts, links }: ProgramFiles,
  o: RunOptions,
): Launch {
  const { stdin, stdout, stderr } = process;
  return {
    program,
    args,
    environment,
    directory,
    mounts,
    links,
    owner: process.getuid?.() ?? 0,
    group: process.getgid?.() ?? 0,
    terminals: [stdin.isTTY, stdout.isTTY, stderr.isTTY].flatMap((is, fd) => (is ? [fd] : [])),
    size: stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : undefined,
    strace: o.strace ?? false,
    kernelLibc: o.libc === "kernel",
  };
}

/** The libc that belongs to a kernel's image: beside it if there is one, else the package's own. */
function libcImage(kernel: string | undefined): Uint8Array {
  const beside = kernel === undefined ? undefined : join(dirname(kernel), "libc.elf");
  return beside !== undefined && existsSync(beside) ? readInput(beside) : kernelImage("libc.elf");
}

/** What of the kernel the program finds as files. */
function kernelFiles({ kernel, libc, malloc }: RunOptions): { path: string; bytes: Uint8Array }[] {
  return [
    ...(libc === undefined ? [] : [{ path: "/vitrine/libc.elf", bytes: libcImage(kernel) }]),
    ...(malloc === undefined ? [] : [{ path: MALLOC_OBJECT, bytes: mallocObject() }]),
  ];
}

/** Options that no machine can have, and arguments that no program can, are the user's to mend. */
function made(make: () => Machine): Machine {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}

function conclude(machine: Machine, end: BootEnd, err: (text: string) => void): number {
  const status = programStatus(end);
  if (status !== undefined) return status;
  switch (end.kind) {
    // Its output cannot be written: what most programs would have ended with.
    case "failure":
      throw end.error instanceof HostError ? new UserError(end.error.message, FAILED) : end.error;
    case "signal":
      return end.status;
    // Nobody reads the program's output any more: what a native one would have died of.
    case "left":
      return SIGNALLED + SIGPIPE;
    case "max-seconds":
      err("vitrine: stopped by --max-seconds\n");
      return TIME_IS_UP;
    default: {
      const fault = end.kind === "triple-fault" ? end : undefined;
      err(
        `vitrine: the machine stopped without the program's status: ${end.kind}\n${stateReport(machine, { fault })}`,
      );
      return FAILED;
    }
  }
}
