/**
 * The scripted harness: a kernel's image, or a program on the unikernel, on a machine that a test drives. docs/testing-harness.md describes it.
 *
 * Nothing here waits or looks at a clock: what a test sends arrives at the machine's time, and a run that does not end is cut off at a number
 * of cycles. So a script runs alike every time.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { NullCharacter } from "../host/null.ts";
import { ELF_TYPE, ElfFile, isElf } from "../machine/boot/elf.ts";
import { type ElfSymbol, symbolsIn } from "../machine/boot/elf-symbols.ts";
import { Machine, type MachineOptions } from "../machine/machine.ts";
import { archiveOfFiles } from "../program/archive.ts";
import { openProgramFiles, type ProgramFiles } from "../program/files.ts";
import { kernelImage } from "../program/kernel-image.ts";
import { programMachine } from "../program/machine.ts";
import type { DiskMount, Mount } from "../program/places.ts";
import { openRoot } from "../program/root.ts";
import { Guest } from "./guest.ts";
import { ScriptedLine } from "./scripted-line.ts";

type Hardware = Pick<MachineOptions, "memory" | "cpus" | "engine" | "timing" | "seed" | "time">;

interface Common extends Hardware {
  /** The cycle of virtual time at which a run is cut off. Default 30e9: ten seconds. */
  readonly maxCycles?: number;
  /** The kernel's command line. */
  readonly append?: string;
}
/** An image; its console is COM1. */
export interface KernelOptions extends Common {
  /** A file, or its bytes: PVH, multiboot, Linux. */
  readonly kernel: string | Uint8Array;
  readonly initrd?: string | Uint8Array;
  readonly modules?: readonly { readonly bytes: Uint8Array; readonly commandLine: string }[];
  readonly program?: undefined;
}
/** A program of Linux on the unikernel; its console is its standard input and output. */
export interface ProgramOptions extends Common {
  /** A path, or a name that is looked for in PATH of `env`. */
  readonly program: string;
  /** Without argv[0]. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files in memory, by their absolute paths, where nothing is mounted; text is UTF-8. All may be executed. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /**
   * What is its "/": a directory, read-only; a cpio archive, also packed by gzip, or an image of a disk with ext2, of which nothing is changed. Default: the
   * host's system directories, the program's and the current one; where the program is one of `files`, nothing of the host.
   */
  readonly root?: string;
  /** Directories of the host. */
  readonly mounts?: readonly Mount[];
  /** Images of disks with ext2. */
  readonly disks?: readonly DiskMount[];
  /** Where it starts. Default: the current directory; with `root`, or where the program is one of `files`, "/". */
  readonly cwd?: string;
  /** Another image of the unikernel than the package's. */
  readonly kernel?: string | Uint8Array;
  /** System calls are printed to `log`. */
  readonly strace?: boolean;
}
export type BootOptions = KernelOptions | ProgramOptions;

const DEFAULT_CYCLES = 30e9;
const DEFAULT_PROGRAM_MEMORY = 256 * 2 ** 20;
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Makes the machine, with all loaded; it has not run. Throws PlaceError, HostError, BootError or RangeError for what cannot be. */
export function boot(options: BootOptions): Guest {
  return options.program === undefined ? bootKernel(options) : bootProgram(options);
}

/** Bytes of what may be the name of a file. */
const bytesOf = (file: string | Uint8Array): Uint8Array =>
  typeof file === "string" ? readFileSync(file) : file;

function hardware({ memory, cpus, engine, timing, seed, time }: Hardware): Hardware {
  return {
    ...(memory !== undefined && { memory }),
    ...(cpus !== undefined && { cpus }),
    ...(engine !== undefined && { engine }),
    ...(timing !== undefined && { timing }),
    ...(seed !== undefined && { seed }),
    ...(time !== undefined && { time }),
  };
}

