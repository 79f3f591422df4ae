/*
 * `vitrine run` as a process, beside the same program run natively: streams from files and pipes, statuses, signals, what a program sees of the host;
 * and one clear line for what cannot be run.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { builtKernel, builtProgram } from "../support/built.ts";
import { findTool, missing, requireTool } from "../support/tools.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-run-")));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const kernel = builtKernel("main.ts");
const command = [builtProgram(), "run", "--kernel", kernel];

/** Writes what it is told to by its first argument. */
const SOURCE = `
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static void told(int number) { char text[32]; write(1, text, sprintf(text, "signal %d\\n", number)); if (number == SIGTERM) _exit(5); }
static char buffer[1 << 16];
int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "copy")) { long n; while ((n = read(0, buffer, sizeof buffer)) > 0) if (write(1, buffer, n) != n) return 9; return n == 0 ? 0 : 8; }
  if (!strcmp(what, "arguments")) { for (int i = 2; i < argc; i++) printf("[%s]", argv[i]); return argc; }
  if (!strcmp(what, "kill")) { raise(atoi(argv[2])); return 1; }
  if (!strcmp(what, "fault")) { *(volatile int *)8 = 1; return 1; }
  if (!strcmp(what, "time")) { printf("%ld", (long)time(0)); return 0; }
  if (!strcmp(what, "variable")) { puts(getenv(argv[2]) ? getenv(argv[2]) : "none"); return 0; }
  if (!strcmp(what, "where")) { puts(getcwd(buffer, sizeof buffer)); return 0; }
  if (!strcmp(what, "show")) { FILE *f = fopen(argv[2], "r"); if (!f) { perror(argv[2]); return 1; } puts(fgets(buffer, 99, f)); return 0; }
  if (!strcmp(what, "write")) { FILE *f = fopen(argv[2], "w"); if (!f) { perror(argv[2]); return 1; } fputs("written", f); return fclose(f) != 0; }
  if (!strcmp(what, "listen")) { signal(SIGINT, told); signal(SIGTERM, told); signal(SIGUSR1, told); puts("ready"); fflush(stdout); for (;;) pause(); }
  if (!strcmp(what, "deaf")) { signal(SIGINT, SIG_IGN); puts("ready"); fflush(stdout); for (;;) pause(); }
  if (!strcmp(what, "yes")) for (;;) puts("y");
  fprintf(stderr, "errors\\n");
  printf("output\\n");
  return 7;
}
`;
let program: string | undefined;
beforeAll(() => {
  const gcc = findTool("gcc");
  if (gcc === undefined) return;
  writeFileSync(at("program.c"), SOURCE);
  const { status, stderr } = spawnSync(gcc, ["-O1", "-w", "-static", "-o", at("program"), at("program.c")], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  program = at("program");
});
/** Skips the test where there is no compiler. */
function theProgram(ctx: TestContext): string {
  requireTool(ctx, "gcc");
  if (program === undefined) throw new Error("it was not compiled");
  return program;
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}
function ended({ status, stdout, stderr }: ReturnType<typeof spawnSync>): Ended {
  return { status, out: String(stdout), err: String(stderr) };
}
const MOST_OUTPUT = 1 << 26;
const vitrine = (args: readonly string[], options: object = {}): Ended =>
  ended(
    spawnSync(process.execPath, [...command, ...args], { cwd: folder, maxBuffer: MOST_OUTPUT, ...options }),
  );

describe("a program", () => {
  it("has its streams and its status, and nothing else is said", (ctx) => {
    const path = theProgram(ctx);
    expect(vitrine([path])).toEqual({ status: 7, out: "output\n", err: "errors\n" });
  });
  it("has its arguments, options too", (ctx) => {
    const args = ["arguments", "--stats", "-x", "", "two words", "ä"];
    const native = ended(spawnSync(theProgram(ctx), args));
    expect(vitrine(["./program", ...args])).toEqual(native);
  });
  it.each([
    ["15", 143],
    ["9", 137],
  ])("that signal %s ends has a shell's status", (number, status) => {
    if (program === undefined) return;
    expect(vitrine([program, "kill", number]).status).toBe(status);
  });
  it("that faults ends by signal 11, and its registers are shown", (ctx) => {
    const { status, out, err } = vitrine([theProgram(ctx), "fault"]);
    expect([status, out]).toEqual([139, ""]);
    expect(err).toMatch(/rip/);
  });
  it("has a fixed clock, or the one that is asked for", (ctx) => {
    const path = theProgram(ctx);
    expect(vitrine([path, "time"]).out).toBe("1767225600");
    expect(vitrine(["--rtc", "2000-01-01T00:00:00Z", path, "time"]).out).toBe("946684800");
  });
  it("has the variables that are given, and few others", (ctx) => {
    const path = theProgram(ctx);
    const env = { ...process.env, SECRET: "s", HOME: "/nowhere" };
    expect(vitrine([path, "variable", "SECRET"], { env }).out).toBe("none\n");
    expect(vitrine(["--env", "SECRET", path, "variable", "SECRET"], { env }).out).toBe("s\n");
    expect(vitrine(["--env", "HOME=/a=b", path, "variable", "HOME"], { env }).out).toBe("/a=b\n");
  });
  it("runs alike every time, but for the host's time", (ctx) => {
    const path = theProgram(ctx);
    const once = (): unknown => {
      const { err } = vitrine(["--stats", "--cpus", "2", path, "arguments"]);
      const { hostSeconds, mips, ...same } = JSON.parse(err);
      expect(hostSeconds).toBeGreaterThan(mips * 0);
      return same;
    };
    expect(once()).toEqual(once());
  });
});

describe("what a program sees of the host", () => {
  it("is the current directory, read-only, and no more of what is beside it", (ctx) => {
    const path = theProgram(ctx);
    mkdirSync(at("here"));
    writeFileSync(at("here/file"), "of the host");
    const cwd = at("here");
    expect(vitrine([path, "where"], { cwd }).out).toBe(`${cwd}\n`);
    expect(vitrine([path, "show", "file"], { cwd }).out).toBe("of the host\n");
    expect(vitrine([path, "write", "new"], { cwd })).toEqual({
      status: 1,
      out: "",
      err: "new: Read-only file system\n",
    });
    expect(vitrine([path, "show", "/root/.profile"], { cwd }).err).toContain("No such file or directory");
  });
  it("is a mount, to be written unless it says ro", (ctx) => {
    const path = theProgram(ctx);
    mkdirSync(at("mounted"));
    writeFileSync(at("mounted/file"), "inside");
    const mount = `${at("mounted")}:/mnt/a`;
    expect(vitrine(["--mount", mount, path, "show", "/mnt/a/file"]).out).toBe("inside\n");
    expect(vitrine(["--mount", mount, path, "write", "/mnt/a/new"]).status).toBe(0);
    expect(ended(spawnSync("cat", [at("mounted/new")])).out).toBe("written");
    expect(vitrine(["--mount", `${mount}:ro`, path, "write", "/mnt/a/more"]).status).toBe(1);
  });
  it("is a root of its own, with links that lead where they lead there", (ctx) => {
    theProgram(ctx);
    mkdirSync(at("root/bin"), { recursive: true });
    spawnSync("cp", [at("program"), at("root/bin/real")]);
    symlinkSync("/bin/real", at("root/program"));
    writeFileSync(at("root/file"), "in the root");
    expect(vitrine(["--root", at("root"), "/program", "show", "/file"]).out).toBe("in the root\n");
    expect(vitrine(["--root", at("root"), "--cwd", "/bin", "./real", "where"]).out).toBe("/bin\n");
    expect(vitrine(["--root", at("root"), "--env", "PATH=/bin", "real"]).status).toBe(7);
  });
});

describe("standard input and output", () => {
  const large = Buffer.alloc(10_000_000, "0123456789abcdef\n");
  it("carry ten megabytes from a file", (ctx) => {
    const path = theProgram(ctx);
    writeFileSync(at("large"), large);
    const input = openSync(at("large"), "r");
    const { status, stdout } = spawnSync(process.execPath, [...command, path, "copy"], {
      stdio: [input, "pipe", "inherit"],
      maxBuffer: MOST_OUTPUT,
    });
    closeSync(input);
    expect([status, stdout.equals(large)]).toEqual([0, true]);
  });
  it("carry a megabyte from a pipe", (ctx) => {
    const input = large.subarray(0, 1_000_000);
    const { status, stdout } = spawnSync(process.execPath, [...command, theProgram(ctx), "copy"], {
      input,
      maxBuffer: MOST_OUTPUT,
    });
    expect([status, stdout.equals(input)]).toEqual([0, true]);
  });
  it("are empty where there is no input", (ctx) => {
    const path = theProgram(ctx);
    for (const stdin of ["ignore", "pipe"])
      expect(vitrine([path, "copy"], { stdio: [stdin, "pipe", "pipe"] })).toEqual({
        status: 0,
        out: "",
        err: "",
      });
  });
  it("that nobody reads any more end the program as SIGPIPE does", (ctx) => {
    const path = theProgram(ctx);
    const line = `"${process.execPath}" ${command.join(" ")} ${path} yes | head -n 1; echo "\${PIPESTATUS[0]}"`;
    expect(ended(spawnSync("bash", ["-c", line])).out).toBe("y\n141\n");
  });
});

describe("standard output that cannot be written", () => {
  it("is one line and a failure, as of most programs", (ctx) => {
    if (!existsSync("/dev/full")) return missing(ctx, "/dev/full");
    const full = openSync("/dev/full", "w");
    const path = theProgram(ctx);
    expect(vitrine([path], { stdio: ["ignore", full, "pipe"] })).toEqual({
      status: 1,
      out: "null",
      err: "errors\nvitrine: standard output: no space left on device\n",
    });
    closeSync(full);
  });
});

/** Runs it; `act` is told all output so far whenever there is more. */
function talk(args: readonly string[], act: (out: string, child: ChildProcess) => unknown): Promise<Ended> {
  const child = spawn(process.execPath, [...command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    act(out, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out, err })));
}
describe("signals", () => {
  it("go to the program", async (ctx) => {
    const next: Record<string, NodeJS.Signals> = {
      "ready\n": "SIGINT",
      "ready\nsignal 2\n": "SIGUSR1",
      "ready\nsignal 2\nsignal 10\n": "SIGTERM",
    };
    const { status, out } = await talk([theProgram(ctx), "listen"], (said, child) => {
      const signal = next[said];
      if (signal !== undefined) child.kill(signal);
    });
    expect([status, out]).toEqual([5, "ready\nsignal 2\nsignal 10\nsignal 15\n"]);
  });
  it.for([
    ["SIGHUP", "deaf", 129],
    ["SIGINT", "yes", 130],
    ["SIGTERM", "deaf", 143],
  ] as const)("that nobody handles end it: %s", async ([signal, what, expected], ctx) => {
    // Once: the process itself does not listen any more when its program has ended.
    const { status } = await talk([theProgram(ctx), what], (_, child) => child.killed || child.kill(signal));
    expect(status).toBe(expected);
  });
});

