/*
 * What `vitrine build` does with a program: sources in, one file out. Apart from build.ts, so that the thread of build-types.ts is at work
 * while TypeScript and the compiler are loaded.
 */
import { type Compiled, compile, DUMPS, programOf, relocatableOf } from "../compiler/compile.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { formatDiagnostics } from "../compiler/diagnostics/format.ts";
import { listing } from "../compiler/elf/listing.ts";
import { printProgram } from "../compiler/ir/printer.ts";
import { writeAll } from "../host/write-all.ts";
import type { BuildOptions } from "./build-options.ts";
import { LIBRARY, sourceText } from "./build-sources.ts";
import type { Build } from "./build-watch.ts";
import { UserError } from "./errors.ts";
import { writeWhole } from "./write-file.ts";

/** Throws UserError for a letter that is no pass's. */
export function checkDump({ dump = "" }: BuildOptions): void {
  const unknown = [...dump].find((letter) => !DUMPS.has(letter));
  if (unknown === undefined) return;
  const known = Array.from(DUMPS, ([letter, name]) => `${letter} ${name}`).join(", ");
  throw new UserError(`no pass has the letter ${unknown}; there are ${known}`);
}

/** Builds once; says what is wrong. `typeErrors`: as of `compile`. Throws Node's system error if the output cannot be written. */
export function build(
  file: string,
  output: string,
  options: BuildOptions,
  err: (text: string) => void,
  typeErrors?: () => readonly Diagnostic[] | undefined,
): Build {
  const texts = new Map<string, string | undefined>();
  const readFile = (name: string): string | undefined => {
    if (!texts.has(name)) texts.set(name, sourceText(name));
    return texts.get(name);
  };
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
