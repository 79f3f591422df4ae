/*
 * The scripted harness's examples, as README.md and docs/testing-harness.md print them: they run, and print what is said behind `// →`. The
 * commands beside them run too.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { builtKernel, builtProgram } from "../support/built.ts";
import { boot } from "../support/harness.ts";
import { missing } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = (name: string): string => readFileSync(`${root}/${name}`, "utf8");
const BUSYBOX = "/bin/busybox";
const load = createRequire(import.meta.url);

const examples = ["README.md", "docs/testing-harness.md"].flatMap((name) =>
  [...page(name).matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, source = ""]) => ({ name, source }))
    .filter(({ source }) => source.includes("const guest = boot")),
);
describe("an example", () => {
  it("is on each page", () => {
    expect(examples.map(({ name }) => name)).toEqual(["README.md", "docs/testing-harness.md"]);
  });
  for (const { name, source } of examples)
    it(`of ${name} does what it says`, (ctx) => {
      if (!existsSync(BUSYBOX)) return missing(ctx, BUSYBOX);
      const printed: string[] = [];
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
      });
      const require = (wanted: string): unknown => (wanted === "vitrine/testing" ? { boot } : load(wanted));
      const log = (...values: unknown[]): void => void printed.push(format(...values));
      new Function("require", "exports", "console", outputText)(require, {}, { log });
      expect(printed).toEqual([...source.matchAll(/\/\/ → (.*)$/gm)].map((m) => m[1]));
    });
});

describe("a command of README.md", () => {
  it("that runs a program gives what the program gives here", (ctx) => {
    if (!existsSync(BUSYBOX)) return missing(ctx, BUSYBOX);
    const line = /^npx vitrine run (.*)$/m.exec(page("README.md"))?.[1] ?? "";
    const words = line.split(" ");
    const native = spawnSync(BUSYBOX, words.slice(words.indexOf("busybox") + 1), {
      cwd: root,
      encoding: "utf8",
    });
    const args = [builtProgram(), "run", "--kernel", builtKernel("main.ts"), ...words];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect([status, stdout]).toEqual([0, native.stdout]);
    expect(stdout).toMatch(/^[0-9a-f]{64} {2}README\.md\n$/);
  });
});
