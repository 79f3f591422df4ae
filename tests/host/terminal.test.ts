/*
 * The terminal as a serial line: what Ctrl-A means; and a program of its own (terminal-echo.ts) at a pseudo-terminal made
 * by script(1), at pipes and at files, whose modes are asked of stty.
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { TerminalKeys } from "../../src/host/terminal-keys.ts";
import { requireTool } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-terminal-"));
afterAll(() => rmSync(folder, { recursive: true }));
const echo = fileURLToPath(new URL("terminal-echo.ts", import.meta.url));
const command = [process.execPath, "--import", import.meta.resolve("tsx"), echo];
const quoted = command.map((part) => `'${part}'`).join(" ");

describe("keys", () => {
  const filter = (...pieces: string[]) => {
    const happened: string[] = [];
    const keys = new TerminalKeys(
      () => happened.push("leave"),
      () => happened.push("help"),
    );
    const guest = pieces.map((p) => Buffer.from(keys.filter(Buffer.from(p, "latin1"))).toString("latin1"));
    return { guest: guest.join(""), happened };
  };
  it("go to the guest, Ctrl-C and bytes above 127 too", () => {
    expect(filter("ls\r\x03\x04\xe9")).toEqual({ guest: "ls\r\x03\x04\xe9", happened: [] });
  });
  it("Ctrl-A x leaves, and nothing behind it is the guest's", () => {
    expect(filter("a\x01xb")).toEqual({ guest: "a", happened: ["leave"] });
  });
  it("Ctrl-A Ctrl-A and Ctrl-A a send one Ctrl-A", () => {
    expect(filter("1\x01\x012\x01a3")).toEqual({ guest: "1\x012\x013", happened: [] });
  });
  it("Ctrl-A h helps, in two reads too", () => {
    expect(filter("1\x01", "h2\x01?")).toEqual({ guest: "12", happened: ["help", "help"] });
  });
  it("Ctrl-A and a key of no meaning are dropped", () => {
    expect(filter("1\x01q2")).toEqual({ guest: "12", happened: [] });
  });
});

/** Types keys at the program, each once what stands before it was shown, and tells what was shown and whether modes are as before. */
async function atTerminal(ctx: TestContext, ...steps: (readonly [after: string, keys: string])[]) {
  const script = requireTool(ctx, "script");
  requireTool(ctx, "stty");
  const [before, after] = [join(folder, "before"), join(folder, "after")];
  const line = `stty -g >'${before}'; ${quoted}; echo "status=$?"; stty -g >'${after}'`;
  const child = spawn(script, ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  let shown = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => {
    shown += text;
    for (let next = steps[0]; next !== undefined && shown.includes(next[0]); next = steps[0]) {
      child.stdin.write(next[1], "latin1");
      steps.shift();
    }
  });
  await new Promise((resolve) => child.on("close", resolve));
  return { shown, restored: readFileSync(before, "utf8") === readFileSync(after, "utf8") };
}

describe("at a terminal", () => {
  it("is raw while the guest has it, and restored when the user leaves", async (ctx) => {
    const { shown, restored } = await atTerminal(ctx, ["ready", "m\x01h\x03"], ["[M\x03]", "\x01xab"]);
    expect(shown).toContain("<raw>");
    expect(shown).toContain("Ctrl-A Ctrl-A");
    expect(shown).not.toContain("[AB]");
    expect(shown).toContain("status=7");
    expect(restored).toBe(true);
  });
  it("is restored after a crash", async (ctx) => {
    const { shown, restored } = await atTerminal(ctx, ["ready", "c"]);
    expect(shown).toContain("Error: a crash");
    expect(shown).toContain("status=1");
    expect(restored).toBe(true);
  });
  for (const [name, key, status] of [
    ["SIGHUP", "k", 128 + 1],
    ["SIGTERM", "t", 128 + 15],
  ] as const) {
    it(`is restored after ${name}, which still ends the process`, async (ctx) => {
      const { shown, restored } = await atTerminal(ctx, ["ready", key]);
      expect(shown).toContain(`status=${status}`);
      expect(restored).toBe(true);
    });
  }
});

describe("without a terminal", () => {
  const [program, ...args] = command as [string, ...string[]];
  it("a pipe's bytes are the input, Ctrl-A too; its end lets the process end", () => {
    const { stdout, status } = spawnSync(program, args, { input: "ab\x01xz", encoding: "latin1" });
    expect([stdout, status]).toEqual(["ready\n[AB\x01][XZ]", 0]);
  });
  it("a file's bytes are there from the start", () => {
    const path = join(folder, "input");
    writeFileSync(path, "abcd".replace("c", "x"));
    const fd = openSync(path, "r");
    const { stdout, status } = spawnSync(program, args, {
      stdio: [fd, "pipe", "inherit"],
      encoding: "latin1",
    });
    closeSync(fd);
    expect([stdout, status]).toEqual(["ready\n[ABX][D]", 0]);
  });
  it("no input at all is no error", () => {
    const { stdout, status } = spawnSync(program, args, {
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "latin1",
    });
    expect([stdout, status]).toEqual(["ready\n", 0]);
  });
  it("nothing of much output is lost at a slow pipe", () => {
    const { stdout } = spawnSync("sh", ["-c", `printf f | ${quoted} | (read line; wc -c)`], {
      encoding: "utf8",
    });
    expect(stdout.trim()).toBe("1000003");
  });
  it("leaves quietly when nobody reads the output any more", () => {
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", `(${quoted}; echo "status=$?" >&2) </dev/zero | head -c 6`],
      {
        encoding: "utf8",
      },
    );
    expect(stdout).toBe("ready\n");
    expect(stderr).toBe("status=7\n");
  });
  it("leaves with a message when the output cannot be written", () => {
    const { stderr } = spawnSync("sh", ["-c", `${quoted} </dev/null >/dev/full`], { encoding: "utf8" });
    expect(stderr).toBe("standard output: no space left on device\n");
  });
});
