/* Programs for debuggers, and gdb on them without a terminal. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { compile, programOf } from "../../src/compiler/compile.ts";
import { formatDiagnostics } from "../../src/compiler/diagnostics/format.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Built {
  /** Where the program goes. */
  readonly folder: string;
  readonly name: string;
  /** A file of the repository, or of `sources`. */
  readonly entry: string;
  readonly sources?: Readonly<Record<string, string>>;
  readonly target?: "linux" | "kernel";
  readonly debug?: boolean;
}

/** Compiles and links; gives the program's path. Sources are written beside it, where gdb finds them. */
export function build({ folder, name, entry, sources = {}, target = "linux", debug = true }: Built): string {
  const readFile = (file: string): string | undefined => {
    const own = sources[file];
    if (own !== undefined) return own;
    try {
      return readFileSync(join(root, file), "utf8");
    } catch {
      return undefined;
    }
  };
  for (const [file, text] of Object.entries(sources)) writeFileSync(join(folder, file), text);
  const compiled = compile({ entry, readFile, target, debug });
  const made = "diagnostics" in compiled ? compiled : programOf([compiled], { target });
  if ("diagnostics" in made) throw new Error(formatDiagnostics(made.diagnostics, readFile));
  const path = join(folder, name);
  writeFileSync(path, made.content, { mode: 0o755 });
  return path;
}

/** What gdb prints. It must complain of nothing. */
export function gdb(program: string, file: string, commands: readonly string[], cwd: string): string {
  const args = ["-batch", "-nx", ...["set width 0", ...commands].flatMap((c) => ["-ex", c]), file];
  const { stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    cwd,
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  const complaints = stderr
    .split("\n")
    .filter((l) => l !== "" && !/disabling address space|personality|Remote connection closed/.test(l));
  expect(complaints, stdout).toEqual([]);
  return stdout;
}
