/*
 * `npm run programs [-- [--seconds N] [--only WORD]…]`: each program of list.ts, natively and on the unikernel, with the same files, input and environment; the table
 * is docs/programs.md. With `--only` those whose line contains one of the words, and no table is written. After N seconds of the host (default 1800) a
 * program is given up. What fails is shown and told, and the others go on.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeFiles } from "./files.ts";
import { INVOCATIONS, type Invocation } from "./list.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vitrine = process.env.VITRINE_PROGRAM ?? join(root, "dist/cli/main.js");
const MOST_OUTPUT = 1 << 28;
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "1800" },
    only: { type: "string", multiple: true, default: [] },
  },
});
/** Of the host, for one program. */
const MOST_SECONDS = Number(values.seconds);
const ENVIRONMENT = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/", LANG: "C.UTF-8", TZ: "UTC" };

interface Ended {
  readonly status: number | null;
  readonly output: Buffer;
  readonly errors: string;
  readonly seconds: number;
}
interface Row {
  readonly invocation: Invocation;
  readonly native: Ended;
  readonly guest: Ended;
  readonly virtualSeconds: number | undefined;
}

function run(program: string, args: readonly string[], cwd: string, input: string | Buffer): Ended {
  const start = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd,
    input,
    env: ENVIRONMENT,
    maxBuffer: MOST_OUTPUT,
    timeout: (MOST_SECONDS + 10) * 1000,
    killSignal: "SIGKILL",
  });
  const seconds = (performance.now() - start) / 1000;
  return {
    status: signal === null ? status : null,
    output: stdout ?? Buffer.alloc(0),
    errors: String(stderr ?? ""),
    seconds,
  };
}
/** The program's path on the host; undefined: it is not installed. */
function find(program: string): string | undefined {
  const candidates = program.startsWith("node_modules/")
    ? [join(root, program)]
    : program.startsWith("/")
      ? [program]
      : ENVIRONMENT.PATH.split(":").map((folder) => join(folder, program));
  return candidates.find((path) => existsSync(path));
}

function compare(invocation: Invocation, path: string, folder: string): Row {
  const { args, inputFile, memory = "512M", cpus = 1 } = invocation;
  const input = inputFile === undefined ? (invocation.input ?? "") : readFileSync(join(folder, inputFile));
  const native = run(path, args, folder, input);
  const options = ["--stats", "--memory", memory, "--cpus", `${cpus}`, "--max-seconds", `${MOST_SECONDS}`];
  const environment = Object.entries(ENVIRONMENT).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const guest = run(
    process.execPath,
    [vitrine, "run", ...options, ...environment, path, ...args],
    folder,
    input,
  );
  const last = guest.errors.trimEnd().split("\n").at(-1) ?? "";
  const statistics = last.startsWith("{") ? (JSON.parse(last) as { virtualSeconds?: number }) : {};
  const errors = guest.errors.slice(0, guest.errors.lastIndexOf(last));
  return { invocation, native, guest: { ...guest, errors }, virtualSeconds: statistics.virtualSeconds };
}

const sameOutput = ({ native, guest }: Row): boolean =>
  native.output.equals(guest.output) && native.errors === guest.errors;
const sameStatus = ({ native, guest }: Row): boolean => native.status === guest.status;
const givenUp = ({ guest }: Row): boolean => guest.errors.includes("stopped by --max-seconds");
const good = (row: Row): boolean => sameOutput(row) && sameStatus(row);

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

${rows.filter(good).length} of ${rows.length} give the same output and status.${absent === "" ? "" : ` Not installed here: ${absent}.`}

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
      const row = compare(invocation, path, folder);
      rows.push(row);
      console.log(`${good(row) ? "same" : "DIFF"} ${command} (${inSeconds(row.guest.seconds)})`);
      if (!good(row))
        console.log(
          `     status ${row.guest.status}, not ${row.native.status}\n${row.guest.errors.slice(0, 600)}`,
        );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (words.length === 0) writeFileSync(join(root, "docs/programs.md"), table(rows, missing));
  return rows.every(good) ? 0 : 1;
}
process.exitCode = main(values.only);
