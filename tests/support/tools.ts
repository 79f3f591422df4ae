/*
 * Programs of the host that some tests compare with: nasm, gcc, gdb, qemu-system-x86_64. A test that needs one is skipped with a
 * reason where it is missing, and fails there instead if CI or VITRINE_REQUIRE_TOOLS is set to anything but 0 or the empty string.
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";

const set = (name: string): boolean => !["", "0", "false", undefined].includes(process.env[name]);

/** True where a missing tool is a failure. */
export const toolsRequired = (): boolean => set("CI") || set("VITRINE_REQUIRE_TOOLS");

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The path of a program, or undefined. Looks where Debian puts administrators' tools (mke2fs) too. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** Skips the test, or fails it where tools are required. For what is not a program: a kernel image, an instruction of this CPU. */
export function missing(ctx: Pick<TestContext, "skip">, what: string): never {
  if (toolsRequired()) throw new Error(`${what} is missing, and CI or VITRINE_REQUIRE_TOOLS is set`);
  return ctx.skip(`${what} is missing`);
}

/** The path of a program; without it the test is skipped, or fails where tools are required. */
export function requireTool(ctx: Pick<TestContext, "skip">, name: string): string {
  return findTool(name) ?? missing(ctx, name);
}
