/*
 * What README.md and docs/testing-harness.md show: the scripts run, and print what is said behind `// →`; the commands run, as they stand there, in a folder
 * that has what they name.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKernel } from "../../scripts/linux/kernels.ts";
import { makeInitramfs } from "../../scripts/switch/guest.ts";
import * as library from "../../src/index.ts";
import { builtKernel, builtProgram } from "../support/built.ts";
import { boot } from "../support/harness.ts";
import { missing, requireTool } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = (name: string): string => readFileSync(join(root, name), "utf8");
const BUSYBOX = "/bin/busybox";
const load = createRequire(import.meta.url);

const examples = ["README.md", "docs/testing-harness.md"].flatMap((name) =>
  [...page(name).matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, source = ""]) => ({ name, source }))
    .filter(({ source }) => source.includes("// →")),
);
describe("an example", () => {
  it("is on each page", () => {
    expect(examples.map(({ name }) => name)).toEqual(["README.md", "README.md", "docs/testing-harness.md"]);
  });
  it.for(examples.map(({ name, source }, i) => ({ name, source, i })))(
    "$i, of $name, does what it says",
    ({ source }, ctx) => {
      if (source.includes("busybox") && !existsSync(BUSYBOX)) return missing(ctx, BUSYBOX);
      const printed: string[] = [];
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
      });
      const packages: Record<string, unknown> = { vitrine: library, "vitrine/testing": { boot } };
      const require = (wanted: string): unknown => packages[wanted] ?? load(wanted);
      const log = (...values: unknown[]): void => void printed.push(format(...values));
      new Function("require", "exports", "console", outputText)(require, {}, { log });
      expect(printed).toEqual([...source.matchAll(/\/\/ → (.*)$/gm)].map((m) => m[1]));
    },
  );
});

const folder = mkdtempSync(join(tmpdir(), "vitrine-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const images: Readonly<Record<string, string>> = { run: "main.ts", bench: "bench/main.ts" };

/** Commands in the order of the page, in words. */
const commands = [...page("README.md").matchAll(/^npx vitrine ([^#\n]*)/gm)].map(([, line = ""]) =>
  [...line.trim().matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ""),
);
function vitrine([name = "", ...words]: readonly string[]): {
  status: number | null;
  out: string;
  err: string;
} {
  const image = images[name];
  const kernel = image === undefined ? [] : ["--kernel", builtKernel(image)];
  // The suite of benchmarks comes before its options.
  const args =
    name === "bench" ? [name, words[0] ?? "", ...kernel, ...words.slice(1)] : [name, ...kernel, ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, [builtProgram(), ...args], {
    cwd: folder,
    encoding: "utf8",
    input: "",
  });
  return { status, out: stdout, err: stderr };
}
/** Linux's: it says how many processors there are, and switches the machine off. */
const FIRST_PROCESS = `
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>
int main(void) {
  printf("first process: %ld processors\\n", sysconf(_SC_NPROCESSORS_ONLN));
  fflush(stdout);
  reboot(RB_POWER_OFF);
}
`;
/** What a command writes and ends with, by the command's beginning. */
const ENDS: Readonly<Record<string, readonly [output: RegExp, status: number]>> = {
  "bench alloc": [/^pair-64 +tagged .*^ages +tagged /ms, 0],
  "build kernel/hello.ts": [/^$/, 0],
  // What it writes to the debug-exit port.
  "boot hello.elf": [/^hello from TypeScript\n/, 33],
  "boot dist/kernel.elf": [/^DMA32 /m, 0],
  "inspect dist/kernel-bench.elf": [/^DMA32 /m, 0],
  "trace dist/kernel.elf": [/^\S+ cpu 0 switch from=/m, 0],
  "asm mov": [/^$/, 0],
  "exec answer.bin": [/^rax +0x0*54\b/m, 0],
  "disasm answer.bin": [/\bmov +eax, (0x2a|42)\b/, 0],
};

describe("a command of README.md", () => {
  beforeAll(() => {
    mkdirSync(at("dist"));
    copyFileSync(join(root, "README.md"), at("README.md"));
    symlinkSync(join(root, "kernel"), at("kernel"));
    symlinkSync(builtKernel("main.ts"), at("dist/kernel.elf"));
    symlinkSync(builtKernel("bench/main.ts"), at("dist/kernel-bench.elf"));
  });
  const of = (name: string, argument: RegExp): readonly string[] => {
    const found = commands.filter(([first, second = ""]) => first === name && argument.test(second));
    expect(found).toHaveLength(1);
    return found[0] ?? [];
  };

  it("that runs a program gives what the program gives here", (ctx) => {
    if (!existsSync(BUSYBOX)) return missing(ctx, BUSYBOX);
    const words = of("run", /^--/);
    const native = spawnSync(BUSYBOX, words.slice(words.indexOf("busybox") + 1), {
      cwd: folder,
      encoding: "utf8",
    });
    const { status, out, err } = vitrine(words);
    expect([status, out]).toEqual([0, native.stdout]);
    expect(out).toMatch(/^[0-9a-f]{64} {2}README\.md\n$/);
    expect(JSON.parse(err)).toMatchObject({ end: "exit" });
  });
  it("that boots Linux boots Linux", (ctx) => {
    const linux = findKernel("cloud");
    if (linux === undefined) return missing(ctx, "Debian's kernel");
    writeFileSync(at("first.c"), FIRST_PROCESS);
    symlinkSync(linux.image, at("vmlinuz"));
    symlinkSync(makeInitramfs(requireTool(ctx, "gcc"), at("first.c"), folder), at("initrd.gz"));
    writeFileSync(at("root.img"), new Uint8Array(1 << 20));
    const { status, out } = vitrine(of("boot", /^vmlinuz$/));
    expect([status, out.trimEnd().split("\r\n").includes("first process: 2 processors")]).toEqual([0, true]);
  });
  const rest = commands.filter(([name, argument]) => name !== "run" && argument !== "vmlinuz");
  it("is known here", () => {
    expect(rest.map(([name, argument]) => `${name} ${argument?.split(" ")[0]}`).sort()).toEqual(
      Object.keys(ENDS).sort(),
    );
  });
  it.each(rest.map((words) => ({ line: words.join(" "), words })))("does its work: $line", ({ words }) => {
    const { status, out, err } = vitrine(words);
    const [output, expected] = ENDS[`${words[0]} ${words[1]?.split(" ")[0]}`] ?? [/never/, 0];
    // Traces are on standard error.
    expect(out + err).toMatch(output);
    expect(status).toBe(expected);
  });
});
