/* Programs run in ring 0: what one does to the processor's interrupts does not last. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { builtKernel, builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const source = fileURLToPath(new URL("privileged.c", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-privileged-")));
afterAll(() => rmSync(folder, { recursive: true }));

it("a program that turns interrupts off gets them back with its next fault or call", (ctx) => {
  const program = join(folder, "privileged");
  const made = spawnSync(requireTool(ctx, "gcc"), ["-O1", "-w", "-static", source, "-o", program], {
    encoding: "utf8",
  });
  expect(made.status, made.stderr).toBe(0);
  const command = [builtProgram(), "run", "--kernel", builtKernel("main.ts"), program];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: "a fault\na quick call\na call\n",
    stderr: "",
  });
});
