/*
 * Writes docs/isa.md from the instruction table, docs/syscalls.md from the kernel's, and the list of docs/libc.md from the libc's sources. The tests hold these files against what they would be.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { document, type Family } from "../src/isa/readings/document.ts";
import type { Row } from "../src/isa/row.ts";
import { TABLE } from "../src/isa/table.ts";
import { LIBC_PAGE, libcPage } from "./libc.ts";
import { SYSTEM_CALLS_PAGE, systemCallsPage } from "./syscalls.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "src/isa/families");

/** Where the page is. */
export const ISA_PAGE = join(root, "docs/isa.md");

/** The opening comment's first sentence, without the manual's section. */
function titleOf(source: string): string {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "";
  const text = comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
  const sentence = /^.*?\)\.(?= |$)|^.*?\.(?= [A-Z]|$)/.exec(text)?.[0] ?? text;
  return sentence;
}

/** The families in the table's order, each with the file its rows come from. */
async function families(): Promise<Family[]> {
  const found: Family[] = [];
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".ts")) continue;
    const path = join(folder, file);
    const module: Record<string, unknown> = await import(pathToFileURL(path).href);
    const exported = Object.values(module).flatMap((value): unknown[] => (Array.isArray(value) ? value : []));
    const rows = TABLE.filter((row: Row) => exported.includes(row));
    if (rows.length > 0) found.push({ file, title: titleOf(readFileSync(path, "utf8")), rows });
  }
  return found.sort((a, b) => TABLE.indexOf(a.rows[0]!) - TABLE.indexOf(b.rows[0]!));
}

/** The text of docs/isa.md as the table now has it. */
export async function isaPage(): Promise<string> {
  return document(await families(), TABLE);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(ISA_PAGE, await isaPage());
  writeFileSync(SYSTEM_CALLS_PAGE, systemCallsPage());
  writeFileSync(LIBC_PAGE, libcPage());
}
