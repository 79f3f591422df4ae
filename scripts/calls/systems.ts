/*
 * The program of generated calls (program/), and what it says: on this host, on the unikernel, and under Debian's Linux in the machine. Its folder has a name
 * of one length everywhere, and lies in memory.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtKernel, builtProgram } from "../../tests/support/built.ts";
import { findKernel } from "../linux/kernels.ts";
import { initramfsWith, run } from "../switch/guest.ts";
import type { Reference } from "./options.ts";

const sources = fileURLToPath(new URL("program", import.meta.url));
/** It has no library, and so nothing for floating point. */
const COMPILING =
  "-O1 -Wall -Werror -static -nostdlib -ffreestanding -fno-stack-protector -fno-pie -no-pie -mno-sse";

export interface Plan {
  readonly seed: number;
  readonly count: number;
  readonly call?: string | undefined;
}
/** Of each system call by its name, the outcomes of its calls in their order; program/main.c says how they are written. */
export type Outcomes = ReadonlyMap<string, readonly string[]>;

/** Compiles it in the folder; the path. Throws Error with gcc's first complaint. */
export function compileCalls(gcc: string, folder: string): string {
  const program = join(folder, "calls");
  const files = readdirSync(sources).filter((name) => name.endsWith(".c"));
  run(gcc, [...COMPILING.split(" "), "-o", program, ...files.map((name) => join(sources, name))], 0);
  return program;
}
const words = ({ seed, count, call }: Plan): string[] => [
  String(seed),
  String(count),
  ...(call === undefined ? [] : [call]),
];
const guestFolder = (host: string): string => `/tmp/${"calls".padEnd(host.length - "/tmp/".length, "-")}`;

/** Gives a folder in memory, where this host has such, for as long as `use` takes. */
function inFolder<T>(use: (folder: string) => T): T {
  const memory = "/dev/shm";
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "vitrine-calls-"));
  try {
    const inner = join(folder, "in");
    mkdirSync(inner);
    return use(inner);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const natively = (program: string, args: readonly string[]): string =>
  inFolder((folder) => run(program, [folder, ...args], 0));

function read(text: string): Outcomes {
  const lines = text.replaceAll("\r", "").trimEnd().split("\n");
  const failed = lines.find((line) => line.startsWith("failed: "));
  if (failed !== undefined) throw new Error(`the program of calls ${failed}`);
  if (!lines.includes("end"))
    throw new Error(`the program of calls stopped behind ${lines.at(-1)?.slice(0, 60)}`);
  return new Map(
    lines
      .filter((line) => /^\w+( [0-9a-z:]+)+$/.test(line))
      .map((line) => line.split(" "))
      .map(([name = "", ...outcomes]) => [name, outcomes]),
  );
}
const vitrine = (...args: readonly string[]): string => run(process.execPath, [builtProgram(), ...args], 0);

/** What the unikernel says. Throws Error with one line where it ends otherwise than the program. */
export function onUnikernel(program: string, plan: Plan): Outcomes {
  const folder = inFolder(guestFolder);
  return read(
    vitrine("run", "--kernel", builtKernel("main.ts"), "--cwd", "/", program, folder, ...words(plan)),
  );
}
/** What Linux says. Throws Error with one line where Debian's kernel is not here. */
export function onLinux(reference: Reference, program: string, plan: Plan, folder: string): Outcomes {
  if (reference === "native") return read(natively(program, words(plan)));
  const kernel = findKernel("cloud");
  if (kernel === undefined) throw new Error("Debian's kernel is not here: .ci/run unpacks it");
  const initramfs = initramfsWith(program, folder);
  // What stands behind -- is the first process's.
  const append = `console=ttyS0 quiet cryptomgr.notests -- ${[inFolder(guestFolder), ...words(plan)].join(" ")}`;
  return read(vitrine("boot", kernel.image, "--initrd", initramfs, "--append", append));
}
/** The arguments of calls, as text. */
export function describeCalls(
  program: string,
  plan: Plan,
  call: string,
  indexes: readonly number[],
): string[] {
  const args = [...words({ ...plan, call }), ...indexes.map(String)];
  return natively(program, args).split("\n").slice(0, indexes.length);
}
