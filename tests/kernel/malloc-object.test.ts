/*
 * The shared object that puts the kernel's malloc in the place of a dynamic program's own: what it gives lies in the kernel's areas, under glibc and musl, and
 * with the kernel's libc as well.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { builtKernel, builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const source = fileURLToPath(new URL("libc/areas.c", import.meta.url));
const misused = fileURLToPath(new URL("libc/misused.c", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-malloc-")));
afterAll(() => rmSync(folder, { recursive: true }));
copyFileSync(builtKernel("main.ts"), join(folder, "kernel.elf"));

/** Areas: 0 mempool, 2 half page, 1 page, 3 large (docs/kernel.md). */
const WANTED = "0 2 1 3\nwritten from there\n3 1\n0 0\n1\n";

describe("malloc gives the kernel's objects", () => {
  for (const compiler of ["gcc", "musl-gcc"])
    it(`a program of ${compiler}`, (ctx) => {
      const program = join(folder, compiler);
      const made = spawnSync(requireTool(ctx, compiler), ["-O1", "-w", source, "-o", program], {
        encoding: "utf8",
      });
      expect(made.status, made.stderr).toBe(0);
      const command = [builtProgram(), "run", "--kernel", join(folder, "kernel.elf"), "--malloc", "kernel"];
      const { status, stdout, stderr } = spawnSync(process.execPath, [...command, program], {
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: WANTED, stderr: "" });
    });
  it("a program that the kernel is the libc of", (ctx) => {
    const program = join(folder, "bound");
    copyFileSync(
      builtKernel("libc/main.ts", "--target", "linux", "--base", "0x60000000", "--strip"),
      join(folder, "libc.elf"),
    );
    const made = spawnSync(requireTool(ctx, "gcc"), ["-O1", "-w", source, "-o", program], {
      encoding: "utf8",
    });
    expect(made.status, made.stderr).toBe(0);
    const command = [builtProgram(), "run", "--kernel", join(folder, "kernel.elf"), "--libc", "kernel"];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...command, program], {
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: WANTED, stderr: "" });
  });
});

describe("what is no object", () => {
  const ABORTED = 134;
  const CASES = [0, 1, 2, 3, 4];
  it("ends the program when it is freed, as with glibc", (ctx) => {
    const program = join(folder, "misused");
    const made = spawnSync(requireTool(ctx, "gcc"), ["-O1", "-w", misused, "-o", program], {
      encoding: "utf8",
    });
    expect(made.status, made.stderr).toBe(0);
    for (const number of CASES)
      expect(spawnSync(program, [String(number)], { stdio: "ignore" }).signal).toBe("SIGABRT");
    const command = [builtProgram(), "run", "--kernel", join(folder, "kernel.elf"), "--malloc", "kernel"];
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [...command, program, ...args], { encoding: "utf8" });
    const ended = run("0");
    expect(ended.status).toBe(ABORTED);
    expect(ended.stderr).toMatch(
      /^vitrine: the program has misused malloc: invalid pointer, 0xffff[0-9a-f]{12}\r?\n/,
    );
    const all = run();
    expect(all.stdout).toBe(`${CASES.map((number) => `${number}: signal 6\n`).join("")}goes on: 1\n`);
    expect(all.status).toBe(0);
  });
});