function bootKernel(o: KernelOptions): Guest {
  const console = new ScriptedLine();
  const machine = new Machine({ ...hardware(o), serial: [console] });
  const plan = machine.boot({
    kernel: bytesOf(o.kernel),
    initrd: o.initrd === undefined ? undefined : bytesOf(o.initrd),
    modules: o.modules,
    commandLine: o.append ?? "",
  });
  return new Guest({
    machine,
    console,
    errors: new ScriptedLine(),
    log: new ScriptedLine(),
    symbols: () => plan.symbols(),
    maxCycles: o.maxCycles ?? DEFAULT_CYCLES,
    close: () => {},
  });
}

function bootProgram(o: ProgramOptions): Guest {
  const environment = { PATH: DEFAULT_PATH, ...o.env };
  const inMemory = o.files?.[o.program] !== undefined;
  const directory = o.cwd ?? (o.root === undefined && !inMemory ? process.cwd() : "/");
  const { program, disks = [], memory = DEFAULT_PROGRAM_MEMORY } = o;
  const mounts = (o.mounts ?? []).map((mount) => ({ ...mount, host: resolve(mount.host) }));
  const without = inMemory ? ({ kind: "empty" } as const) : undefined;
  const root = o.root === undefined ? without : openRoot(o.root, memory);
  const kernel = o.kernel === undefined ? kernelImage("kernel.elf") : bytesOf(o.kernel);
  const files = openProgramFiles({ program, root, directory, path: environment.PATH, mounts, disks });
  const archive = withFiles(files, o.files ?? {});
  const [console, errors, log] = [new ScriptedLine(), new ScriptedLine(), new ScriptedLine()];
  const control = new Bytes();
  const machine = programMachine({
    ...hardware(o),
    memory,
    kernel,
    launch: {
      program: files.program,
      args: [o.program, ...(o.args ?? [])],
      environment: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      directory,
      mounts: files.mounts,
      links: files.links,
      owner: 0,
      group: 0,
      terminals: [],
      strace: o.strace ?? false,
    },
    shares: files.shares,
    disks: files.disks,
    archive,
    standard: console,
    errors,
    control,
    kernelLog: log,
    ...(o.append !== undefined && { append: o.append }),
  });
  return new Guest({
    machine,
    console,
    errors,
    log,
    signal: (number) => control.send(number),
    symbols: () => [...programSymbols(o, files), ...symbolsIn(kernel)],
    maxCycles: o.maxCycles ?? DEFAULT_CYCLES,
    close: () => void files.close(),
  });
}

/** The root's archive, if it has one, and files in memory behind it. Throws RangeError for a file that something is mounted over. */
function withFiles(
  { archive, mounts }: ProgramFiles,
  files: NonNullable<ProgramOptions["files"]>,
): ProgramFiles["archive"] {
  const entries = Object.entries(files);
  if (entries.length === 0) return archive;
  for (const [path] of entries) {
    const over = mounts.find((mount) => mount.path === "/" || path.startsWith(`${mount.path}/`));
    if (over !== undefined) throw new RangeError(`${path} would lie under what is mounted on ${over.path}`);
  }
  const own = archiveOfFiles(
    new Map(
      entries.map(([path, content]) => [
        path,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      ]),
    ),
  );
  return archive === undefined
    ? { name: "files in memory", bytes: own }
    : { name: archive.name, bytes: Buffer.concat([archive.bytes, own]) };
}

/** Of a program that lies where it is linked to; none of others, or of one that cannot be read here. */
function programSymbols(
  { files = {}, root }: ProgramOptions,
  { program }: ProgramFiles,
): readonly ElfSymbol[] {
  const path = root === undefined ? program : join(root, program);
  const isHere = program.startsWith("/") && existsSync(path);
  const content = files[program] ?? (isHere ? readFileSync(path) : undefined);
  if (content === undefined || typeof content === "string" || !isElf(content)) return [];
  return new ElfFile(content).type === ELF_TYPE.executable ? symbolsIn(content) : [];
}

/** Bytes for the guest; what it writes is lost. */
class Bytes extends NullCharacter {
  readonly #waiting: number[] = [];

  send(byte: number): void {
    this.#waiting.push(byte);
    this.onReady?.();
  }
  override read(most: number): Uint8Array {
    return Uint8Array.from(this.#waiting.splice(0, most));
  }
}
