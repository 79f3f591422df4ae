/**
 * The compiler as a whole: a program's sources to object code, and that to files. Sources come through `readFile` alone, so that
 * it runs in a page; equal sources give equal bytes.
 *
 *     checkProgram   sources         → ProgramTree   frontend/
 *     lowerProgram   ProgramTree     → IrProgram     lower/
 *     optimise       IrProgram       → IrProgram     passes/
 *     generate       IrProgram       → ObjectCode    x86/
 *     debugSections  ObjectCode      → DWARF         dwarf/
 *     relocatable    object files    → .o            elf/
 *     image          object files    → program       elf/
 */
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { debugSections } from "./dwarf/dwarf.ts";
import { type ImageOptions, image, type Target } from "./elf/image.ts";
import { type ObjectFile, objectFile } from "./elf/object-file.ts";
import { relocatable } from "./elf/relocatable.ts";
import { checkProgram, DEFAULT_LIBRARY } from "./frontend/check.ts";
import type { IrProgram } from "./ir/ir.ts";
import { printFunction, printProgram } from "./ir/printer.ts";
import { lowerProgram } from "./lower/lower.ts";
import type { ObjectCode } from "./object.ts";
import { ARGUMENTS, type Dump, INLINE, optimise, PASSES } from "./passes/optimise.ts";
import type { ProgramTree } from "./tree.ts";
import { generate, STEPS } from "./x86/generate.ts";

/** The letter of the IR as it is lowered. */
const LOWERED = "0";
/** What `dump` knows: letters with the names of passes, and of the back end's steps. */
export const DUMPS: ReadonlyMap<string, string> = new Map([
  [LOWERED, "lowering"],
  ...[...PASSES, ARGUMENTS, INLINE, ...STEPS].map(({ letter, name }) => [letter, name] as const),
]);

/** What DW_AT_producer says. */
const PRODUCER = "vitrine build";

export interface CompileOptions {
  /** The file that has main or kmain, as readFile knows it; or several, whose exports are the program's. */
  readonly entry: string | readonly string[];
  /** A file's text, or undefined if it cannot be read. Names use "/"; imports are relative to the file that imports. */
  readonly readFile: (name: string) => string | undefined;
  /** The name of kernel.d.ts; default "kernel/lib/kernel.d.ts". */
  readonly library?: string;
  readonly target: Target;
  /** Checks at run time, and variables where a debugger finds them. */
  readonly debug: boolean;
  /** As of `checkProgram`: tsc's errors, if somebody else looks for them. */
  readonly typeErrors?: () => readonly Diagnostic[] | undefined;
  /** Default: 0 for debug builds, else 2. */
  readonly optimise?: 0 | 1 | 2;
  /**
   * Told the IR after each pass that changes it, by the pass's letter: of the function that it changed, or of the program; and the machine
   * code of each function after each step of the back end.
   */
  readonly dump?: {
    readonly letters: string;
    readonly write: (title: string, text: string) => void;
  };
}
export interface Compiled {
  readonly object: ObjectCode;
  readonly ir: IrProgram;
  readonly tree: ProgramTree;
}
export interface Failed {
  readonly diagnostics: readonly Diagnostic[];
}

/** A program from its sources. */
export function compile(options: CompileOptions): Compiled | Failed {
  const { entry, readFile, library = DEFAULT_LIBRARY, debug, typeErrors } = options;
  const checked = checkProgram(entry, { readFile }, { debug, library, ...(typeErrors && { typeErrors }) });
  if (checked.diagnostics !== undefined) return { diagnostics: checked.diagnostics };
  const { tree, pending } = checked;
  if (pending === undefined) return compileTree(tree, options);
  // tsc is still at it. If it refuses the program, what becomes of the tree does not matter.
  let made: Compiled | undefined;
  let failure: unknown;
  try {
    made = compileTree(tree, options);
  } catch (error) {
    failure = error;
  }
  const diagnostics = pending();
  if (diagnostics.length > 0) return { diagnostics };
  if (made === undefined) throw failure;
  return made;
}

function compileTree(tree: ProgramTree, options: CompileOptions): Compiled {
  const { target, debug, dump } = options;
  const ir = lowerProgram(tree, { debug });
  const tell: Dump = (letter, pass, program, fn) => {
    if (dump?.letters.includes(letter))
      dump.write(`after ${pass}`, fn === undefined ? printProgram(program) : printFunction(fn));
  };
  tell(LOWERED, "lowering", ir, undefined);
  optimise(ir, options.optimise ?? (debug ? 0 : 2), tell);
  const object = generate(ir, { debug, target, codeModel: "small" }, (step, text) => {
    const { letter } = STEPS.find(({ name }) => name === step)!;
    if (dump?.letters.includes(letter)) dump.write(`after ${step}`, text());
  });
  return { object, ir, tree };
}

/** Sections and symbols; with DWARF unless `strip`. */
export function objectFileOf(
  { object, tree }: Compiled,
  strip = false,
): { readonly file: ObjectFile; readonly diagnostics: readonly Diagnostic[] } {
  const { file, problems } = objectFile(object, strip ? [] : debugSections(object, tree, PRODUCER));
  return { file, diagnostics: problems };
}

export interface Emitted {
  readonly content: Uint8Array;
}

/** A relocatable object, for `ld` and `gcc`. */
export function relocatableOf(compiled: Compiled, strip = false): Emitted | Failed {
  const { file, diagnostics } = objectFileOf(compiled, strip);
  return diagnostics.length > 0 ? { diagnostics } : { content: relocatable(file) };
}

/** A static Linux executable or a kernel image. */
export function programOf(
  compiled: readonly Compiled[],
  options: ImageOptions & { readonly strip?: boolean },
): Emitted | Failed {
  const files = compiled.map((c) => objectFileOf(c, options.strip));
  const diagnostics = files.flatMap((f) => f.diagnostics);
  if (diagnostics.length > 0) return { diagnostics };
  const made = image(
    files.map((f) => f.file),
    options,
  );
  return "problems" in made ? { diagnostics: made.problems } : { content: made.bytes };
}
