/**
 * Diagnostics as a person reads them:
 *
 *     boot.ts:3:11: error VT2001: a u8 cannot be used as a u32
 *       const x: u32 = small;
 *                      ^^^^^
 *       hint: convert it: u32(…)
 *
 * Tabs of the source line are kept in the caret line so that both line up. No colours: that is the terminal's caller.
 */
import type { Diagnostic } from "./diagnostic.ts";

/** @param textOf The text of a file, for the source line; undefined leaves it out. */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  textOf: (file: string) => string | undefined,
): string {
  const { code, place, message, hint } = diagnostic;
  const [first, ...more] = message.split("\n");
  const lines = [`error ${code}: ${first}`, ...more.map((line) => `  ${line}`)];
  if (place !== undefined) {
    lines[0] = `${place.file}:${place.line}:${place.column}: ${lines[0]}`;
    const source = textOf(place.file)?.split(/\r?\n/)[place.line - 1];
    if (source !== undefined) {
      const before = source.slice(0, place.column - 1).replace(/[^\t]/g, " ");
      const width = Math.max(1, Math.min(place.length, source.length - place.column + 1));
      lines.push(`  ${source}`, `  ${before}${"^".repeat(width)}`);
    }
  }
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines.join("\n");
}

/** All of them, with an empty line between. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  textOf: (file: string) => string | undefined,
): string {
  return diagnostics.map((d) => formatDiagnostic(d, textOf)).join("\n\n");
}
