/**
 * What test files share and would else build each for itself: the program `vitrine` of the source as it is, and images of kernel/. They lie in
 * node_modules/.cache/vitrine-tests under a hash of all that they are made of, so that nothing of another state of the source is ever
 * used; those used last are kept. Who wants what another process is making waits for it.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../scripts/linux/build.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cache = join(root, "node_modules/.cache/vitrine-tests");
/** Entries that are kept: a few states of the source. */
const KEPT = 40;

/** Of words, and of names and contents of files in `base`, or of all that lie below folders there. */
function hashOf(base: string, paths: readonly string[], ...words: readonly string[]): string {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const path of paths) {
    const isFolder = statSync(join(base, path)).isDirectory();
    const files = isFolder
      ? readdirSync(join(base, path), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
      : [join(base, path)];
    for (const file of files)
      hash
        .update(`${relative(base, file)}\0`)
        .update(readFileSync(file))
        .update("\0");
  }
  return hash.digest("hex").slice(0, 24);
}
/** The cache's entry of this name, which `make` makes if it is not there: it gives the path of what is to become it. */
function entry(name: () => string, make: () => string): string {
  const wanted = name();
  const path = join(cache, wanted);
  if (existsSync(path)) {
    const now = new Date();
    utimesSync(path, now, now);
    return path;
  }
  mkdirSync(cache, { recursive: true });
  if (!beginMaking(path)) return entry(name, make);
  try {
    return keep(wanted, name, make());
  } finally {
    rmSync(lockOf(path), { force: true });
  }
}
const lockOf = (path: string): string => `${path}.making`;
/** True: it is ours to make, and nobody else does. False: another process has been at it, and is over. */
function beginMaking(path: string): boolean {
  const lock = lockOf(path);
  try {
    writeFileSync(lock, `${process.pid}`, { flag: "wx" });
    return true;
  } catch {
    while (isMaking(lock)) Atomics.wait(patience, 0, 0, 50);
    return false;
  }
}
const patience = new Int32Array(new SharedArrayBuffer(4));
/** Whether the lock is there and its process lives; that of one which was killed goes. */
function isMaking(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    // Between making the file and writing it.
    if (pid !== 0) process.kill(pid, 0);
    return true;
  } catch {
    rmSync(lock, { force: true });
    return false;
  }
}
/** What has been made becomes the entry, unless the source has changed meanwhile. */
function keep(wanted: string, name: () => string, made: string): string {
  const path = join(cache, wanted);
  if (name() !== wanted) {
    // The source has changed meanwhile, and nobody knows which of it this is made of.
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    return made;
  }
  try {
    renameSync(made, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
    rmSync(made, { recursive: true, force: true });
  }
  forgetOld();
  return path;
}
function forgetOld(): void {
  const entries = readdirSync(cache)
    .filter((name) => !name.endsWith(".making"))
    .map((name) => join(cache, name))
    .map((path) => ({ path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.used - a.used);
  for (const { path } of entries.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}

const PROGRAM = ["src", "scripts/linux/build.ts", "package-lock.json"];
const programName = (): string => `program-${hashOf(root, PROGRAM, process.version)}`;
let program: string | undefined;
/** The path of the program's main file, for Node. */
export function builtProgram(): string {
  program ??= entry(programName, () => join(buildProgram().main, "../.."));
  return join(program, "cli/main.js");
}

/** The path of an image of `file`, a file of kernel/, compiled as dist/ has its own. `options`: of vitrine build. Throws what the compiler says. */
export function builtKernel(file: string, ...options: readonly string[]): string {
  return builtFrom(join(root, "kernel"), file, ...options);
}
/** The same of another folder that is like kernel/. */
export function builtFrom(folder: string, file: string, ...options: readonly string[]): string {
  const compiler = builtProgram();
  const name = (): string => `${hashOf(folder, ["."], compiler, file, ...options)}.elf`;
  return entry(name, () => {
    const made = mkdtempSync(join(cache, "image-"));
    const image = join(made, "image.elf");
    const args = ["build", join(folder, file), "--target", "kernel", "--base", "1M", "-o", image, ...options];
    const { status, stderr } = spawnSync(process.execPath, [compiler, ...args], { encoding: "utf8" });
    if (status === 0) renameSync(image, `${made}.elf`);
    rmSync(made, { recursive: true });
    if (status !== 0) throw new Error(stderr);
    return `${made}.elf`;
  });
}
