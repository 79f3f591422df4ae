/*
 * `npm run programs [-- [--seconds N] [--only WORD]…]`: each program of list.ts, natively and on the unikernel, with the same files, input and environment; the table
 * is docs/programs.md. With `--only` those whose line contains one of the words, and no table is written. After N seconds of the host (default 1800) a
 * program is given up. What fails is shown and told, and the others go on.
 */
import { existsSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  compare,
  find,
  givenUp,
  isSame,
  type Row,
  root,
  sameOutput,
  sameStatus,
  vitrine,
} from "./compare.ts";
import { makeFiles } from "./files.ts";
import { INVOCATIONS, type Invocation } from "./list.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "1800" },
    only: { type: "string", multiple: true, default: [] },
  },
});
/** Of the host, for one program. */
const MOST_SECONDS = Number(values.seconds);
/** As one line, so short that a table can have it. */
function commandOf({ program, args }: Invocation): string {
  const words = [program.split("/").at(-1) ?? program, ...args].map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/\s+/g, " ")}'`,
  );
  const line = words.join(" ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
const inSeconds = (value: number | undefined): string =>
  value === undefined ? "–" : value < 0.1 ? `${(value * 1000).toFixed(2)} ms` : `${value.toFixed(2)} s`;

function table(rows: readonly Row[], missing: readonly Invocation[]): string {
  const lines = rows.map((row) => {
    const { invocation, native, guest, virtualSeconds } = row;
    const output = sameOutput(row) ? `${guest.output.length} bytes, same` : "**differs**";
    const status = givenUp(row)
      ? `**given up after ${MOST_SECONDS} s**`
      : sameStatus(row)
        ? `${guest.status}, same`
        : `**${guest.status}, not ${native.status}**`;
    const cells = [
      invocation.from,
      `\`${commandOf(invocation).replaceAll("|", "\\|")}\``,
      output,
      status,
      inSeconds(native.seconds),
      inSeconds(guest.seconds),
      inSeconds(virtualSeconds),
      `${invocation.memory ?? "512M"}${invocation.cpus === undefined ? "" : `, ${invocation.cpus} cpu${invocation.cpus === 1 ? "" : "s"}`}`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const absent = missing.map((i) => `${i.from} (${commandOf(i)})`).join(", ");
  return `# Programs that nobody here wrote

\`npm run programs\` has made this page: each program natively and by \`vitrine run\`, with the same files, input and environment. Standard output and errors
are compared byte by byte. Host time is of whole processes, start-up included, and depends on what else the host does; virtual time is the machine's own, from
power-on to the program's end, and the same in every run. Memory is the machine's RAM.

${rows.filter(isSame).length} of ${rows.length} give the same output and status.${absent === "" ? "" : ` Not installed here: ${absent}.`}

| from | command | output | status | native | unikernel | virtual time | memory |
|---|---|---|---|--:|--:|--:|---|
${lines.join("\n")}
`;
}

function main(words: readonly string[]): number {
  if (!existsSync(vitrine)) {
    console.error(`${vitrine} is missing: npm run build makes it`);
    return 2;
  }
  const folder = realpathSync(makeFiles(root));
  const rows: Row[] = [];
  const missing: Invocation[] = [];
  try {
    for (const invocation of INVOCATIONS) {
      const command = commandOf(invocation);
      if (words.length > 0 && !words.some((word) => command.includes(word))) continue;
      const path = find(invocation.program);
      if (path === undefined) {
        missing.push(invocation);
        console.log(`–    ${command}: not installed`);
        continue;
      }
      const row = compare(invocation, path, folder, MOST_SECONDS);
      rows.push(row);
      console.log(`${isSame(row) ? "same" : "DIFF"} ${command} (${inSeconds(row.guest.seconds)})`);
      if (!isSame(row))
        console.log(
          `     status ${row.guest.status}, not ${row.native.status}\n${row.guest.errors.slice(0, 600)}`,
        );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (words.length === 0) writeFileSync(join(root, "docs/programs.md"), table(rows, missing));
  return rows.every(isSame) ? 0 : 1;
}
process.exitCode = main(values.only);
