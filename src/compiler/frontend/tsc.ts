/** tsc's own errors in the compiler's form, with tsc's codes (TS2345). Where we say something about a line too, ours is exact and tsc's is left out. */
import ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { placeIn } from "./place.ts";

/** What to do about them in the dialect. */
const HINTS: ReadonlyMap<number, string> = new Map([
  ...[2739, 2740, 2741].map((code): [number, string] => [
    code,
    "init({ … }) leaves out fields, which are zero then, and methods",
  ]),
  ...[2531, 2533, 18047].map((code): [number, string] => [code, "compare it with null first"]),
  [2454, "give it a value: zeroed(), or let x!: T for zeros"],
  [2355, "of a naked function: return asm<T>`…`"],
  [2304, "kernel.d.ts and what is imported is all there is"],
  [2693, "constant<N>() is the number that N stands for"],
]);

export function fromTsc(found: ts.Diagnostic): Diagnostic {
  return {
    code: `TS${found.code}`,
    place: found.file === undefined ? undefined : placeIn(found.file, found.start ?? 0, found.length ?? 1),
    message: ts.flattenDiagnosticMessageText(found.messageText, "\n"),
    hint: HINTS.get(found.code),
  };
}

/** tsc's words for what modules.ts says better: modules that are not found. */
const OURS = new Set([2307, 2306, 6053, 5097, 2691, 1192, 7016, 2792]);

const errors = (found: readonly ts.Diagnostic[]): Diagnostic[] =>
  found.filter((d) => d.category === ts.DiagnosticCategory.Error && !OURS.has(d.code)).map(fromTsc);

/** With one of these a file is no program to look at. */
export const syntaxErrors = (program: ts.Program, files: readonly ts.SourceFile[]): Diagnostic[] =>
  files.flatMap((file) => errors(program.getSyntacticDiagnostics(file)));

export const typeErrors = (program: ts.Program, files: readonly ts.SourceFile[]): Diagnostic[] =>
  files.flatMap((file) => errors(program.getSemanticDiagnostics(file)));

/** Both, without tsc's on lines where ours are, in the order of files and lines. */
export function merged(
  ours: readonly Diagnostic[],
  tsc: readonly Diagnostic[],
  files: readonly string[],
): Diagnostic[] {
  const lineOf = (d: Diagnostic): string => `${d.place?.file}:${d.place?.line}`;
  const said = new Set(ours.map(lineOf));
  // Without a place it is what tsc misses in kernel.d.ts for something that we refuse.
  if (ours.length > 0) said.add(lineOf({ code: "", place: undefined, message: "", hint: undefined }));
  const order = (d: Diagnostic): number => (d.place === undefined ? -1 : files.indexOf(d.place.file));
  return [...ours, ...tsc.filter((d) => !said.has(lineOf(d)))].sort(
    (a, b) => order(a) - order(b) || (a.place?.offset ?? 0) - (b.place?.offset ?? 0),
  );
}
