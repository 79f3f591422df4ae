/* The kernel that greets, built by `vitrine build` for debugging and for release: the same output and status here and in QEMU. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.ts";
import { requireTool } from "../support/tools.ts";

const source = fileURLToPath(new URL("../../kernel/hello.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vitrine-hello-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  process.exitCode = undefined;
});

/** (0x10 << 1) | 1 at the debug-exit port. */
const GREETED = { status: 33, out: "hello from TypeScript\ninterrupt\nown page tables\n" };

async function vitrine(...args: string[]): Promise<number> {
  let err = "";
  const status = await main(args, {
    out: () => {},
    err: (text) => {
      err += text;
    },
  });
  expect(err).toBe("");
  const ended = status ?? Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return ended;
}
async function build(...options: string[]): Promise<string> {
  const out = join(folder, "hello.elf");
  expect(await vitrine("build", source, "--target", "kernel", "-o", out, ...options)).toBe(0);
  return out;
}

it("has under 60 lines", () => {
  expect(readFileSync(source, "utf8").trimEnd().split("\n").length).toBeLessThan(60);
});

describe.each([
  ["debug", ["--debug"]],
  ["release", []],
])("%s", (_, options) => {
  it.each(["pvh", "multiboot"])("greets in Vitrine, booted by %s", async (protocol) => {
    const kernel = await build(...options);
    const serial = join(folder, "com1");
    const status = await vitrine("boot", kernel, "--protocol", protocol, "--serial", `file:${serial}`);
    expect({ status, out: readFileSync(serial, "latin1") }).toEqual(GREETED);
  });
  it("greets in QEMU", async (ctx) => {
    const qemu = requireTool(ctx, "qemu-system-x86_64");
    const args =
      "-display none -monitor none -serial stdio -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4";
    const ran = spawnSync(qemu, [...args.split(" "), "-kernel", await build(...options)], {
      encoding: "latin1",
      timeout: 60_000,
    });
    expect({ status: ran.status, out: ran.stdout }).toEqual(GREETED);
  });
});
