/**
 * Makes the benchmark's executables: the program by one of the compilers, with harness.c around it. gcc gets no -march and the code
 * model that the dialect has (addresses below 2 GiB), and links all of them.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, relocatableOf } from "../../compiler/compile.ts";
import { formatDiagnostics } from "../../compiler/diagnostics/format.ts";

/** Who compiles. The first is what is measured, the others are what it is compared with. */
export const COMPILERS = ["vitrine", "gcc -O1", "gcc -O2"] as const;
export type CompilerName = (typeof COMPILERS)[number];

const root = fileURLToPath(new URL("../../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const STATIC = ["-fno-pie", "-no-pie"];

function readFile(name: string): string | undefined {
  try {
    return readFileSync(join(root, name), "utf8");
  } catch {
    return undefined;
  }
}

/** Whether there is a gcc to compare with. */
export const hasGcc = (): boolean => spawnSync("gcc", ["--version"], { stdio: "ignore" }).status === 0;

/** What `gcc --version` says first. */
export const gccVersion = (): string =>
  spawnSync("gcc", ["--version"], { encoding: "utf8" }).stdout.split("\n")[0] ?? "gcc";

function gcc(...args: string[]): void {
  const { status, stderr, error } = spawnSync("gcc", args, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`gcc ${args.join(" ")}: ${stderr.trim()}`);
}

/** Compiles a program of the dialect for release to a relocatable object. Throws with its diagnostics. */
function object(name: string): Uint8Array {
  const entry = `src/bench/compiler/programs/${name}.ts`;
  const compiled = compile({ entry, readFile, target: "linux", debug: false });
  const made = "diagnostics" in compiled ? compiled : relocatableOf(compiled);
  if ("diagnostics" in made) throw new Error(formatDiagnostics(made.diagnostics, readFile));
  return made.content;
}

/** Builds a program into a folder and gives the executable's path: `PATH ROUNDS REPETITIONS` runs it (harness.c). */
export function build(name: string, by: CompilerName, folder: string): string {
  const out = join(folder, `${name}.${by.replaceAll(" ", "")}`);
  const made = `${out}.o`;
  if (by === "vitrine") writeFileSync(made, object(name));
  else gcc(by.slice("gcc ".length), ...STATIC, "-c", join(here, "programs", `${name}.c`), "-o", made);
  gcc("-O2", ...STATIC, join(here, "harness.c"), made, "-lm", "-o", out);
  return out;
}
