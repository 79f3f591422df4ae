/* A test kernel on QEMU's q35 with TCG: what it says on port 0xe9 and on standard output, and QEMU's exit status. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface QemuOptions {
  readonly cpus?: number;
  /** Arguments; `%disk` is a file of the disk's bytes. */
  readonly args?: readonly string[];
  readonly disk?: Uint8Array | undefined;
  /** Standard input. */
  readonly input?: string | undefined;
}

export interface QemuOutcome {
  /** After the line with which kernels begin: the BIOS writes to the same port. */
  readonly output: string;
  readonly stdout: string;
  /** 0: switched off, or reset with -no-reboot. */
  readonly status: number | null;
  readonly disk: Uint8Array | undefined;
}

const MACHINE = ["-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "64", "-nodefaults", "-no-reboot"];
const EXIT = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-display", "none"];
const BEGIN = "kernel:\n";

/** Runs `program`, the path of qemu-system-x86_64. Throws Error if it complains or does not end within a minute. */
export function onQemu(program: string, image: Uint8Array, options: QemuOptions = {}): QemuOutcome {
  const { cpus = 1, args = [], disk, input = "" } = options;
  const folder = mkdtempSync(join(tmpdir(), "vitrine-machine-"));
  const path = (name: string): string => join(folder, name);
  try {
    writeFileSync(path("kernel"), image);
    if (disk !== undefined) writeFileSync(path("disk"), disk);
    const { status, stdout, stderr, error } = spawnSync(
      program,
      [
        ...[...MACHINE, ...EXIT, "-smp", `${cpus}`, "-kernel", path("kernel")],
        ...["-debugcon", `file:${path("out")}`, ...args.map((a) => a.replace("%disk", path("disk")))],
      ],
      { timeout: 60_000, encoding: "latin1", input },
    );
    if (error !== undefined) throw error;
    if (stderr !== "") throw new Error(stderr);
    const output = readFileSync(path("out"), "latin1");
    const at = output.indexOf(BEGIN);
    return {
      output: at < 0 ? `no kernel: ${output}` : output.slice(at + BEGIN.length),
      stdout,
      status,
      disk: disk && readFileSync(path("disk")),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
