// What --dump shows: IR after passes, machine code after each step of the back end; letters are unique and in the documentation.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compile, DUMPS } from "../../src/compiler/compile.ts";
import { ARGUMENTS, INLINE, PASSES } from "../../src/compiler/passes/optimise.ts";
import { STEPS } from "../../src/compiler/x86/generate.ts";

const root = new URL("../..", import.meta.url);
const library = readFileSync(new URL("kernel/lib/kernel.d.ts", root), "utf8");
const SOURCE = `
class Pair extends Struct {
  a: u32;
  b: u32;
}
function sum(list: ptr<Pair>, count: usize, twice: bool): u64 {
  let total: u64 = 0;
  for (let i: usize = 0; i < count; i++) if (list[i].a !== 0) total += u64(list[i].b) / 10;
  return twice ? total * 2 : total;
}
const pairs: array<Pair, 8> = zeroed();
export function main(): i32 {
  return truncate<i32>(sum(addressOf(pairs[0]), 8, true));
}
`;

function dump(letters: string): { title: string; text: string }[] {
  const found: { title: string; text: string }[] = [];
  const compiled = compile({
    entry: "main.ts",
    readFile: (name) =>
      name === "main.ts" ? SOURCE : name === "kernel/lib/kernel.d.ts" ? library : undefined,
    target: "linux",
    debug: false,
    dump: { letters, write: (title, text) => found.push({ title, text }) },
  });
  expect("diagnostics" in compiled && compiled.diagnostics).toBe(false);
  return found;
}

describe("--dump", () => {
  it("has a letter for each pass and step", () => {
    const all = [...PASSES, ARGUMENTS, INLINE, ...STEPS];
    expect(new Set(all.map(({ letter }) => letter)).size).toBe(all.length);
    expect([...DUMPS.values()]).toEqual(["lowering", ...all.map(({ name }) => name)]);
  });

  it("is documented letter by letter", () => {
    const text = readFileSync(fileURLToPath(new URL("docs/build.md", root)), "utf8");
    const paragraph = /Letters of `--dump`[\s\S]*?\n\n/.exec(text)?.[0].replaceAll("\n", " ") ?? "";
    for (const letter of DUMPS.keys()) expect(paragraph).toMatch(new RegExp(`[ ,:;]${letter} [a-z]`));
  });

  it("shows the IR as lowered, and after passes that changed it", () => {
    const found = dump("0md");
    expect(found[0]!.title).toBe("after lowering");
    expect(found[0]!.text).toContain("slot");
    expect(new Set(found.map(({ title }) => title))).toEqual(
      new Set(["after lowering", "after mem2reg", "after dead"]),
    );
    for (const { text } of found) expect(text).toContain("function @");
  });

  it("shows machine code: virtual registers at first, real ones then, in the order of memory at last", () => {
    const found = dump("xypz");
    expect(found.map(({ title }) => title)).toEqual([
      "after selection",
      "after allocation",
      "after peephole",
      "after layout",
    ]);
    const [selected, allocated, cleaned, ordered] = found.map(({ text }) => text);
    expect(selected).toMatch(/^machine @main \{\nb\d+: {2}; /);
    expect(selected).toMatch(/\bv\d+\b/);
    for (const text of [allocated, cleaned, ordered]) {
      expect(text).not.toMatch(/\bv\d+\b/);
      expect(text).toMatch(/\b(rax|rcx|rdx)\b/);
    }
    // Zeros are made by XOR once the flags are known.
    expect(allocated).toMatch(/mov\.32 \w+, 0\n/);
    expect(cleaned).toMatch(/xor\.32 (\w+), \1\n/);
    expect(ordered).toMatch(/branch\.\w+ b\d+, else b\d+\n/);
  });
});
