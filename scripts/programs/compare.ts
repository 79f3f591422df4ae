/*
 * One program on this host and on the unikernel, with the same files, input and environment. It judges nothing but sameness; a program that fails is an
 * outcome like others.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Invocation } from "./list.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const vitrine = process.env.VITRINE_PROGRAM ?? join(root, "dist/cli/main.js");
const ENVIRONMENT = {
  PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
  HOME: "/",
  LANG: "C.UTF-8",
  TZ: "UTC",
};
/** Stands in arguments for the repository, which the program then sees, read-only. */
const REPOSITORY = "$REPOSITORY";
const MOST_OUTPUT = 1 << 28;
/** Seconds beyond the program's own limit until the machine is killed. */
const GRACE = 10;

interface Ended {
  /** As shells have it: 128 + N after signal N. Null: it was given up. */
  readonly status: number | null;
  readonly output: Buffer;
  readonly errors: string;
  /** Of the host. */
  readonly seconds: number;
}
export interface Row {
  readonly invocation: Invocation;
  readonly native: Ended;
  readonly guest: Ended;
  readonly virtualSeconds: number | undefined;
}

interface Run {
  readonly cwd: string;
  readonly input: string | Buffer;
  /** Of the host, until it is given up. */
  readonly seconds: number;
}
function run(program: string, args: readonly string[], { cwd, input, seconds }: Run): Ended {
  const start = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd,
    input,
    env: ENVIRONMENT,
    maxBuffer: MOST_OUTPUT,
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
  });
  return {
    status: signal === null ? status : signal === "SIGKILL" ? null : 128 + constants.signals[signal],
    output: stdout ?? Buffer.alloc(0),
    errors: String(stderr ?? ""),
    seconds: (performance.now() - start) / 1000,
  };
}
/** The program's path on the host; undefined: it is not installed. */
export function find(program: string): string | undefined {
  const candidates = program.startsWith("node_modules/")
    ? [join(root, program)]
    : program.startsWith("/")
      ? [program]
      : ENVIRONMENT.PATH.split(":").map((folder) => join(folder, program));
  return candidates.find((path) => existsSync(path));
}

/** `path`: the program on the host; `folder`: where both run; `seconds`: of the host, when either is given up. */
export function compare(invocation: Invocation, path: string, folder: string, seconds: number): Row {
  const { inputFile, memory = "512M", cpus = 1 } = invocation;
  const input = inputFile === undefined ? (invocation.input ?? "") : readFileSync(join(folder, inputFile));
  const args = invocation.args.map((arg) => arg.replace(REPOSITORY, root.replace(/\/$/, "")));
  const native = run(path, args, { cwd: folder, input, seconds });
  const options = ["--stats", "--memory", memory, "--cpus", `${cpus}`, "--max-seconds", `${seconds}`];
  const environment = Object.entries(ENVIRONMENT).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const seesRepository = invocation.args.some((arg) => arg.includes(REPOSITORY));
  const mounts = seesRepository ? ["--mount", `${root}:${root}:ro`] : [];
  const all = [vitrine, "run", ...options, ...environment, ...mounts, path, ...args];
  const guest = run(process.execPath, all, { cwd: folder, input, seconds: seconds + GRACE });
  const last = guest.errors.trimEnd().split("\n").at(-1) ?? "";
  const statistics = last.startsWith("{") ? (JSON.parse(last) as { virtualSeconds?: number }) : {};
  const errors = last === "" ? guest.errors : guest.errors.slice(0, guest.errors.lastIndexOf(last));
  return { invocation, native, guest: { ...guest, errors }, virtualSeconds: statistics.virtualSeconds };
}

export const sameOutput = ({ native, guest }: Row): boolean =>
  native.output.equals(guest.output) && native.errors === guest.errors;
export const sameStatus = ({ native, guest }: Row): boolean => native.status === guest.status;
export const givenUp = ({ guest }: Row): boolean =>
  guest.status === null || guest.errors.includes("stopped by --max-seconds");
export const isSame = (row: Row): boolean => sameOutput(row) && sameStatus(row);
