// docs/dialect.md: its programs are programs, and it names everything that kernel.d.ts declares.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatDiagnostics } from "../../../src/compiler/diagnostics/format.ts";
import { check, hostOf } from "./sources.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = readFileSync(`${root}docs/dialect.md`, "utf8");
const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((m) => m[1] ?? "");

/** What stands around the examples, in the page's order. */
const AROUND: readonly ((example: string) => string)[] = [
  (example) => example,
  (example) => example,
  (example) => `class Idt extends Struct { n: u64; }
    const idt: Idt = zeroed();
    export function f(root: u64, number: u64, a: u64, b: u64): void {\n${example}}`,
  (example) => `const VECTOR = 3;\nfunction common(): void {}\n${example}`,
];

describe("docs/dialect.md", () => {
  it.each(AROUND.map((around, i) => [i + 1, around] as const))(
    "example %i is in the dialect",
    (n, around) => {
      const source = around(blocks[n - 1] ?? "");
      const host = hostOf({ "docs/example.ts": source });
      const { diagnostics = [] } = check({ "docs/example.ts": source }, "docs/example.ts");
      expect(formatDiagnostics(diagnostics, host.readFile)).toBe("");
    },
  );
  it("has no other examples", () => {
    expect(blocks.length).toBe(AROUND.length);
  });
  it("names every function and type that kernel.d.ts declares", () => {
    const library = readFileSync(`${root}kernel/lib/kernel.d.ts`, "utf8");
    const names = [...library.matchAll(/^(?:declare (?:function|const|class)|type) (\w+)/gm)].map(
      (m) => m[1]!,
    );
    /** What only tsc needs, and the parts of others. */
    const inner = new Set(
      "Boolean IArguments Function Number Object RegExp BigInt Symbol NoInfer int Members Register AsmValue usize isize".split(
        " ",
      ),
    );
    const spelt = text.replace(/`…(\w+)`/g, (_, end) =>
      ["atomicLoad", "atomicStore"].map((n) => n + end).join(" "),
    );
    const missing = names.filter((name) => !inner.has(name) && !new RegExp(`\\b${name}\\b`).test(spelt));
    expect([...new Set(missing)]).toEqual([]);
  });
});
