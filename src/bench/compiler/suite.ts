/** The suite `compiler`: programs of the dialect against the same in C by gcc. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, COMPILERS, type CompilerName } from "./build.ts";
import { measure, type Result } from "./measure.ts";
import { PROGRAMS } from "./programs.ts";

export interface Options {
  /** About how long all measurements may take; building comes on top. */
  readonly seconds: number;
  /** Only these programs; absent: all. */
  readonly only?: readonly string[];
  /** Told before each step. */
  readonly progress?: (name: string, index: number, count: number) => void;
}

/** Builds all programs, then measures them. Needs gcc. Throws if a program fails or checksums differ. */
export function measureCompilers({ seconds, only, progress }: Options): Result[] {
  const programs = PROGRAMS.filter((p) => only === undefined || only.includes(p.name));
  const folder = mkdtempSync(join(tmpdir(), "vitrine-bench-"));
  try {
    const steps = 2 * programs.length;
    const built = programs.map((program, i) => {
      progress?.(`${program.name}, building`, i, steps);
      const path = (by: CompilerName): string => build(program.name, by, folder);
      const [own, first, second] = COMPILERS;
      return { program, paths: { [own]: path(own), [first]: path(first), [second]: path(second) } };
    });
    return built.map(({ program, paths }, i) => {
      progress?.(program.name, programs.length + i, steps);
      return measure(program, paths, seconds / programs.length);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
