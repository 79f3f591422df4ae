/*
 * Programs on everything that runs them: compiled at levels 0 (with the checks of debug builds), 1 and 2, each natively, on a machine of ours and, but for
 * level 1, through the IR interpreter; and by gcc, from the same trees as C. Several are compiled and run together, since that is
 * faster; when something is not right they run one by one. What takes long and finds little can be left out: gcc, and tsc's look at the types.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Compiled, programOf } from "../../../src/compiler/compile.ts";
import { formatDiagnostics } from "../../../src/compiler/diagnostics/format.ts";
import { checkProgram, DEFAULT_LIBRARY } from "../../../src/compiler/frontend/check.ts";
import type { IrProgram } from "../../../src/compiler/ir/ir.ts";
import { verify } from "../../../src/compiler/ir/verify.ts";
import { lowerProgram } from "../../../src/compiler/lower/lower.ts";
import { type Dump, optimise } from "../../../src/compiler/passes/optimise.ts";
import type { ProgramTree } from "../../../src/compiler/tree.ts";
import { generate } from "../../../src/compiler/x86/generate.ts";
import { emulate, interpret, type Ran } from "../../compiler/run.ts";
import { findTool } from "../../support/tools.ts";
import { cText } from "./c.ts";
import { dialectText, mainText } from "./dialect.ts";
import * as prelude from "./prelude.ts";
import type { Program } from "./tree.ts";

export const LEVELS = [0, 1, 2] as const;
export type Level = (typeof LEVELS)[number];
/** What makes better IR of IR, in place. */
export type Optimise = (program: IrProgram, level: Level, tell?: Dump) => void;

/** What each engine printed and how it ended, by its name. */
export type Outcomes = ReadonlyMap<string, string>;
export type Finding =
  | { readonly kind: "differ"; readonly outcomes: Outcomes }
  /** The compiler refuses the program, or fails on it. */
  | { readonly kind: "compiler"; readonly message: string }
  /** gcc refuses it: the fault is with who writes it as C. */
  | { readonly kind: "gcc"; readonly message: string };

interface Engine {
  readonly name: string;
  readonly level: Level | "C";
  readonly how: "natively" | "on our machine" | "by the IR";
}
const isNative = process.platform === "linux" && process.arch === "x64";
const ENGINES: readonly Engine[] = [
  { name: "gcc", level: "C", how: "natively" },
  ...LEVELS.flatMap((level) =>
    (["natively", "on our machine", "by the IR"] as const).map((how) => ({
      name: `level ${level} ${how}`,
      level,
      how,
    })),
  ),
];

const root = fileURLToPath(new URL("../../..", import.meta.url));
const MILLISECONDS = 10_000;
const GCC = [
  ...["-O0", "-w", "-std=gnu11", "-fwrapv", "-fno-strict-aliasing", "-fno-stack-protector", "-fno-builtin"],
  ...["-ffp-contract=off", "-nostdlib", "-static"],
];

/** Has a folder of its own until `dispose`. */
export class Runner {
  readonly #folder = mkdtempSync(join(tmpdir(), "vitrine-fuzz-"));
  readonly #gcc = isNative ? findTool("gcc") : undefined;
  readonly optimise: Optimise;
  readonly #engines: readonly Engine[];
  /** But for gcc. */
  readonly #quick: readonly Engine[];
  readonly #library = new Map<string, string>();

