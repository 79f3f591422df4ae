// Random signatures, the dialect against gcc: layouts, arguments, results and callbacks, both ways.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, relocatableOf } from "../../../src/compiler/compile.ts";
import { formatDiagnostics } from "../../../src/compiler/diagnostics/format.ts";
import { missing, requireTool } from "../../support/tools.ts";
import { hostOf } from "../frontend/sources.ts";
import { C, DIALECT, functions } from "./languages.ts";
import { Generator, type Signature, type Struct } from "./signatures.ts";

/** Programs of as many signatures each. */
const SEEDS = 9;
const SIGNATURES = 24;

/** Sizes and offsets as the dialect has them, which C asserts. */
function layouts(structs: readonly Struct[]): { dialect: string; c: string } {
  const dialect: string[] = [];
  const c: string[] = [];
  for (const s of structs) {
    const wanted = [
      ["sizeof", `sizeof<${s.name}>()`, `sizeof(${C.type(s)})`],
      ["alignof", `alignof<${s.name}>()`, `_Alignof(${C.type(s)})`],
      ...s.fields
        .filter((f) => f.width === undefined)
        .map((f) => [f.name, `offsetof<${s.name}>("${f.name}")`, `offsetof(${C.type(s)}, ${f.name})`]),
    ];
    for (const [name, ours, theirs] of wanted) {
      dialect.push(`export const layout_${s.name}_${name}: usize = ${ours};`);
      c.push(`extern uint64_t layout_${s.name}_${name};`);
      c.push(
        `__attribute__((constructor)) static void check_${s.name}_${name}(void) { if (layout_${s.name}_${name} != ${theirs}) differs("${name} of ${s.name}"); }`,
      );
    }
  }
  return { dialect: dialect.join("\n"), c: c.join("\n") };
}

function sources(seed: number): { dialect: string; c: string } {
  const generator = new Generator(seed);
  const signatures: Signature[] = [];
  for (let i = 0; i < SIGNATURES; i++) signatures.push(generator.signature(`f${i}`));
  const { structs } = generator;
  const layout = layouts(structs);
  const dialect = [
    "declare function differs(where: ptr<u8>): void;",
    ...structs.map((s) => DIALECT.struct(s)),
    layout.dialect,
    ...signatures.map((s) => functions(DIALECT, C, s)),
  ];
  const c = [
    "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>",
    'static int count; void differs(const char *where) { if (count++ < 10) printf("%s\\n", where); }',
    ...structs.map((s) => C.struct(s)),
    layout.c,
    ...signatures.map((s) => functions(C, DIALECT, s)),
    "int main(void) {",
    ...signatures.map(({ name }) => `  call_${name}_c(${name}_ts); call_${name}_ts(${name}_c);`),
    '  printf("%d differences\\n", count); return 0;\n}',
  ];
  return { dialect: dialect.join("\n"), c: c.join("\n") };
}

function object(text: string, debug: boolean): Uint8Array {
  const host = hostOf({ "abi.ts": text });
  const compiled = compile({ entry: "abi.ts", readFile: host.readFile, target: "linux", debug });
  const made = "diagnostics" in compiled ? compiled : relocatableOf(compiled);
  if ("diagnostics" in made) throw new Error(formatDiagnostics(made.diagnostics, host.readFile));
  return made.content;
}

describe("random signatures agree with gcc", () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    it(`seed ${seed}`, (ctx) => {
      if (process.platform !== "linux" || process.arch !== "x64") missing(ctx, "an x86-64 Linux");
      const gcc = requireTool(ctx, "gcc");
      const { dialect, c } = sources(seed);
      const folder = mkdtempSync(join(tmpdir(), "vitrine-abi-"));
      try {
        writeFileSync(join(folder, "main.c"), c);
        for (const debug of [false, true]) {
          writeFileSync(join(folder, "abi.o"), object(dialect, debug));
          const flags = ["-std=c11", "-w", debug ? "-O0" : "-O2", "-no-pie", "main.c", "abi.o", "-o", "main"];
          const built = spawnSync(gcc, flags, { cwd: folder, encoding: "utf8" });
          if (built.status !== 0) throw new Error(built.stderr);
          const ran = spawnSync(join(folder, "main"), [], { encoding: "utf8" });
          expect([ran.signal, ran.stdout], debug ? "debug" : "release").toEqual([null, "0 differences\n"]);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
});
