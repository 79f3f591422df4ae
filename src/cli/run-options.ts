/* The options of `vitrine run`: what may be said, and what it means. docs/run.md describes them for users. */
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_ENGINE, ENGINE_NAMES, type EngineName } from "../machine/engines.ts";
import type { DiskMount, Mount } from "../program/places.ts";
import { TIMING_NAMES, type TimingName } from "../timing/model.ts";
import { parseCpus, parseMemory, parseRtc, parseSeconds, parseSeed, repeated } from "./boot-options.ts";

export interface RunOptions {
  readonly root?: string;
  readonly mount?: readonly Mount[];
  readonly disk?: readonly DiskMount[];
  readonly env?: readonly string[];
  readonly cwd?: string;
  readonly memory: number;
  readonly cpus: number;
  readonly engine: EngineName;
  readonly timing: TimingName;
  readonly seed: bigint;
  /** Seconds since 1970. */
  readonly rtc?: number;
  readonly realtime?: boolean;
  readonly maxSeconds?: number;
  readonly append?: string;
  readonly kernel?: string;
  readonly libc?: "kernel";
  readonly malloc?: "kernel";
  readonly allocations?: string;
  readonly strace?: boolean;
  readonly stats?: boolean;
}

const MIB = 1 << 20;

/** HOST:GUEST[:ro] */
function parseMount(text: string): Mount {
  const match = /^(?<host>[^:]+):(?<guest>\/[^:]*)(?<ro>:ro)?$/.exec(text);
  const { host, guest, ro } = match?.groups ?? {};
  if (host === undefined || guest === undefined)
    throw new InvalidArgumentError("It has the form HOST:GUEST or HOST:GUEST:ro, with an absolute GUEST");
  return { host: resolve(host), guest: resolve(guest), readOnly: ro !== undefined };
}
/** IMAGE:GUEST[:ro|:snapshot] */
function parseDisk(text: string): DiskMount {
  const match = /^(?<image>[^:]+):(?<guest>\/[^:]*)(?::(?<how>ro|snapshot))?$/.exec(text);
  const { image, guest, how } = match?.groups ?? {};
  if (image === undefined || guest === undefined)
    throw new InvalidArgumentError(
      "It has the form IMAGE:GUEST, IMAGE:GUEST:ro or IMAGE:GUEST:snapshot, with an absolute GUEST",
    );
  return { image, guest: resolve(guest), readOnly: how === "ro", snapshot: how === "snapshot" };
}
function parseVariable(text: string): string {
  if (/^[^=]+=/.test(text)) return text;
  const value = process.env[text];
  if (value === undefined)
    throw new InvalidArgumentError(`It is NAME=VALUE, or a variable that is set, not ${text}`);
  return `${text}=${value}`;
}
function parseDirectory(text: string): string {
  if (!text.startsWith("/")) throw new InvalidArgumentError("It is an absolute path, of the guest");
  return resolve(text);
}

/** Tells the command what its options are. */
export function addRunOptions(command: Command): void {
  command
    .option(
      "--root <path>",
      "what the program sees as / in place of the host's directories: a directory, read-only; a cpio archive; an ext2 image",
    )
    .option("--mount <host:guest[:ro]>", "a directory of the host; may be repeated", repeated(parseMount))
    .option(
      "--disk <image:guest[:ro|:snapshot]>",
      "a disk with ext2, mounted there; may be repeated",
      repeated(parseDisk),
    )
    .option("--env <name[=value]>", "a variable of its environment; may be repeated", repeated(parseVariable))
    .option(
      "--cwd <directory>",
      "where it starts, in the guest (default: the current directory; with --root /)",
      parseDirectory,
    )
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
    .addOption(new Option("--seed <n>", "starts all random numbers").default(0n, "0").argParser(parseSeed))
    .option(
      "--rtc <time>",
      "the clock at the start: now, seconds since 1970, or a date (default: 2026-01-01)",
      parseRtc,
    )
    .option("--realtime", "virtual time is never ahead of the host's (default where a terminal is)")
    .option("--no-realtime", "a program that sleeps goes on at once")
    .option("--max-seconds <n>", "stop after so many seconds of the host", parseSeconds)
    .addOption(
      new Option("--libc <name>", "the kernel itself is the program's libc, if it is a dynamic one").choices([
        "kernel",
      ]),
    )
    .addOption(
      new Option("--malloc <name>", "the kernel's malloc takes the place of a dynamic program's").choices([
        "kernel",
      ]),
    )
    .option(
      "--allocations <file>",
      "write there what the kernel's malloc and free do (with --malloc kernel the program's too), for vitrine bench alloc --replay",
    )
    .option("--strace", "print system calls on standard error")
    .option("--stats", "print statistics as JSON on standard error at the end")
    .option("--append <string>", "more for the kernel's command line")
    .option("--kernel <file>", "the kernel's image (default: the package's own)");
}
