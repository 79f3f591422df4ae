/*
 * `vitrine build`: a program in the dialect to an ELF file, or to one of the forms on the way there. Diagnostics go to standard error and
 * end it with status 1; then no output file is touched.
 */
import { basename } from "node:path";
import type { Command } from "commander";
import { addBuildOptions, type BuildOptions, type Emit } from "./build-options.ts";
import { LIBRARY } from "./build-sources.ts";
import { optimiseLate } from "./build-tiers.ts";
import { lookAtTypes } from "./build-types.ts";
import { watchBuild } from "./build-watch.ts";
import { UserError } from "./errors.ts";

export function register(program: Command): void {
  const err = (text: string): void => void (program.configureOutput().writeErr ?? process.stderr.write)(text);
  addBuildOptions(program.command("build"))
    .description("compile a program in the TypeScript dialect")
    .argument("<file>", "its file with main (Linux) or kmain (kernel)")
    .action(async (file: string, options: BuildOptions) => {
      optimiseLate();
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