  /** @param improve Instead of the compiler's own passes. */
  constructor(improve: Optimise = optimise) {
    this.optimise = improve;
    this.#engines = ENGINES.filter(({ level, how }) => {
      if (level === "C") return this.#gcc !== undefined;
      // Level 1 has no passes of its own.
      return (how !== "natively" || isNative) && (how !== "by the IR" || level !== 1);
    });
    this.#quick = this.#engines.filter(({ level }) => level !== "C");
    this.#library.set(DEFAULT_LIBRARY, readFileSync(join(root, DEFAULT_LIBRARY), "utf8"));
    this.#library.set("linux.ts", readFileSync(join(root, "kernel/lib/linux.ts"), "utf8"));
    this.#library.set("text.ts", readFileSync(join(root, "kernel/lib/text.ts"), "utf8"));
    this.#library.set("prelude.ts", prelude.DIALECT);
  }
  dispose(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** Whether gcc takes part. */
  get hasGcc(): boolean {
    return this.#gcc !== undefined;
  }

  /**
   * What is wrong with one of several programs. Undefined: nothing. "together": only when they run in one process. Unless `thorough`, gcc takes no
   * part, nor tsc's check.
   */
  findAny(
    programs: readonly Program[],
    thorough = true,
  ): { finding: Finding; program: Program | "together" } | undefined {
    const finding = this.find(programs, thorough ? this.#engines : this.#quick, thorough);
    if (finding === undefined) return undefined;
    for (const program of programs) {
      const alone = programs.length === 1 ? finding : this.find([program]);
      if (alone !== undefined) return { finding: alone, program };
    }
    return { finding, program: "together" };
  }

  /** What is wrong with several programs that run one after the other, as these engines see it. */
  find(programs: readonly Program[], engines = this.#engines, isTyped = true): Finding | undefined {
    const built = this.#build(programs, engines, isTyped);
    if ("kind" in built) return built;
    const outcomes = new Map<string, string>();
    for (const { name, level, how } of engines) {
      if (level === "C") {
        const ran = this.#runC(programs);
        if (typeof ran !== "string") return ran;
        outcomes.set(name, ran);
        continue;
      }
      const { ir, image } = built.levels.get(level)!;
      const ran =
        how === "natively" ? this.#runNative(image) : how === "by the IR" ? interpret(ir) : emulate(image);
      outcomes.set(name, outcome(ran));
    }
    return new Set(outcomes.values()).size === 1 ? undefined : { kind: "differ", outcomes };
  }

  /** As few engines as still differ. */
  fewest({ outcomes }: Extract<Finding, { kind: "differ" }>): readonly Engine[] {
    const [first, ...rest] = this.#engines.filter(({ name }) => outcomes.has(name));
    const isOther = ({ name }: Engine): boolean => outcomes.get(name) !== outcomes.get(first?.name ?? "");
    const other = rest.findLast(isOther);
    const alike = rest.find((engine) => !isOther(engine)) ?? first;
    return [alike, other].filter((engine) => engine !== undefined);
  }

  /** The IR of one program, as it is before any pass of the level. */
  lower(program: Program, level: Level): IrProgram {
    const tree = this.#check([program], true);
    if (typeof tree === "string") throw new TypeError(tree);
    return lowerProgram(tree, { debug: level === 0 });
  }

  /** `isTyped`: tsc looks at the types as well. */
  #check(programs: readonly Program[], isTyped: boolean): ProgramTree | string {
    const files = new Map(this.#library);
    for (const [i, program] of programs.entries()) files.set(`p${i}.ts`, dialectText(program));
    files.set("main.ts", mainText(programs.length));
    const readFile = (name: string): string | undefined => files.get(name);
    const { tree, diagnostics } = checkProgram(
      "main.ts",
      { readFile },
      { debug: true, ...(!isTyped && { typeErrors: () => [] }) },
    );
    return tree ?? formatDiagnostics(diagnostics.slice(0, 3), readFile);
  }

  #build(
    programs: readonly Program[],
    engines: readonly Engine[],
    isTyped: boolean,
  ): Finding | { levels: ReadonlyMap<Level, { ir: IrProgram; image: Uint8Array }> } {
    try {
      const tree = this.#check(programs, isTyped);
      if (typeof tree === "string") return { kind: "compiler", message: tree };
      const levels = new Map<Level, { ir: IrProgram; image: Uint8Array }>();
      for (const level of LEVELS) {
        if (!engines.some((e) => e.level === level)) continue;
        const ir = lowerProgram(tree, { debug: level === 0 });
        this.optimise(ir, level);
        verify(ir, `level ${level}`);
        levels.set(level, { ir, image: imageOf(tree, ir, level === 0) });
      }
      return { levels };
    } catch (error) {
      return {
        kind: "compiler",
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
  }

  #runNative(image: Uint8Array): Ran {
    const path = join(this.#folder, "main");
    writeFileSync(path, image, { mode: 0o755 });
    return spawn(path);
  }

  #runC(programs: readonly Program[]): string | Finding {
    const prefixes = programs.map((_, i) => `p${i}_`);
    const texts = programs.map((program, i) => cText(program, prefixes[i]!));
    const start = prelude.C_START(prefixes.map((prefix) => `${prefix}run`));
    const [source, path] = [join(this.#folder, "main.c"), join(this.#folder, "main-c")];
    writeFileSync(source, [prelude.C, ...texts, start].join("\n"));
    const made = spawnSync(this.#gcc ?? "gcc", [...GCC, source, "-o", path, "-lgcc"], { encoding: "utf8" });
    if (made.status !== 0) return { kind: "gcc", message: made.stderr };
    return outcome(spawn(path));
  }
}

function imageOf(tree: ProgramTree, ir: IrProgram, debug: boolean): Uint8Array {
  const object = generate(ir, { debug, target: "linux", codeModel: "small" });
  const compiled: Compiled = { object, ir, tree };
  const made = programOf([compiled], { target: "linux", strip: !debug });
  if ("diagnostics" in made) throw new Error(made.diagnostics.map((d) => d.message).join("\n"));
  return made.content;
}

function spawn(path: string): Ran {
  const { status, signal, stdout, stderr } = spawnSync(path, {
    argv0: "main",
    encoding: "utf8",
    timeout: MILLISECONDS,
  });
  return { out: stdout, err: stderr, status: status ?? (signal === "SIGTERM" ? "limit" : "trap") };
}

/** As text, to compare. What a failed check says is no part of a level's name. */
function outcome({ out, err, status }: Ran): string {
  return status === 0 ? out : `${out}${err}(${typeof status === "number" ? `status ${status}` : status})\n`;
}
