/*
 * docs/syscalls.md from the kernel's own table, kernel/syscall/table.ts: which of Linux's system calls are served, and what of them is missing. The table
 * is in the dialect, so that it is read as text that TypeScript parses.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export interface SystemCall {
  readonly number: number;
  readonly name: string;
  readonly served: boolean;
  readonly lacks: string | undefined;
}

const place = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** Where the page is. */
export const SYSTEM_CALLS_PAGE = place("docs/syscalls.md");

/** All rows that have a name. Throws Error if the table is not where it was. */
export function systemCalls(): SystemCall[] {
  const source = ts.createSourceFile(
    "table.ts",
    readFileSync(place("kernel/syscall/table.ts"), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const rows = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((s) => [...s.declarationList.declarations])
    .find((d) => d.name.getText() === "rows")?.initializer;
  if (rows === undefined || !ts.isArrayLiteralExpression(rows))
    throw new Error("kernel/syscall/table.ts has no rows");
  return rows.elements.flatMap((element, number) => {
    const [fields] = ts.isCallExpression(element) ? element.arguments : [];
    if (fields === undefined || !ts.isObjectLiteralExpression(fields))
      throw new Error(`row ${number} is no init({ … })`);
    const field = (name: string): ts.Expression | undefined =>
      fields.properties.filter(ts.isPropertyAssignment).find((p) => p.name.getText() === name)?.initializer;
    const text = (name: string): string | undefined => {
      const value = field(name);
      return value && ts.isStringLiteral(value) ? value.text : undefined;
    };
    const name = text("name");
    return name === undefined
      ? []
      : [{ number, name, served: field("serve") !== undefined, lacks: text("lacks") }];
  });
}

/** The whole page. */
export function systemCallsPage(): string {
  const calls = systemCalls();
  const served = calls.filter((c) => c.served);
  const partial = served.filter((c) => c.lacks !== undefined);
  const state = ({ served, lacks }: SystemCall): string =>
    served ? (lacks === undefined ? "real" : `partial: ${lacks}`) : "ENOSYS";
  return [
    "# System calls",
    "",
    "What the unikernel makes of each of Linux's system calls on x86-64. Made from `kernel/syscall/table.ts` by `npm run docs`.",
    "",
    `${served.length} of ${calls.length} are served, ${partial.length} of these in part. The rest, and numbers that Linux does not have, give ENOSYS; \`vitrine run --strace\` shows`,
    "each call with its arguments and result.",
    "",
    "| number | name | |",
    "|--:|---|---|",
    ...calls.map((call) => `| ${call.number} | ${call.name} | ${state(call)} |`),
    "",
  ].join("\n");
}
