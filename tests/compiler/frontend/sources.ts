/** Programs in the dialect for tests of the front end: given as text, or read from the repository. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../../src/compiler/diagnostics/diagnostic.ts";
import { formatDiagnostics } from "../../../src/compiler/diagnostics/format.ts";
import { type CheckResult, checkProgram, type SourceHost } from "../../../src/compiler/frontend/check.ts";
import type { FunctionTree, GlobalTree, ProgramTree } from "../../../src/compiler/tree.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const known = new Map<string, string | undefined>();

function readRepository(name: string): string | undefined {
  if (!known.has(name)) {
    try {
      known.set(name, readFileSync(`${root}${name}`, "utf8"));
    } catch {
      known.set(name, undefined);
    }
  }
  return known.get(name);
}

/** Files of the repository, with these in front. */
export const hostOf = (files: Readonly<Record<string, string>>): SourceHost => ({
  readFile: (name) => files[name] ?? readRepository(name),
});

export const check = (
  files: Readonly<Record<string, string>>,
  entry = "main.ts",
  debug = true,
): CheckResult => checkProgram(entry, hostOf(files), { debug });

/** The tree of a program without errors. */
export function treeOf(text: string, files: Readonly<Record<string, string>> = {}): ProgramTree {
  const host = hostOf({ ...files, "main.ts": text });
  const result = checkProgram("main.ts", host, { debug: true });
  if (result.diagnostics !== undefined) throw new Error(formatDiagnostics(result.diagnostics, host.readFile));
  return result.tree;
}

export function functionOf(tree: ProgramTree, symbol: string): FunctionTree {
  const found = tree.functions.find((f) => f.symbol === symbol);
  if (found === undefined)
    throw new Error(`no ${symbol} among ${tree.functions.map((f) => f.symbol).join(" ")}`);
  return found;
}
export function globalOf(tree: ProgramTree, symbol: string): GlobalTree {
  const found = tree.globals.find((g) => g.symbol === symbol);
  if (found === undefined)
    throw new Error(`no ${symbol} among ${tree.globals.map((g) => g.symbol).join(" ")}`);
  return found;
}

/** "VT2001@3": codes with their lines. */
export const codesOf = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map((d) => `${d.code}@${d.place?.line ?? 0}`);
export const errorsOf = (text: string, files: Readonly<Record<string, string>> = {}): string[] =>
  codesOf(check({ ...files, "main.ts": text }).diagnostics ?? []);
