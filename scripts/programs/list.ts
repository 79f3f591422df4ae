/** What `npm run programs` runs: programs that nobody here wrote, with what they are given. Files are those of the folder that files.ts makes. */

import { homedir } from "node:os";
import { join } from "node:path";

export interface Invocation {
  /** A name in PATH, or a path from the repository's root. */
  readonly program: string;
  /** $REPOSITORY is this repository, which the program then sees. */
  readonly args: readonly string[];
  /** Where it comes from: a package of Debian, or of npm. */
  readonly from: string;
  /** Standard input. */
  readonly input?: string;
  /** Standard input, as a file of the folder. */
  readonly inputFile?: string;
  /** RAM of the machine, as --memory has it. Default 512M. */
  readonly memory?: string;
  readonly cpus?: number;
}

const debian = (from: string, program: string, ...args: readonly string[]): Invocation => ({
  from,
  program,
  args,
});
const busybox = (...args: readonly string[]): Invocation => debian("busybox-static", "/bin/busybox", ...args);
const coreutils = (program: string, ...args: readonly string[]): Invocation =>
  debian("coreutils", program, ...args);

const ESBUILD = "node_modules/@esbuild/linux-x64/bin/esbuild";
const TSC = "node_modules/@typescript/typescript-linux-x64/lib/tsc";
const BIOME = "node_modules/@biomejs/cli-linux-x64/biome";
/** Static, with musl: .ci/run puts it there, as npm installs it on hosts with musl only. */
export const BIOME_MUSL = join(
  process.env.VITRINE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "vitrine"),
  "biome-musl/package/biome",
);

/** Processors of the machine, of programs that use several threads. */
const ON_ONE_AND_FOUR = [1, 4];

const SQL = `create table words(word text, count integer);
insert into words values ('one', 1), ('two', 2), ('three', 3);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) insert into words select 'n' || i, i * i % 97 from n;
select word, count from words order by count desc, word limit 5;
select count(*), sum(count), avg(count) from words;
`;
const LUA = `local t = {}
for i = 1, 20000 do t[i] = (i * 7919) % 10007 end
table.sort(t)
local s = 0
for i, v in ipairs(t) do s = (s + i * v) % 1000003 end
print(s, string.format("%.6f", math.sin(1)), #t, _VERSION)`;
const PYTHON = `import json, hashlib, collections
words = open("text").read().split()
most = collections.Counter(words).most_common(5)
print(json.dumps(most), hashlib.sha256(" ".join(words).encode()).hexdigest())`;
const PERL = `while (<>) { $n{$1}++ while /(\\w+)/g } print map { "$_ $n{$_}\\n" } (sort { $n{$b} <=> $n{$a} || $a cmp $b } keys %n)[0..4]`;

/** Sums by six threads, each of which is V8 again. */
const WORKERS = `const { Worker } = require("worker_threads");
const text = 'const { parentPort, workerData } = require("worker_threads"); let s = 0; for (let j = 0; j < 1e6; j++) s = (s + j * workerData) % 1000003; parentPort.postMessage(s)';
let sum = 0, left = 6;
for (let i = 0; i < 6; i++)
  new Worker(text, { eval: true, workerData: i }).on("message", (s) => { sum += s; if (--left === 0) console.log(sum); });`;

