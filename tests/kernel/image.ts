/**
 * Runs of the unikernel's images (support/built.ts) in Vitrine and in QEMU. Not here: what an image should say.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";
import { builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

export const source = (name: string): string =>
  fileURLToPath(new URL(`../../kernel/${name}`, import.meta.url));

export interface Ran {
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
/** Boots in Vitrine. `options`: of vitrine boot. */
export function bootHere(image: string, ...options: string[]): Ran {
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
