/*
 * `vitrine build`: a program in the dialect to an ELF file, or to one of the forms on the way there. Diagnostics go to standard error and
 * end it with status 1; then no output file is touched.
 */
import { basename } from "node:path";
import { setFlagsFromString } from "node:v8";
import type { Command } from "commander";
import { addBuildOptions, type BuildOptions, type Emit } from "./build-options.ts";
import { LIBRARY } from "./build-sources.ts";
import { lookAtTypes } from "./build-types.ts";
import { watchBuild } from "./build-watch.ts";
import { UserError } from "./errors.ts";

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
      // What is dumped of a program that tsc refuses would only be in the way.
      const look = () => (options.dump === undefined ? lookAtTypes({ file, library: LIBRARY }) : undefined);
      const first = options.watch ? undefined : look();
      const { build, checkDump } = await import("./build-program.ts");
      checkDump(options);
      if (options.watch) await watchBuild(() => build(file, output, options, err, look()), output, err);
      else if (!build(file, output, options, err, first).good) process.exitCode = 1;
    });
}

function check(options: BuildOptions, output: string): void {
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
