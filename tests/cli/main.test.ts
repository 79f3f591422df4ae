/* The program `vitrine` around its commands: help, loading on demand, one line and a status for whatever goes wrong. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { CommandEntry } from "../../src/cli/commands.ts";
import { describeError, UserError } from "../../src/cli/errors.ts";
import { main } from "../../src/cli/program.ts";
import { version } from "../../src/version.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Two commands; a test can see which modules were loaded, and with what they ran. */
function vitrine(...args: string[]) {
  const loaded: string[] = [];
  const ran: unknown[] = [];
  let out = "";
  let err = "";
  const table: Record<string, CommandEntry> = {
    run: {
      summary: "run a program",
      load: async () => {
        loaded.push("run");
        return {
          register: (program) => {
            program
              .command("run")
              .option("--memory <size>", "size of RAM")
              .argument("<program>")
              .argument("[args...]")
              .passThroughOptions()
              .action((path: string, rest: string[], options: object) => {
                ran.push([path, rest, options]);
                if (path === "user") throw new UserError("no such\nprogram", 3);
                if (path === "file") readFileSync("/nowhere/at all");
                if (path === "bug") throw new TypeError("x is undefined");
              });
          },
        };
      },
    },
    bench: {
      summary: "measure",
      load: async () => {
        loaded.push("bench");
        return { register: (program) => void program.command("bench") };
      },
    },
  };
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return main(args, terminal, table).then((status) => ({ status, out, err, loaded, ran }));
}

describe("vitrine", () => {
  it("prints its version", async () => {
    expect(await vitrine("--version")).toMatchObject({ status: 0, out: `${version}\n`, err: "", loaded: [] });
  });

  it("lists the commands without loading them", async () => {
    const { status, out, loaded } = await vitrine("--help");
    expect(status).toBe(0);
    expect(out).toMatch(/run a program/);
    expect(out).toMatch(/measure/);
    expect(loaded).toEqual([]);
  });

  it.each([
    ["run", "--help"],
    ["help", "run"],
  ])("loads one command for its help: %s %s", async (...args) => {
    const { status, out, loaded } = await vitrine(...args);
    expect(status).toBe(0);
    expect(out).toMatch(/--memory <size>/);
    expect(loaded).toEqual(["run"]);
  });

  it("loads the one command it runs, and hands a guest's options through", async () => {
    const { status, ran, loaded } = await vitrine("run", "--memory", "1G", "ls", "-l", "--memory=2");
    expect(status).toBeUndefined();
    expect(ran).toEqual([["ls", ["-l", "--memory=2"], { memory: "1G" }]]);
    expect(loaded).toEqual(["run"]);
  });

  it.each([
    [[], 2, "no command given; see vitrine --help"],
    [["rum"], 2, "unknown command 'rum' (Did you mean run?)"],
    [["--memory"], 2, "unknown option '--memory'"],
    [["run"], 2, "missing required argument 'program'"],
    [["run", "--memroy", "1G", "x"], 2, "unknown option '--memroy' (Did you mean --memory?)"],
    [["run", "--memory"], 2, "option '--memory <size>' argument missing"],
    [["run", "user"], 3, "no such program"],
    [["run", "file"], 2, "/nowhere/at all: no such file or directory"],
    [["run", "bug"], 70, "internal error: TypeError: x is undefined (VITRINE_DEBUG=1 shows where)"],
  ])("answers %j with status %i and one line", async (args, status, line) => {
    expect(await vitrine(...args)).toMatchObject({ status, out: "", err: `vitrine: ${line}\n` });
  });

  it("says in one line that its output does not fit", (ctx) => {
    if (!existsSync("/dev/full")) ctx.skip("/dev/full is missing");
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", join(root, "src/cli/main.ts"), "--version"],
      { cwd: root, encoding: "utf8", stdio: ["ignore", full, "pipe"] },
    );
    closeSync(full);
    expect([status, stderr]).toEqual([2, "vitrine: standard output: no space left on device\n"]);
  });

  it("shows the stack of its own faults only when asked", () => {
    const error = new Error("wrong");
    expect(describeError(error).line).not.toMatch(/main\.test/);
    expect(describeError(error, true).line).toMatch(/main\.test/);
  });
});