export const INVOCATIONS: readonly Invocation[] = [
  busybox("ls", "-l", "tree"),
  busybox("sha256sum", "text"),
  busybox("sort", "-r", "text"),
  busybox("grep", "-c", "mov", "text"),
  busybox("awk", "{ n += NF } END { print NR, n }", "text"),
  busybox("sed", "-n", "s/add/sum/gp", "text"),
  busybox("ash", "-c", "i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; echo $i; exit 3"),
  coreutils("ls", "-la", "tree"),
  coreutils("wc", "text"),
  coreutils("sort", "-k2", "text"),
  coreutils("md5sum", "text", "data"),
  coreutils("b2sum", "data"),
  coreutils("cut", "-d ", "-f1-3", "text"),
  coreutils("od", "-A", "x", "-t", "x1z", "-N", "256", "data"),
  coreutils("factor", "1234567890123456789", "99999999977"),
  coreutils("cat", "nothere"),
  debian("grep", "grep", "-n", "needle", "tree/one", "tree/inner/two"),
  debian("sed", "sed", "-E", "s/([a-z]+) ([a-z]+)/\\2 \\1/", "text"),
  debian("gzip", "gzip", "-9c", "-n", "text"),
  debian("bzip2", "bzip2", "-c", "text"),
  debian("xz-utils", "xz", "-c", "-T1", "text"),
  debian("tar", "tar", "-cf", "-", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "tree"),
  debian("mawk", "mawk", "{ n[$1]++ } END { for (i in n) if (n[i] > 40) print i, n[i] }", "text"),
  debian("gawk", "gawk", 'BEGIN { for (i = 0; i < 20000; i++) s += sqrt(i); printf "%.9f\\n", s }'),
  { ...debian("bc", "bc", "-lq"), input: "scale=60\n4*a(1)\n2^300\n" },
  debian("lua5.4", "lua5.4", "-e", LUA),
  { ...debian("sqlite3", "sqlite3", ":memory:"), input: SQL },
  debian("jq", "jq", "-S", "[.[] | {name, size: (.size * 2)}] | sort_by(.size)", "list.json"),
  debian("perl-base", "perl", "-e", PERL, "text"),
  debian("python3-minimal", "/usr/bin/python3", "-S", "-c", PYTHON),
  debian("openssl", "openssl", "dgst", "-sha3-256", "data"),
  debian("file", "file", "data", "text", "list.json"),
  ...ON_ONE_AND_FOUR.map((cpus) => ({
    from: "esbuild",
    program: ESBUILD,
    args: ["--bundle", "--format=esm", "source/disassemble.ts"],
    cpus,
  })),
  {
    from: "esbuild",
    program: ESBUILD,
    args: ["--minify", "--loader=ts"],
    input: "export const answer: number = 6 * 7;",
  },
  {
    from: "@biomejs/biome",
    program: BIOME,
    args: ["format", "--stdin-file-path=a.ts"],
    input: "let   a={b:1}\n",
    memory: "1G",
  },
  // What it says of files by name has its time in it; what it makes of standard input is on standard output.
  ...ON_ONE_AND_FOUR.map((cpus) => ({
    from: "@biomejs/cli-linux-x64-musl",
    program: BIOME_MUSL,
    args: ["format", "--stdin-file-path=source/disassemble.ts"],
    inputFile: "source/disassemble.ts",
    memory: "1G",
    cpus,
  })),
  { from: "typescript 7", program: TSC, args: ["--version"], memory: "1G" },
  ...ON_ONE_AND_FOUR.map((cpus) => ({
    from: "typescript 7",
    program: TSC,
    args: ["--noEmit", "-p", "source"],
    memory: "1G",
    cpus,
  })),
  { from: "node", program: "node", args: ["-p", "[1, 2, 3].map((x) => x ** 20).join()"], memory: "1G" },
  ...ON_ONE_AND_FOUR.map((cpus) => ({
    from: "node",
    program: "node",
    args: ["-e", WORKERS],
    memory: "2G",
    cpus,
  })),
  // This machine in this machine: a WebAssembly program in V8, on the unikernel.
  {
    from: "node",
    program: "node",
    args: ["$REPOSITORY/dist/cli/main.js", "exec", "six.bin"],
    memory: "3G",
  },
  { ...debian("gdb", "gdb", "-nx", "--batch", "-ex", "print 6*7"), memory: "1G" },
  { ...debian("openjdk-17-jre-headless", "java", "-Xmx256m", "-version"), memory: "1G" },
];
