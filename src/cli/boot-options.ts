/*
 * The options of `vitrine boot`: how each is written and what is refused, before anything is opened. docs/boot.md describes
 * them for users.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { BOOT_PROTOCOLS, type BootProtocol } from "../machine/boot/plan.ts";
import { DEFAULT_ENGINE, ENGINE_NAMES, type EngineName } from "../machine/engines.ts";
import type { NumaNode } from "../machine/firmware.ts";
import { DEFAULT_CODE_CACHE_SIZE, MAX_CPUS, memoryLayout } from "../machine/layout.ts";
import { TRACE_CHANNELS, type TraceChannel } from "../machine/machine.ts";
import { SERIAL_PORTS } from "../machine/memory-map.ts";
import { TIMING_NAMES, type TimingName } from "../timing/model.ts";
import { UserError } from "./errors.ts";
import { parseNumber } from "./number.ts";

/** Where characters go and come from. */
export type CharacterPlace =
  | { readonly kind: "stdio" | "null" }
  | { readonly kind: "file"; readonly path: string };

export interface DiskPlace {
  readonly path: string;
  readonly readOnly: boolean;
  readonly snapshot: boolean;
}
export interface SharePlace {
  readonly path: string;
  /** What the guest mounts. */
  readonly tag: string;
  readonly readOnly: boolean;
}
export interface NetworkPlace {
  /** On one wire with the other cards that say so; else on none. */
  readonly hub: boolean;
  /** Where frames are written down. */
  readonly capture: string | undefined;
}
export interface ModuleFile {
  readonly path: string;
  readonly commandLine: string;
}

/** As commander gives them. */
export interface BootOptions {
  readonly initrd?: string;
  readonly module?: readonly ModuleFile[];
  readonly append?: string;
  readonly protocol?: BootProtocol;
  readonly memory: number;
  readonly cpus: number;
  readonly numa?: readonly NumaNode[];
  readonly engine: EngineName;
  readonly timing: TimingName;
  readonly disk?: readonly DiskPlace[];
  readonly net?: readonly NetworkPlace[];
  readonly share?: readonly SharePlace[];
  readonly serial?: readonly CharacterPlace[];
  readonly console?: readonly CharacterPlace[];
  readonly debugcon?: CharacterPlace;
  readonly balloon?: true;
  readonly seed: bigint;
  readonly rtc?: number;
  readonly realtime?: boolean;
  /** False with --no-reboot. */
  readonly reboot: boolean;
  readonly maxSeconds?: number;
  readonly maxCycles?: number;
  readonly stats?: true;
  readonly hash?: true;
  readonly trace?: ReadonlySet<TraceChannel>;
  readonly traceFile?: string;
}

const MIB = 2 ** 20;
const PAGE = 4096;
/** Of the 32 devices of a PCI bus some are the board's own. */
const MOST_CARDS = 26;
const MOST_CONSOLE_PORTS = 31;

const invalid = (message: string): InvalidArgumentError => new InvalidArgumentError(message);

function parseWhole(text: string): number {
  const value = parseNumber(text);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid("It is out of range");
  return Number(value);
}
export function parseMemory(text: string): number {
  const size = parseWhole(text);
  if (size < 2 * MIB) throw invalid("It is at least 2M; a number without K, M or G is bytes");
  if (size % PAGE !== 0) throw invalid("It is a multiple of 4K");
  try {
    memoryLayout(DEFAULT_CODE_CACHE_SIZE, size);
  } catch (error) {
    throw error instanceof RangeError ? invalid(error.message) : error;
  }
  return size;
}
export function parseCpus(text: string): number {
  const count = parseWhole(text);
  if (count < 1 || count > MAX_CPUS) throw invalid(`It is 1 to ${MAX_CPUS}`);
  return count;
}
export function parseSeconds(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0)
    throw invalid("It is a number of seconds, such as 10 or 0.5");
  return Number(text);
}
export function parseCycles(text: string): number {
  const cycles = parseWhole(text);
  if (cycles === 0) throw invalid("It is at least 1");
  return cycles;
}
export function parseSeed(text: string): bigint {
  const seed = parseNumber(text);
  if (seed < 0n || seed >= 1n << 64n) throw invalid("It is a number of up to 64 bits");
  return seed;
}
/** Seconds since 1970. */
export function parseRtc(text: string): number {
  if (text === "now") return Math.floor(Date.now() / 1000);
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000);
  // The clock has a century register of two digits.
  if (!(seconds >= 0 && seconds < Date.UTC(10000, 0) / 1000))
    throw invalid("It is now, a number of seconds since 1970, or a time such as 2026-01-01T00:00:00Z");
  return seconds;
}
function parseCharacter(text: string): CharacterPlace {
  if (text === "stdio" || text === "null") return { kind: text };
  const path = /^file:(.+)$/s.exec(text)?.[1];
  if (path === undefined) throw invalid("It is stdio, null or file:FILE");
  return { kind: "file", path };
}
/** Adds to those given before. */
/** For an option that may be given more than once. */
export const repeated =
  <T>(parse: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, parse(text)];

