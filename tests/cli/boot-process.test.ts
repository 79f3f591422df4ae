/*
 * `vitrine boot` as a process: standard input and output as the serial line, from pipes, files and at a terminal made by script(1);
 * signals; and outputs that fail.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { requireTool } from "../support/tools.ts";
import { ECHO, ECHO_BY_INTERRUPT, guest, POWER_OFF, put } from "./boot-guests.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-boot-process-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(at(name), bytes);
  return at(name);
}
const echo = file("echo.elf", guest(ECHO));
const patient = file("patient.elf", guest(ECHO_BY_INTERRUPT));
const spinning = file("spinning.elf", guest(`${put(">")}\nspin: jmp spin`));

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const command = [process.execPath, "--import", import.meta.resolve("tsx"), program, "boot"];

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}
/** Runs it with standard input from `input`: a file descriptor, or a pipe that `act` writes to; `act` is told each piece of output. */
function boot(
  args: readonly string[],
  act: (out: string, child: ChildProcess) => void = (_, child) => void child.stdin?.end(),
  stdio: { readonly input?: number; readonly output?: number } = {},
): Promise<Ended> {
  const [node = "", ...rest] = command;
  const child = spawn(node, [...rest, ...args], {
    stdio: [stdio.input ?? "pipe", stdio.output ?? "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdin?.on("error", () => {});
  child.stdout?.setEncoding("latin1").on("data", (text: string) => {
    out += text;
    act(out, child);
  });
  child.stderr?.setEncoding("latin1").on("data", (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, out, err })));
}
const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";

describe("standard input", () => {
  it.each([
    ["polls", echo],
    ["waits", patient],
  ])("is the serial line of a guest that %s, as it comes", async (_, kernel) => {
    // Each character is typed when the one before has come back.
    const typed = [..."hello", "q"];
    const { status, out } = await boot([kernel], (said, child) => {
      const next = typed[said.length - 1];
      if (next !== undefined) child.stdin?.write(next);
    });
    expect([status, out]).toEqual([0, ">hello"]);
  });
  it.each([
    ["polls", echo],
    ["waits", patient],
  ])("from a file makes equal runs of a guest that %s", async (_, kernel) => {
    const run = async () => {
      const input = openSync(file("input", "some text, q"), "r");
      const { status, out, err } = await boot(["--stats", "--hash", kernel], undefined, { input });
      closeSync(input);
      const { hostSeconds, mips, ...same } = JSON.parse(lastLine(err));
      expect(hostSeconds).toBeGreaterThan(mips);
      return { status, out, ...same };
    };
    const first = await run();
    expect(first).toMatchObject({ status: 0, out: ">some text, ", end: "power-off" });
    expect(await run()).toEqual(first);
  });
  it("that ends leaves a guest that waits for more without hope", async () => {
    const { status, out, err } = await boot([patient], (said, child) => {
      if (said === ">") child.stdin?.end("ab");
    });
    expect([status, out]).toEqual([1, ">ab"]);
    expect(err).toMatch(/^vitrine: all processors wait/);
  });
  it("that is nothing is no input", async () => {
    const input = openSync("/dev/null", "r");
    expect((await boot([patient], undefined, { input })).status).toBe(1);
    closeSync(input);
  });
  it("goes to a virtio console if that has it, and nothing to COM1", async () => {
    const { status, out } = await boot(["--console", "stdio", "--max-cycles", "100000", echo]);
    expect([status, out]).toEqual([124, ""]);
  });
});

describe("signals", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)(
    "%s ends a guest that works and one that waits with %i and a report",
    async (signal, status) => {
      for (const kernel of [spinning, patient]) {
        const disk = file("disk", new Uint8Array(512));
        const ended = await boot(["--disk", disk, kernel], (said, child) => {
          if (said === ">") child.kill(signal);
        });
        expect(ended.status).toBe(status);
        expect(ended.err).toMatch(new RegExp(`^vitrine: stopped by ${signal} after `));
        expect(ended.err).toContain("=> 0x");
      }
    },
  );
});

describe("output that fails", () => {
  it("is the end when nobody reads any more", async () => {
    const flood = file("flood.elf", guest(`mov dx, 0x3f8\nmov al, 'x'\nmore: out dx, al\njmp more`));
    const { status, err } = await boot([flood], (_, child) => void child.stdout?.destroy());
    expect([status, err]).toEqual([0, ""]);
  });
  it("is one line when there is no room", async (ctx) => {
    if (!existsSync("/dev/full")) ctx.skip("/dev/full is missing");
    const kernel = file("say.elf", guest(`${put("x")}\n${POWER_OFF}`));
    const output = openSync("/dev/full", "w");
    const { status, err } = await boot([kernel], undefined, { output });
    closeSync(output);
    expect([status, err]).toEqual([2, "vitrine: standard output: no space left on device\n"]);
    const input = openSync("/dev/null", "r");
    const named = await boot(["--serial", "file:/dev/full", kernel], undefined, { input });
    closeSync(input);
    expect([named.status, named.err]).toEqual([2, "vitrine: /dev/full: no space left on device\n"]);
  });
});

describe("at a terminal", () => {
  it("every key is the guest's, until Ctrl-A x, which ends with 0 and gives the terminal back", async (ctx) => {
    const script = requireTool(ctx, "script");
    requireTool(ctx, "stty");
    const words = [...command, patient].map((word) => `'${word}'`).join(" ");
    const line = `stty -g >'${at("before")}'; ${words}; echo "status=$?"; stty -g >'${at("after")}'`;
    const child = spawn(script, ["-qec", line, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    const steps = [
      [">", "a\x03\x01\x01"],
      [">a\x03\x01", "\x01xq"],
    ] as const;
    let shown = "";
    let done = 0;
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      shown += text;
      const step = steps[done];
      if (step === undefined || !shown.includes(step[0])) return;
      child.stdin.write(step[1], "latin1");
      done++;
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect(shown).toContain("status=0");
    expect(readFileSync(at("after"), "utf8")).toBe(readFileSync(at("before"), "utf8"));
  });
});
