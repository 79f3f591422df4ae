/*
 * The scripted harness as its users have it (docs/testing-harness.md): a kernel's console, a program's streams, files, status, registers, memory
 * and symbols; and that two runs are one.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import type { ProgramOptions } from "../../src/testing.ts";
import { ECHO, guest as image } from "../cli/boot-guests.ts";
import { boot } from "../support/harness.ts";
import { missing, requireTool } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-harness-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a kernel", () => {
  it("is spoken with on its console, and looked into", () => {
    const machine = boot({ kernel: image(ECHO) });
    expect(machine.expect(">")).toBe(">");
    expect(machine.status).toBeUndefined();
    machine.send("hello");
    expect(machine.expect("hello")).toBe("hello");
    const rip = machine.register("rip");
    expect(machine.registers().rip).toBe(rip);
    expect(machine.memory(rip, 4)).toHaveLength(4);
    machine.send("q");
    expect(machine.run().kind).toBe("power-off");
    expect(machine.status).toBe(0);
    expect(machine.output).toBe(">hello");
  });
  it("that says something else is an error with what it said", () => {
    const machine = boot({ kernel: image(ECHO), maxCycles: 1e6 });
    expect(() => machine.expect("never")).toThrow(
      /never did not come: the machine stopped with "limit" after ">"/,
    );
    expect(() => machine.register("rqx")).toThrow('no register is called "rqx"');
    expect(() => machine.symbol("nowhere")).toThrow('no symbol is called "nowhere"');
    expect(() => machine.signal(2)).toThrow("only a program has signals");
  });
});

const PROGRAM = `
#include <stdio.h>
#include <stdlib.h>
char place[16] = "fifteen letters";
int main(int argc, char **argv) {
  char line[100];
  printf("%s, %d arguments, HOME %s\\n", argv[0], argc, getenv("HOME") ? getenv("HOME") : "none");
  fflush(stdout);
  FILE *file = fopen("/data/text", "r");
  while (fgets(line, sizeof line, file)) fputs(line, stderr);
  while (fgets(line, sizeof line, stdin)) { place[0]++; printf("<%s", line); fflush(stdout); }
  return 40 + argc;
}
`;
const busybox = (ctx: TestContext): Uint8Array => {
  if (!existsSync("/bin/busybox")) return missing(ctx, "/bin/busybox");
  return readFileSync("/bin/busybox");
};
describe("a program", () => {
  const compiled = (ctx: TestContext): Uint8Array => {
    const gcc = requireTool(ctx, "gcc");
    writeFileSync(join(folder, "program.c"), PROGRAM);
    const options = ["-O1", "-static", "-no-pie", "-o", join(folder, "program"), join(folder, "program.c")];
    const { status, stderr } = spawnSync(gcc, options, { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    return readFileSync(join(folder, "program"));
  };
  const program = (ctx: TestContext): ProgramOptions => ({
    program: "/data/program",
    args: ["a", "b"],
    env: { HOME: "/home" },
    files: { "/data/program": compiled(ctx), "/data/text": "of the file\n" },
  });

  it("is spoken with, looked into, and ends", (ctx) => {
    const guest = boot(program(ctx));
    expect(guest.expect("\n")).toBe("/data/program, 3 arguments, HOME /home\n");
    guest.send("one\n");
    expect(guest.expect(/<.*\n/)).toBe("<one\n");
    const place = guest.symbol("place");
    expect(new TextDecoder().decode(guest.memory(place, 15))).toBe("gifteen letters");
    guest.send("two\n");
    guest.end();
    expect(guest.run().kind).toBe("exit");
    expect(guest.status).toBe(43);
    expect(guest.errors).toBe("of the file\n");
    expect(guest.output.split("\n").slice(1)).toEqual(["<one", "<two", ""]);
  });
  it("runs alike every time", (ctx) => {
    const options = program(ctx);
    const once = (): unknown => {
      const guest = boot(options);
      guest.send("a\nb\n");
      guest.end();
      guest.run();
      return [guest.machine.statistics, guest.machine.stateHash(), guest.output];
    };
    expect(once()).toEqual(once());
  });

  it("has as many files as are given, empty ones too, in whatever folders", (ctx) => {
    const path = (i: number): string => `/f${i % 3}/g${i % 5}/file ${i}`;
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [path(i), "x".repeat(i)]));
    const script = Object.keys(files).map((name) => `read -r a < "${name}"; echo "\${#a}"`);
    const guest = boot({
      program: "/sh",
      args: ["-c", script.join("; ")],
      files: { "/sh": busybox(ctx), ...files },
    });
    guest.run();
    expect(guest.output).toBe(Array.from({ length: 40 }, (_, i) => `${i}\n`).join(""));
  });
  it("has no files where something is mounted", (ctx) => {
    const options = { program: "/sh", files: { "/sh": busybox(ctx), "/data/file": "hidden" } };
    const mounts = [{ host: folder, guest: "/data", readOnly: true }];
    expect(() => boot({ ...options, mounts })).toThrow("/data/file would lie under what is mounted on /data");
    expect(() => boot({ ...options, files: { ...options.files, relative: "" } })).toThrow(
      '"relative" is no absolute path',
    );
  });
});