/** FILE[,ro][,snapshot]: flags are taken from the end, so that other commas belong to the name. */
function parseDisk(text: string): DiskPlace {
  const parts = text.split(",");
  const flags = new Set<string>();
  for (let last = parts.at(-1); parts.length > 1 && /^[a-z]*$/.test(last ?? ""); last = parts.at(-1)) {
    if (last !== "ro" && last !== "snapshot") throw invalid(`It knows ro and snapshot, not "${last}"`);
    flags.add(last);
    parts.pop();
  }
  const path = parts.join(",");
  if (path === "") throw invalid("It has the form FILE[,ro][,snapshot]");
  return { path, readOnly: flags.has("ro"), snapshot: flags.has("snapshot") };
}
function parseNet(text: string): NetworkPlace {
  if (text === "none") return { hub: false, capture: undefined };
  if (text === "hub") return { hub: true, capture: undefined };
  const match = /^(hub,)?pcap:(.+)$/s.exec(text);
  if (match === null) throw invalid("It is none, hub, pcap:FILE or hub,pcap:FILE");
  return { hub: match[1] !== undefined, capture: match[2]! };
}
/** FILE[,COMMANDLINE]: the first comma ends the name. */
function parseModule(text: string): ModuleFile {
  const comma = text.indexOf(",");
  if (comma === 0 || text === "") throw invalid("It has the form FILE[,COMMANDLINE]");
  return comma < 0
    ? { path: text, commandLine: "" }
    : { path: text.slice(0, comma), commandLine: text.slice(comma + 1) };
}
const NUMA_FORM = "It has the form cpus=0-1,memory=256M";

/** cpus=N, N-M or several with "+", and memory=SIZE, in any order. */
function parseNuma(text: string): NumaNode {
  const fields = new Map<string, string>();
  for (const part of text.split(",")) {
    const [, name, value] = /^(cpus|memory)=(.*)$/.exec(part) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) throw invalid(NUMA_FORM);
    fields.set(name, value);
  }
  const memory = fields.get("memory");
  if (memory === undefined) throw invalid(NUMA_FORM);
  const size = parseWhole(memory);
  if (size === 0 || size % MIB !== 0) throw invalid("Its memory is whole MiB");
  return { memory: size, cpus: parseCpuList(fields.get("cpus") ?? "") };
}
function parseCpuList(text: string): readonly number[] {
  if (text === "") return [];
  return text.split("+").flatMap((part) => {
    const [, first, last = first] = /^(\d)(?:-(\d))?$/.exec(part) ?? [];
    if (first === undefined || last === undefined || last < first) throw invalid(NUMA_FORM);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i);
  });
}
function parseTrace(text: string): ReadonlySet<TraceChannel> {
  const names: readonly string[] = text === "all" ? TRACE_CHANNELS : text.split(",");
  return new Set(
    names.map((name) => {
      const channel = TRACE_CHANNELS.find((c) => c === name);
      if (channel === undefined)
        throw invalid(`No channel is called "${name}": ${TRACE_CHANNELS.join(", ")}, or all`);
      return channel;
    }),
  );
}

function parseShare(text: string): SharePlace {
  const match = /^(?<path>[^,]+?)(?::(?<tag>[^:/,]+))?(?<ro>,ro)?$/.exec(text);
  const { path, tag = "host", ro } = match?.groups ?? {};
  if (path === undefined) throw invalid("It has the form DIRECTORY[:TAG][,ro]");
  if (!/^[!-~]{1,31}$/.test(tag)) throw invalid("A tag is up to 31 printable ASCII characters");
  return { path, tag, readOnly: ro !== undefined };
}

