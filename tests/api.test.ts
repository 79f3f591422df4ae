/* The examples of docs/api.md do what the page says. */
import { readFileSync } from "node:fs";
import { format } from "node:util";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import * as vitrine from "../src/index.ts";

const page = readFileSync(new URL("../docs/api.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((m) => m[1]!);

describe("docs/api.md", () => {
  it("has examples", () => {
    expect(examples.length).toBeGreaterThan(3);
  });
  it.each(examples.map((source, i) => ({ source, i })))("example $i prints what it says", ({ source }) => {
    const printed: string[] = [];
    const log = (...values: unknown[]) => void printed.push(format(...values));
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    new Function("require", "exports", "console", outputText)(() => vitrine, {}, { log });
    expect(printed).toEqual([...source.matchAll(/\/\/ → (.*)$/gm)].map((m) => m[1]));
  });
});
