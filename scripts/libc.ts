/*
 * The list of docs/libc.md: what the kernel's libc exports, by its files, from the tags in kernel/libc. The rest of the page is written by hand, above the list.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "kernel/libc");
/** Where the page is. */
export const LIBC_PAGE = join(root, "docs/libc.md");
const HEADING = "## What it exports\n";
const EXPORT = /\/\*\*(?:(?!\*\/)[\s\S])*@export(?:(?!\*\/)[\s\S])*\*\/\s*export (?:function|let) (\w+)/g;

/** Names by file, in the order of files and names. */
function exported(): [string, string[]][] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.toSorted().flatMap((file): [string, string[]][] => {
    const source = readFileSync(join(folder, file), "utf8");
    const names = Array.from(source.matchAll(EXPORT), ([, name]) => name ?? "").toSorted();
    return names.length === 0 ? [] : [[file, names]];
  });
}

/** The whole page, with the list as it is now. */
export function libcPage(): string {
  const page = readFileSync(LIBC_PAGE, "utf8");
  const files = exported();
  const count = files.reduce((sum, [, names]) => sum + names.length, 0);
  const rows = files.map(
    ([file, names]) => `| \`${file}\` | ${names.length} | ${names.map((n) => `\`${n}\``).join(" ")} |`,
  );
  const head = `${count} functions and variables, with other names for the same ones. Made by \`npm run docs\`.\n\n| file of kernel/libc | | |\n|---|--:|---|\n`;
  return `${page.slice(0, page.indexOf(HEADING))}${HEADING}\n${head}${rows.join("\n")}\n`;
}