/** Tells the command what its options are. */
export function addBootOptions(command: Command): void {
  command
    .option("--initrd <file>", "Linux's initial RAM disk; the first module of other kernels")
    .option(
      "--module <file[,command line]>",
      "a module for multiboot and PVH; may be repeated",
      repeated(parseModule),
    )
    .option("--append <string>", "the kernel's command line")
    .addOption(
      new Option("--protocol <name>", "boot by this one (default: what the file is made for)").choices(
        BOOT_PROTOCOLS,
      ),
    )
    .addOption(
      new Option("--memory <size>", "RAM, with K, M or G").default(256 * MIB, "256M").argParser(parseMemory),
    )
    .option("--cpus <n>", `processors, 1 to ${MAX_CPUS}`, parseCpus, 1)
    .option("--numa <cpus=0-1,memory=size>", "a node; may be repeated", repeated(parseNuma))
    .addOption(
      new Option("--engine <name>", "what executes instructions")
        .choices(ENGINE_NAMES)
        .default(DEFAULT_ENGINE),
    )
    .addOption(
      new Option("--timing <name>", "what instructions cost").choices(TIMING_NAMES).default("blocks"),
    )
    .option("--disk <file[,ro][,snapshot]>", "a virtio disk; may be repeated", repeated(parseDisk))
    .option(
      "--share <directory[:tag][,ro]>",
      "a directory of the host, by virtio 9P; the tag is what the guest mounts (default: host); may be repeated",
      repeated(parseShare),
    )
    .option(
      "--net <none|hub|pcap:file>",
      "a virtio network card: on no wire, on one with the others, frames written down; may be repeated",
      repeated(parseNet),
    )
    .option(
      "--serial <stdio|file:file|null>",
      "COM1 to COM4, in order; may be repeated (default: COM1 is stdio)",
      repeated(parseCharacter),
    )
    .option(
      "--console <stdio|file:file|null>",
      "a port of a virtio console; may be repeated",
      repeated(parseCharacter),
    )
    .option("--debugcon <stdio|file:file|null>", "output of port 0xe9 (default: null)", parseCharacter)
    .option("--balloon", "a virtio memory balloon")
    .addOption(new Option("--seed <n>", "starts all random numbers").default(0n, "0").argParser(parseSeed))
    .option(
      "--rtc <time>",
      "the clock at the start: now, seconds since 1970, or a date (default: 2026-01-01)",
      parseRtc,
    )
    .option("--realtime", "virtual time is never ahead of the host's (default where a terminal is)")
    .option("--no-realtime", "a waiting guest skips to its next event")
    .option("--no-reboot", "a reset ends the machine with status 0")
    .option("--max-seconds <n>", "stop after so many seconds of the host", parseSeconds)
    .option("--max-cycles <n>", "stop after so many cycles of virtual time", parseCycles)
    .option("--stats", "print statistics as JSON on standard error at the end")
    .option("--hash", "with them the hash of the final state; implies --stats")
    .option(
      "--trace <channels>",
      `what happens, on standard error: ${TRACE_CHANNELS.join(",")} or all`,
      parseTrace,
    )
    .option("--trace-file <file>", "traces go there");
}

/** Refuses what cannot be together. Throws UserError. */
export function checkBootOptions(o: BootOptions): void {
  const { serial = [], console = [], disk = [], net = [], numa = [], share = [] } = o;
  const characters = [...serial, ...console, ...(o.debugcon === undefined ? [] : [o.debugcon])];
  if (characters.filter((c) => c.kind === "stdio").length > 1)
    throw new UserError("stdio is one line only: --serial, --console and --debugcon cannot share it");
  if (serial.length > SERIAL_PORTS.length)
    throw new UserError(`there are ${SERIAL_PORTS.length} serial ports, not ${serial.length}`);
  if (console.length > MOST_CONSOLE_PORTS)
    throw new UserError(`a console has at most ${MOST_CONSOLE_PORTS} ports, not ${console.length}`);
  const cards = disk.length + net.length + share.length;
  if (cards > MOST_CARDS)
    throw new UserError(`there is room for ${MOST_CARDS} disks, network cards and shares, not ${cards}`);
  const tags = share.map((s) => s.tag);
  const twice = tags.find((tag, i) => tags.indexOf(tag) < i);
  if (twice !== undefined) throw new UserError(`--share: two directories have the tag ${twice}`);
  if (o.traceFile !== undefined && o.trace === undefined) throw new UserError("--trace-file wants --trace");
  if (numa.length > 0) checkNuma(o, numa);
}

function checkNuma({ memory, cpus }: BootOptions, nodes: readonly NumaNode[]): void {
  const total = nodes.reduce((sum, n) => sum + n.memory, 0);
  if (total !== memory)
    throw new UserError(`--numa: the nodes have ${total / MIB}M together, the machine ${memory / MIB}M`);
  const seen = nodes.flatMap((n) => n.cpus);
  for (let cpu = 0; cpu < cpus; cpu++) {
    const count = seen.filter((c) => c === cpu).length;
    if (count !== 1) throw new UserError(`--numa: processor ${cpu} is in ${count} nodes, not in one`);
  }
  const stray = seen.find((c) => c >= cpus);
  if (stray !== undefined) throw new UserError(`--numa: there is no processor ${stray} among ${cpus}`);
}
