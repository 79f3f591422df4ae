/** tsc's own errors in the compiler's form, with tsc's codes (TS2345). Where we say something about a line too, ours is exact and tsc's is left out. */
import ts from "typescript";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { placeIn } from "./place.ts";

export function fromTsc(found: ts.Diagnostic): Diagnostic {
  return {
    code: `TS${found.code}`,
    place: found.file === undefined ? undefined : placeIn(found.file, found.start ?? 0, found.length ?? 1),
    message: ts.flattenDiagnosticMessageText(found.messageText, "\n"),
    hint: undefined,
  };
}

/** tsc's words for what modules.ts says better: modules that are not found. */
const OURS = new Set([2307, 2306, 6053, 5097, 2691, 1192, 7016, 2792]);

export function tscErrors(
  program: ts.Program,
  files: readonly ts.SourceFile[],
  library: ts.SourceFile,
): Diagnostic[] {
  const errors = [library, ...files].flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return errors.filter((d) => d.category === ts.DiagnosticCategory.Error && !OURS.has(d.code)).map(fromTsc);
}

/** Both, without tsc's on lines where ours are, in the order of files and lines. */
export function merged(
  ours: readonly Diagnostic[],
  tsc: readonly Diagnostic[],
  files: readonly string[],
): Diagnostic[] {
  const lineOf = (d: Diagnostic): string => `${d.place?.file}:${d.place?.line}`;
  const said = new Set(ours.map(lineOf));
  const order = (d: Diagnostic): number => (d.place === undefined ? -1 : files.indexOf(d.place.file));
  return [...ours, ...tsc.filter((d) => !said.has(lineOf(d)))].sort(
    (a, b) => order(a) - order(b) || (a.place?.offset ?? 0) - (b.place?.offset ?? 0),
  );
}
