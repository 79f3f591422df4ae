/* What comparisons with Linux have in common: programs of the host that are run, and a C program as the first process of an initramfs. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archive, type Entry } from "../../src/program/archive.ts";

const MOST_OUTPUT = 64 * 2 ** 20;

/** Standard output. Throws Error with one line unless the program ends with the status. */
export function run(program: string, args: readonly string[], expected: number): string {
  const options = { encoding: "latin1", input: "", maxBuffer: MOST_OUTPUT } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (error) throw error;
  if (status === expected) return stdout;
  throw new Error(`${[program, ...args].join(" ")} ended with ${status}: ${stderr.trim().split("\n")[0]}`);
}
/** An initramfs in the folder with a C program, static, as its init: the path. */
export function makeInitramfs(gcc: string, source: string, folder: string): string {
  const program = join(folder, "program");
  run(gcc, ["-O2", "-Wall", "-static", "-pthread", "-o", program, source], 0);
  return initramfsWith(program, folder);
}
/** An initramfs in the folder with a program, static, as its init: the path. */
export function initramfsWith(program: string, folder: string): string {
  const entries = new Map<string, Entry>([
    ["dev", { kind: "folder" }],
    ["dev/console", { kind: "character-device", major: 5, minor: 1 }],
    ["init", { kind: "file", bytes: readFileSync(program), executable: true }],
  ]);
  const path = join(folder, "initramfs");
  writeFileSync(path, archive(entries));
  return path;
}