describe("what cannot be run", () => {
  const file = (name: string, content: string | Uint8Array, mode = 0o755): string => {
    writeFileSync(at(name), content);
    chmodSync(at(name), mode);
    return `./${name}`;
  };
  const link = (name: string, target: string): string => {
    symlinkSync(target, at(name));
    return `./${name}`;
  };
  it.each([
    [() => "./missing", 127, "./missing: no such file or directory"],
    [() => "missing", 127, "missing: command not found"],
    [() => "./", 126, "./: is a directory"],
    [() => file("data", "x", 0o644), 126, "./data: permission denied"],
    [() => "/dev/null", 126, "/dev/null: not a regular file"],
    [() => link("round", "round"), 126, `${at("round")}: too many levels of symbolic links`],
    [() => file("script", "#!/no/such\n"), 127, "/no/such: no such file or directory"],
  ])("is one line and a shell's status: %#", (make, status, line) => {
    expect(vitrine([make()])).toEqual({ status, out: "", err: `vitrine: ${line}\n` });
  });
  it.each([
    [["--nope", "x"], "unknown option '--nope'"],
    [[], "missing required argument 'program'"],
    [["--mount", "a:b", "x"], /--mount.*'a:b' is invalid/],
    [["--env", "=x", "x"], /--env.*'=x' is invalid/],
    [["--cwd", "relative", "x"], /--cwd.*'relative' is invalid/],
    [["--cwd", "/no/such", "x"], "/no/such: no such file or directory"],
    [["--root", "/no/such", "x"], "/no/such: no such file or directory"],
    [["--mount", "/no/such:/a", "sh"], "/no/such: no such file or directory"],
    [["--root", "/dev/null", "x"], "/dev/null: neither a directory nor a file"],
    [["--disk", "a", "x"], /--disk.*'a' is invalid/],
    [["--disk", "a:/b:rw", "x"], /--disk.*'a:\/b:rw' is invalid/],
    [["--disk", "/no/such:/a", "sh"], "disk /no/such: no such file or directory"],
    [["--cpus", "9", "x"], /--cpus.*'9' is invalid/],
  ])("is bad use: %j", (args, line) => {
    const { status, out, err } = vitrine(args);
    expect([status, out]).toEqual([2, ""]);
    if (typeof line === "string") expect(err).toBe(`vitrine: ${line}\n`);
    else expect(err).toMatch(line);
    expect(err.trimEnd()).not.toContain("\n");
  });
});
