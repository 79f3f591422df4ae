/*
 * `vitrine run`: a Linux program on the unikernel. docs/run.md describes it for users. Standard streams, signals and exit status are the
 * program's; what the kernel says goes to standard error.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { usePrebuilt } from "../engine/chunks.ts";
import type { CharacterBackend } from "../host/backends.ts";
import { systemReason } from "../host/errors.ts";
import { NinepServer } from "../host/ninep/server.ts";
import { OutputStream, StandardStreams } from "../host/standard-streams.ts";
import { DEFAULT_ENGINE, ENGINE_NAMES, type EngineName } from "../machine/engines.ts";
import type { Machine } from "../machine/machine.ts";
import { stateReport } from "../machine/state-report.ts";
import { loadPrebuilt } from "../prebuilt.ts";
import { programMachine, programStatus } from "../testing/program-machine.ts";
import { TIMING_NAMES, type TimingName } from "../timing/model.ts";
import { type BootEnd, BootLoop, hostTime } from "./boot-loop.ts";
import { parseCpus, parseMemory, repeated } from "./boot-options.ts";
import { statistics } from "./boot-statistics.ts";
import { UserError } from "./errors.ts";
import { readInput } from "./input.ts";
import { kernelImage } from "./kernel-image.ts";
import { findPlaces, type Mount } from "./run-places.ts";

interface RunOptions {
  readonly root?: string;
  readonly mount?: readonly Mount[];
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly memory: number;
  readonly cpus: number;
  readonly engine: EngineName;
  readonly timing: TimingName;
  readonly append?: string;
  readonly kernel?: string;
  readonly strace?: boolean;
  readonly stats?: boolean;
  readonly maxSeconds?: number;
}

const MIB = 1 << 20;
/** What shells give for a program that a signal ended. */
const SIGNALLED = 128;
const FAILED = 1;
/** Signals that are handed on to the program. */
const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGWINCH: 28,
} as const;

/** HOST:GUEST[:ro] */
function parseMount(text: string): Mount {
  const match = /^(?<host>[^:]+):(?<guest>\/[^:]*)(?<ro>:ro)?$/.exec(text);
  const { host, guest, ro } = match?.groups ?? {};
  if (host === undefined || guest === undefined)
    throw new InvalidArgumentError("It has the form HOST:GUEST or HOST:GUEST:ro, with an absolute GUEST");
  return {
    host: resolve(host),
    guest: guest === "/" ? guest : guest.replace(/\/+$/, ""),
    readOnly: ro !== undefined,
  };
}
function parseVariable(text: string): string {
  if (/^[^=]+=/.test(text)) return text;
  const value = process.env[text];
  if (value === undefined)
    throw new InvalidArgumentError(`It is NAME=VALUE, or a variable that is set, not ${text}`);
  return `${text}=${value}`;
}

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
    .passThroughOptions()
    .option("--root <directory>", "what the program sees as /, read-only, in place of the host's directories")
    .option("--mount <host:guest[:ro]>", "a directory of the host; may be repeated", repeated(parseMount))
    .option("--env <name[=value]>", "a variable of its environment; may be repeated", repeated(parseVariable))
    .option("--cwd <directory>", "where it starts, in the guest (default: the current directory)")
    .addOption(
      new Option("--memory <size>", "RAM, with K, M or G").default(512 * MIB, "512M").argParser(parseMemory),
    )
    .option("--cpus <n>", "processors", parseCpus, 1)
    .addOption(
      new Option("--engine <name>", "what executes instructions")
        .choices(ENGINE_NAMES)
        .default(DEFAULT_ENGINE),
    )
    .addOption(
      new Option("--timing <name>", "what instructions cost").choices(TIMING_NAMES).default("blocks"),
    )
    .option("--strace", "print system calls on standard error")
    .option("--stats", "print statistics as JSON on standard error at the end")
    .option("--append <string>", "more for the kernel's command line")
    .option("--kernel <file>", "the kernel's image (default: the package's own)")
    .action(async (name: string, args: string[], options: RunOptions) => {
      const err = (text: string): void => command.configureOutput().writeErr?.(text);
      process.exitCode = await run(name, args, options, err);
    });
}

/** What is sent to the program from outside. */
class Control implements CharacterBackend {
  onReady: (() => void) | undefined;
  #signals: number[] = [];

