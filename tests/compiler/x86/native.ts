/*
 * Runs the back end's code on this processor: the program's object is linked with a C driver by gcc and run. IR functions are
 * called with given arguments; what they return is compared with the interpreter's.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { objectFile } from "../../../src/compiler/elf/object-file.ts";
import { relocatable } from "../../../src/compiler/elf/relocatable.ts";
import type { IrProgram } from "../../../src/compiler/ir/ir.ts";
import { type GenerateOptions, generate } from "../../../src/compiler/x86/generate.ts";

export const RELEASE: GenerateOptions = { debug: false, target: "linux", codeModel: "small" };

export interface Native {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
}

/** The program's relocatable object; all of its functions are exported. */
export function objectOf(program: IrProgram, options: GenerateOptions = RELEASE): Uint8Array {
  const code = generate(program, options);
  const pieces = code.pieces.map((p) => (p.symbol.startsWith(".L") ? p : { ...p, exported: true }));
  const { file, problems } = objectFile({ pieces });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return relocatable(file);
}

/** Links with C by gcc and runs. Throws with gcc's words where that fails. */
export function runWithC(
  gcc: string,
  program: IrProgram,
  c: string,
  options: GenerateOptions = RELEASE,
  flags: readonly string[] = ["-O1"],
): Native {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-x86-"));
  try {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path("program.o"), objectOf(program, options));
    writeFileSync(path("driver.c"), c);
    const built = spawnSync(
      gcc,
      [...flags, "-no-pie", "-w", "-o", path("a.out"), path("driver.c"), path("program.o"), "-lm"],
      {
        encoding: "utf8",
      },
    );
    if (built.status !== 0) throw new Error(built.stderr);
    const ran = spawnSync(path("a.out"), [], { encoding: "utf8", maxBuffer: 1 << 26 });
    return { status: ran.status, signal: ran.signal, stdout: ran.stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const C_TYPES = {
  i1: "unsigned char",
  i8: "unsigned char",
  i16: "unsigned short",
  i32: "unsigned",
  i64: "unsigned long",
  f64: "double",
};

/** Calls of functions that take integers and return one, in the order given: a line of hexadecimal for each. */
export function callsInC(
  program: IrProgram,
  calls: readonly { symbol: string; args: readonly bigint[] }[],
): string {
  const declarations = program.functions.map((fn) => {
    const params = fn.signature.params.map((p) => (typeof p === "string" ? C_TYPES[p] : "void *"));
    return `${C_TYPES[fn.signature.results[0] ?? "i64"]} ${fn.symbol}(${params.join(", ")});`;
  });
  const lines = calls.map(({ symbol, args }) => {
    const list = args.map((a) => `0x${BigInt.asUintN(64, a).toString(16)}ul`).join(", ");
    return `  printf("%lx\\n", (unsigned long)${symbol}(${list}));`;
  });
  return `#include <stdio.h>\n${declarations.join("\n")}\nint main(void) {\n${lines.join("\n")}\n  return 0;\n}\n`;
}
