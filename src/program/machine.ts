/**
 * A machine in which the unikernel runs one program: what it is connected to, and what its end means. Whoever makes it has loaded
 * the kernel's image (dist/kernel.elf) and says what the program's files are.
 */
import type { BlockBackend, CharacterBackend, FileBackend } from "../host/backends.ts";
import { SeededEntropy } from "../host/entropy.ts";
import { Machine, type MachineOptions } from "../machine/machine.ts";
import { type Launch, launchModule } from "./launch.ts";

export interface ProgramMachineOptions
  extends Pick<MachineOptions, "memory" | "cpus" | "engine" | "timing" | "seed" | "time"> {
  readonly kernel: Uint8Array;
  readonly launch: Launch;
  /** Servers of the mounts' directories, by their tags. */
  readonly shares: readonly { readonly tag: string; readonly backend: FileBackend }[];
  /** Disks, in the order in which the mounts' tags count them. */
  readonly disks?: readonly BlockBackend[];
  /** A cpio archive that is unpacked as the root. */
  readonly archive?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  /** The program's standard input and output, and errors. */
  readonly standard: CharacterBackend;
  readonly errors: CharacterBackend;
  /** Takes what is sent to the program from outside: a signal's number is a byte. */
  readonly control: CharacterBackend;
  /** The kernel's own messages. */
  readonly kernelLog: CharacterBackend;
  /** Files that the program finds beside those of the shares, by their paths. */
  readonly files?: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** The kernel's command line. */
  readonly append?: string;
}

/** With the kernel loaded; run it. Throws BootError for a file that is no kernel, RangeError for impossible options. */
export function programMachine(o: ProgramMachineOptions): Machine {
  const { memory, cpus, engine, timing, seed, time } = o;
  const machine = new Machine({
    ...(memory !== undefined && { memory }),
    ...(cpus !== undefined && { cpus }),
    ...(engine !== undefined && { engine }),
    ...(timing !== undefined && { timing }),
    ...(seed !== undefined && { seed }),
    ...(time !== undefined && { time }),
    serial: [o.kernelLog],
    consolePorts: [
      { backend: o.standard, name: "standard" },
      { backend: o.errors, name: "errors" },
      { backend: o.control, name: "control" },
    ],
    shares: o.shares,
    ...(o.disks !== undefined && { disks: o.disks }),
    entropy: new SeededEntropy(seed === undefined ? 0n : BigInt(seed)),
  });
  machine.boot({
    kernel: o.kernel,
    protocol: "pvh",
    modules: [
      { bytes: launchModule(o.launch), commandLine: "launch" },
      ...(o.archive === undefined
        ? []
        : [{ bytes: o.archive.bytes, commandLine: `archive=${o.archive.name}` }]),
      ...(o.files ?? []).map(({ path, bytes }) => ({ bytes, commandLine: `file=${path}` })),
    ],
    commandLine: o.append ?? "",
  });
  return machine;
}

/** Beside a program's status, in what the kernel writes to the debug-exit port. */
const PROGRAM = 0x100;

/** The program's exit status, 0 to 255; undefined: the machine ended otherwise. */
export function programStatus(stop: { readonly kind: string; readonly status?: number }): number | undefined {
  if (stop.kind !== "exit" || stop.status === undefined) return undefined;
  const value = stop.status >>> 1;
  return (value & PROGRAM) === 0 ? undefined : value & 0xff;
}
