/*
 * tests/posix/*.c as one program: what it says of files, pipes, polling, memory, clocks, signals, threads and limits is the same natively, under
 * Debian's Linux in the machine, and on the unikernel.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { findKernel } from "../scripts/linux/kernels.ts";
import { initramfsWith } from "../scripts/switch/guest.ts";
import { vitrine } from "./kernel/image.ts";
import { builtKernel } from "./support/built.ts";
import { requireTool } from "./support/tools.ts";

const sources = fileURLToPath(new URL("posix", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vitrine-posix-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PARTS = [
  "files",
  "pipes",
  "polling",
  "memory",
  "clocks",
  "signals",
  "threads",
  "limits",
  "robust",
  "queued",
  "locked",
];

let built: string | undefined;
/** Static, so that it can be Linux's first process. */
function program(ctx: Pick<TestContext, "skip">): string {
  if (built !== undefined) return built;
  const gcc = requireTool(ctx, "gcc");
  built = join(folder, "posix");
  const files = readdirSync(sources).filter((name) => name.endsWith(".c"));
  const args = ["-O1", "-w", "-static", "-pthread", `-I${sources}`, "-o", built];
  const { status, stderr } = spawnSync(gcc, [...args, ...files.map((name) => join(sources, name))], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return built;
}
/** Lines by the part that says them. */
function partsOf(text: string): Record<string, string[]> {
  const parts: Record<string, string[]> = {};
  let lines: string[] = [];
  for (const line of text.replaceAll("\r", "").trimEnd().split("\n")) {
    const name = /^-- (\w+)$/.exec(line)?.[1];
    if (name === undefined) lines.push(line);
    else {
      lines = [];
      parts[name] = lines;
    }
  }
  return parts;
}
let native: Record<string, string[]> | undefined;
function natively(ctx: Pick<TestContext, "skip">): Record<string, string[]> {
  if (native === undefined) {
    const { status, stdout } = spawnSync(program(ctx), [], { encoding: "utf8", cwd: "/", input: "" });
    expect(status).toBe(0);
    native = partsOf(stdout);
    expect(Object.keys(native)).toEqual(PARTS);
  }
  return native;
}

describe.each(["1", "4"])("on the unikernel, with %s processors", (cpus) => {
  let said: Record<string, string[]> | undefined;
  it.for(PARTS)("says of %s what it says natively", (part, ctx) => {
    const expected = natively(ctx);
    if (said === undefined) {
      const kernel = builtKernel("main.ts");
      const { status, out, err } = vitrine(
        "run",
        "--kernel",
        kernel,
        "--cpus",
        cpus,
        "--cwd",
        "/",
        program(ctx),
      );
      expect({ status, err }).toEqual({ status: 0, err: "" });
      said = partsOf(out);
    }
    expect(said[part]).toEqual(expected[part]);
  });
});

describe("under Debian's Linux in the machine", () => {
  let said: Record<string, string[]> | undefined;
  it.for(PARTS)("says of %s what it says natively", (part, ctx) => {
    const kernel = findKernel("cloud");
    if (kernel === undefined) return ctx.skip("Debian's kernel is not here: .ci/run unpacks it");
    const expected = natively(ctx);
    if (said === undefined) {
      const initramfs = initramfsWith(program(ctx), folder);
      const options = ["--append", "console=ttyS0 quiet cryptomgr.notests"];
      const { status, out } = vitrine("boot", kernel.image, "--initrd", initramfs, ...options);
      expect(status).toBe(0);
      said = partsOf(out);
    }
    // The kernel may say something of its own between.
    const lines = said[part]?.filter((line) => !/^\[ *\d+\.\d+\]/.test(line));
    expect(lines).toEqual(expected[part]);
  });
});
