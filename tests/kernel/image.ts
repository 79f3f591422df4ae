/**
 * Runs of the unikernel's images (support/built.ts) in Vitrine and in QEMU. Not here: what an image should say.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";
import type { KernelOptions } from "../../src/testing.ts";
import { builtProgram } from "../support/built.ts";
import { boot } from "../support/harness.ts";
import { requireTool } from "../support/tools.ts";

export const source = (name: string): string =>
  fileURLToPath(new URL(`../../kernel/${name}`, import.meta.url));

export interface Ran {
  /** null: neither written to the debug-exit port nor by switching off. */
  readonly status: number | null;
  /** What it wrote to COM1, in lines. */
  readonly lines: readonly string[];
}
const linesOf = (text: string): string[] => text.replaceAll("\r", "").trimEnd().split("\n");

/** Runs the program as it is built (support/built.ts): booting through a loader of TypeScript takes far longer. */
export function vitrine(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [builtProgram(), ...args], {
    encoding: "utf8",
    input: "",
    maxBuffer: 2 ** 28,
  });
  return { status, out: stdout, err: stderr };
}
/** Boots in Vitrine, by the scripted harness in this process, which takes a fraction of the command's time. To whatever end there is. */
export function bootHere(image: string, options: Omit<KernelOptions, "kernel"> = {}): Ran {
  const guest = boot({ kernel: image, maxCycles: Number.MAX_SAFE_INTEGER, ...options });
  const stop = guest.run();
  const status = stop.kind === "exit" ? stop.status & 0xff : stop.kind === "power-off" ? 0 : null;
  return { status, lines: linesOf(guest.output) };
}
/** Boots in Vitrine by the command. `options`: of vitrine boot. */
export function bootByCommand(image: string, ...options: string[]): Ran {
  const { status, out } = vitrine("boot", image, ...options);
  return { status, lines: linesOf(out) };
}
/** Boots in QEMU. `options`: of qemu-system-x86_64. */
export function bootInQemu(ctx: Pick<TestContext, "skip">, image: string, ...options: string[]): Ran {
  const qemu = requireTool(ctx, "qemu-system-x86_64");
  const usual =
    "-display none -monitor none -serial stdio -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4";
  const { status, stdout } = spawnSync(qemu, [...usual.split(" "), "-kernel", image, ...options], {
    encoding: "utf8",
    input: "",
  });
  return { status, lines: linesOf(stdout) };
}