  send(signal: number): void {
    this.#signals.push(signal);
    this.onReady?.();
  }
  write(_bytes: Uint8Array): void {}
  read(most: number): Uint8Array {
    return Uint8Array.from(this.#signals.splice(0, most));
  }
}

async function run(
  name: string,
  args: readonly string[],
  o: RunOptions,
  err: (text: string) => void,
): Promise<number> {
  const start = performance.now();
  const directory = o.cwd ?? process.cwd();
  if (!directory.startsWith("/")) throw new UserError(`--cwd ${directory}: not an absolute path`);
  if (o.root !== undefined && !existsSync(o.root))
    throw new UserError(`--root ${o.root}: no such file or directory`);
  const variables = o.env ?? [];
  const path = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
  const { program, mounts } = findPlaces({
    program: name,
    root: o.root,
    directory,
    path,
    mounts: o.mount ?? [],
  });
  const named = new Set(variables.map((v) => v.slice(0, v.indexOf("="))));
  const inherited = ["PATH", "HOME", "USER", "LANG", "TERM", "TZ"].flatMap((variable) => {
    const value = process.env[variable];
    return value === undefined || named.has(variable) ? [] : [`${variable}=${value}`];
  });
  const shares = openShares(mounts);
  let loop: BootLoop | undefined;
  let early: BootEnd | undefined;
  const end = (reason: BootEnd): void => {
    if (loop === undefined) early ??= reason;
    else loop.end(reason);
  };
  const lost = (error?: Error): void =>
    end(error === undefined ? { kind: "left" } : { kind: "failure", error });
  const streams = new StandardStreams({ heard: () => loop?.wake(), lost });
  const control = new Control();
  const handlers = Object.entries(SIGNALS).map(([signal, number]) => {
    const handler = (): void => {
      control.send(number);
      loop?.wake();
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  try {
    const machine = programMachine({
      kernel: o.kernel === undefined ? kernelImage("kernel.elf") : readInput(o.kernel),
      launch: {
        program,
        args: [name, ...args],
        environment: [...inherited, ...variables],
        directory,
        mounts: mounts.map((m, i) => ({ tag: `m${i}`, path: m.guest, readOnly: m.readOnly })),
        owner: process.getuid?.() ?? 0,
        group: process.getgid?.() ?? 0,
        terminals: [process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY].flatMap((is, fd) =>
          is ? [fd] : [],
        ),
        size: process.stdout.isTTY
          ? { columns: process.stdout.columns, rows: process.stdout.rows }
          : undefined,
        strace: o.strace ?? false,
      },
      shares: shares.map((backend, i) => ({ tag: `m${i}`, backend })),
      standard: streams,
      errors: new OutputStream(2, lost),
      control,
      kernelLog: new OutputStream(2, lost),
      memory: o.memory,
      cpus: o.cpus,
      engine: o.engine,
      timing: o.timing,
      time: Math.floor(Date.now() / 1000),
      ...(o.append !== undefined && { append: o.append }),
    });
    loop = new BootLoop(machine, { time: hostTime, live: () => true, noReboot: true });
    if (early !== undefined) loop.end(early);
    const ended = await loop.run();
    const status = conclude(machine, ended, err);
    if (o.stats) {
      const seconds = (performance.now() - start) / 1000;
      err(`${JSON.stringify(statistics(machine, ended.kind, seconds, false))}\n`);
    }
    return status;
  } finally {
    for (const off of handlers) off();
    streams.close();
    for (const share of shares) share.close();
  }
}

function openShares(mounts: readonly Mount[]): NinepServer[] {
  const opened: NinepServer[] = [];
  for (const { host, readOnly } of mounts) {
    try {
      opened.push(new NinepServer(host, { readOnly }));
    } catch (error) {
      for (const share of opened) share.close();
      throw new UserError(`${host}: ${systemReason(error)}`);
    }
  }
  return opened;
}

function conclude(machine: Machine, end: BootEnd, err: (text: string) => void): number {
  const status = programStatus(end);
  if (status !== undefined) return status;
  // Nobody reads the program's output any more: what a native one would have died of.
  if (end.kind === "left") return SIGNALLED + 13;
  if (end.kind === "failure") throw end.error;
  const fault = end.kind === "triple-fault" ? end : undefined;
  err(
    `vitrine: the machine stopped without the program's status: ${end.kind}\n${stateReport(machine, { fault })}`,
  );
  return FAILED;
}
