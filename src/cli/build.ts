/*
 * `vitrine build`: a program in the dialect to an ELF file, or to one of the forms on the way there. Diagnostics go to standard error and
 * end it with status 1; then no output file is touched.
 */
import { basename } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Command } from "commander";
import { type Compiled, compile, DUMPS, programOf, relocatableOf } from "../compiler/compile.ts";
import { formatDiagnostics } from "../compiler/diagnostics/format.ts";
import { listing } from "../compiler/elf/listing.ts";
import { printProgram } from "../compiler/ir/printer.ts";
import { writeAll } from "../host/write-all.ts";
import { addBuildOptions, type BuildOptions, type Emit } from "./build-options.ts";
import { LIBRARY, sourceText } from "./build-sources.ts";
import { lookAtTypes } from "./build-types.ts";
import { type Build, watchBuild } from "./build-watch.ts";
import { UserError } from "./errors.ts";
import { writeWhole } from "./write-file.ts";

/**
 * Bytes of bytecode that a function runs before V8 optimises it; its own default is a fifteenth. In the seconds that a build takes, what is optimised
 * sooner does not pay: compiling a kernel took half of its processor time for that.
 */
const BEFORE_OPTIMISING = 1_000_000;
/** Versions of V8 that have the flag: Node 20 to 24. */
const isKnownV8 = /^1[123]\./.test(process.versions.v8);

export function register(program: Command): void {
  const err = (text: string): void => void (program.configureOutput().writeErr ?? process.stderr.write)(text);
  addBuildOptions(program.command("build"))
    .description("compile a program in the TypeScript dialect")
    .argument("<file>", "its file with main (Linux) or kmain (kernel)")
    .action(async (file: string, options: BuildOptions) => {
      if (isKnownV8) setFlagsFromString(`--interrupt-budget=${BEFORE_OPTIMISING}`);
      const output = options.output ?? defaultOutput(file, options);
      check(options, output);
      if (options.watch) await watchBuild(() => build(file, output, options, err), output, err);
      else if (!build(file, output, options, err).good) process.exitCode = 1;
    });
}

function check(options: BuildOptions, output: string): void {
  const unknown = [...(options.dump ?? "")].find((letter) => !DUMPS.has(letter));
  if (unknown !== undefined) {
    const known = Array.from(DUMPS, ([letter, name]) => `${letter} ${name}`).join(", ");
    throw new UserError(`no pass has the letter ${unknown}; there are ${known}`);
  }
  if (options.emit !== "elf" && (options.base !== undefined || options.section !== undefined))
    throw new UserError("--base and --section are for --emit elf: only a linked program has addresses");
  if (options.watch && output === "-") throw new UserError("--watch needs a file to write to");
}

const EXTENSIONS: Readonly<Record<Emit, string>> = { elf: "", obj: ".o", asm: ".s", ir: ".ir" };
function defaultOutput(file: string, { emit, target }: BuildOptions): string {
  const name = basename(file).replace(/\.ts$/, "");
  const extension =
    emit === "elf" && (target === "kernel" || name === basename(file)) ? ".elf" : EXTENSIONS[emit];
  return `${name}${extension}`;
}

/** Builds once; says what is wrong. Throws Node's system error if the output cannot be written. */
function build(file: string, output: string, options: BuildOptions, err: (text: string) => void): Build {
  const texts = new Map<string, string | undefined>();
  const readFile = (name: string): string | undefined => {
    if (!texts.has(name)) texts.set(name, sourceText(name));
    return texts.get(name);
  };
  // What is dumped of a program that tsc refuses would only be in the way.
  const typeErrors = options.dump === undefined ? lookAtTypes({ file, library: LIBRARY }) : undefined;
  const compiled = compile({
    entry: file,
    readFile,
    library: LIBRARY,
    target: options.target,
    debug: options.debug ?? false,
    ...(typeErrors && { typeErrors }),
    ...(options.dump !== undefined && {
      dump: { letters: options.dump, write: (title: string, text: string) => err(`; ${title}\n${text}\n`) },
    }),
  });
  const result = "diagnostics" in compiled ? compiled : emitted(compiled, options);
  const files = new Map([...texts].filter(([name]) => name !== LIBRARY));
  if ("diagnostics" in result) {
    err(`${formatDiagnostics(result.diagnostics, (name) => texts.get(name))}\n`);
    return { good: false, files };
  }
  if (output === "-") writeAll(1, result.content);
  else writeWhole(output, result.content, options.emit === "elf" ? 0o777 : 0o666);
  return { good: true, files };
}

function emitted(compiled: Compiled, options: BuildOptions) {
  const encoder = new TextEncoder();
  switch (options.emit) {
    case "ir":
      return { content: encoder.encode(printProgram(compiled.ir)) };
    case "asm":
      return { content: encoder.encode(listing(compiled.object)) };
    case "obj":
      return relocatableOf(compiled, options.strip);
    case "elf":
      return programOf([compiled], {
        target: options.target,
        ...(options.strip && { strip: true }),
        ...(options.base !== undefined && { base: options.base }),
        ...(options.section !== undefined && { sections: options.section }),
      });
  }
}
