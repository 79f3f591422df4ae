/* Where `vitrine build` gets its sources: the user's from their files, kernel.d.ts from where Vitrine is installed. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A source's text; undefined if it cannot be read. */
export function textOf(name: string): string | undefined {
  try {
    return readFileSync(name, "utf8");
  } catch {
    return undefined;
  }
}

/** How the compiler calls kernel.d.ts, wherever it is installed. */
export const LIBRARY = "kernel.d.ts";
/** What the compiler reads. */
export const sourceText = (name: string): string | undefined =>
  name === LIBRARY ? libraryText() : textOf(name);
/** The folder with kernel/lib: above this file, in the sources as in what is built of them. */
export function libraryText(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      return readFileSync(join(folder, "kernel/lib", LIBRARY), "utf8");
    } catch (error) {
      const above = dirname(folder);
      if (above === folder) throw error;
      folder = above;
    }
  }
}
