/*
 * `npx tsx scripts/libc/programs.ts [WORD]`: programs of Debian that are linked dynamically, natively and with the kernel as their libc, with the same files, input and environment. The
 * table goes into docs/libc.md; with a WORD only invocations that contain it are run, and no table is written. What is said on standard error and does not fit is shown.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LIBC_PAGE } from "../libc.ts";
import { makeFiles } from "../programs/files.ts";
import { INVOCATIONS, type Invocation } from "../programs/list.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vitrine = process.env.VITRINE_PROGRAM ?? join(root, "dist/cli/main.js");
const HEADING = "## Programs of Debian with it\n";
const NEXT = "## `--malloc kernel`";
const SECONDS = 300;
const PLACES = ["/usr/local/bin", "/usr/bin", "/bin"];
const ENVIRONMENT = { PATH: PLACES.join(":"), HOME: "/", LANG: "C.UTF-8", TZ: "UTC" };

const more = (from: string, program: string, ...args: readonly string[]): Invocation => ({
  from,
  program,
  args,
});
const MORE: readonly Invocation[] = [
  more("coreutils", "ls", "-l", "tree", "nothere"),
  more("coreutils", "date", "-u", "-d", "@86400", "+%F %T %A"),
  more("coreutils", "seq", "-w", "1", "0.25", "4"),
  more("coreutils", "tr", "a-z", "A-Z"),
  more("coreutils", "head", "-c", "1000", "data"),
  more("coreutils", "tail", "-n", "5", "text"),
  more("coreutils", "sha512sum", "text", "data"),
  more("coreutils", "stat", "-c", "%n %s %a %U", "text", "tree"),
  more("coreutils", "du", "-b", "tree/one", "text"),
  more("coreutils", "printf", "%s %d %x %.3e\\n", "text", "42", "255", "3.14159"),
  more("coreutils", "numfmt", "--to=iec", "123456789", "1024"),
  more("coreutils", "uniq", "-c", "text"),
  more("grep", "grep", "-E", "-o", "^[a-z]+[0-9]*", "text"),
  more("grep", "grep", "-c", "-i", "MOV", "text"),
  more("sed", "sed", "-n", "/mov/{s/a/b/2;p}", "text"),
  more("findutils", "find", "tree", "-name", "t*", "-type", "f"),
  more("diffutils", "diff", "-u", "tree/one", "tree/inner/two"),
  more("diffutils", "cmp", "text", "data"),
  more("gawk", "gawk", '{ gsub(/[aeiou]/, "<&>"); n += length($0) } END { print n, toupper($0) }', "text"),
  more("zstd", "zstd", "-qc", "text"),
  more("less", "less", "-F", "tree/one"),
  { ...more("ed", "ed", "-s", "tree/one"), input: "1,$p\n/need/s/e/E/g\n,p\nQ\n" },
  {
    ...more("tcl", "tclsh"),
    input: "puts [expr {sqrt(2)}]\nputs [lsort {b c a}]\nputs [clock format 0 -gmt 1]\n",
  },
  more("make", "make", "--version"),
  more("git", "git", "hash-object", "text", "data"),
  more("nasm", "nasm", "-v"),
  more("xxd", "xxd", "-l", "64", "data"),
];

interface Ended {
  readonly status: number | null;
  readonly output: Buffer;
  readonly errors: string;
}
function run(program: string, args: readonly string[], cwd: string, input: string): Ended {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    input,
    env: ENVIRONMENT,
    maxBuffer: 1 << 28,
    timeout: (SECONDS + 10) * 1000,
    killSignal: "SIGKILL",
  });
  return { status, output: stdout ?? Buffer.alloc(0), errors: String(stderr ?? "") };
}
/** A program's path, if it is here and has an interpreter (PT_INTERP): others have their own libc. */
function find(program: string): string | undefined {
  const path = program.startsWith("/") ? program : PLACES.map((p) => join(p, program)).find(existsSync);
  if (path === undefined || !existsSync(path)) return undefined;
  const bytes = readFileSync(realpathSync(path));
  if (bytes.readUInt32LE(0) !== 0x464c457f) return undefined;
  const start = Number(bytes.readBigUInt64LE(32));
  const isInterpreted = Array.from({ length: bytes.readUInt16LE(56) }, (_, i) =>
    bytes.readUInt32LE(start + 56 * i),
  ).includes(3);
  return isInterpreted ? path : undefined;
}
function commandOf({ program, args }: Invocation): string {
  const words = [program, ...args].map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/\s+/g, " ")}'`,
  );
  const line = words.join(" ");
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

function main(word: string | undefined): number {
  const folder = realpathSync(makeFiles(root));
  const options = ["run", "--libc", "kernel", "--max-seconds", `${SECONDS}`];
  if (process.env.VITRINE_KERNEL !== undefined) options.push("--kernel", process.env.VITRINE_KERNEL);
  for (const [name, value] of Object.entries(ENVIRONMENT)) options.push("--env", `${name}=${value}`);
  const rows: string[] = [];
  let good = 0;
  try {
    for (const invocation of [...INVOCATIONS, ...MORE]) {
      const command = commandOf(invocation);
      if (invocation.program.startsWith("node_modules") || (word !== undefined && !command.includes(word)))
        continue;
      const path = find(invocation.program);
      if (path === undefined) continue;
      const { args, input = "hay and needle\n", cpus = 1 } = invocation;
      const native = run(path, args, folder, input);
      const ours = run(
        process.execPath,
        [vitrine, ...options, "--cpus", `${cpus}`, path, ...args],
        folder,
        input,
      );
      const same =
        native.output.equals(ours.output) && native.errors === ours.errors && native.status === ours.status;
      if (same) good++;
      const said = ours.errors.trim().split("\n")[0] ?? "";
      const told = native.status === ours.status ? "differs" : `status ${ours.status}, not ${native.status}`;
      console.log(`${same ? "same" : "DIFF"} ${command}${same ? "" : `: ${told}: ${said}`}`);
      const result = same
        ? `status ${ours.status}, ${ours.output.length} bytes, same`
        : `**${told}**: ${said}`;
      rows.push(`| ${invocation.from} | \`${command.replaceAll("|", "\\|")}\` | ${result} |`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${good} of ${rows.length}`);
  if (word !== undefined) return good === rows.length ? 0 : 1;
  const page = readFileSync(LIBC_PAGE, "utf8");
  const at = page.includes(HEADING) ? page.indexOf(HEADING) : page.indexOf(NEXT);
  const text = `${HEADING}
Made by \`npx tsx scripts/libc/programs.ts\`: output, errors and status natively and with the kernel as libc. ${good} of ${rows.length} are the same.

| from | command | |
|---|---|---|
${rows.join("\n")}

`;
  writeFileSync(LIBC_PAGE, page.slice(0, at) + text + page.slice(page.indexOf(NEXT)));
  return good === rows.length ? 0 : 1;
}
process.exitCode = main(process.argv[2]);
