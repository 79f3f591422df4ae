/*
 * `vitrine asm`: Intel syntax to flat machine code. Lines given as arguments are shown as hexadecimal bytes; a file
 * or standard input too, unless -o names a file for the bytes themselves.
 */
import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { writeAll } from "../host/write-all.ts";
import { type Assembled, assemble } from "../isa/assembler/assemble.ts";
import { AssemblerError } from "../isa/assembler/error.ts";
import { baseOption, type CodeMode, modeOption } from "./code-options.ts";
import { UserError } from "./errors.ts";
import { inputName, readInput } from "./input.ts";

interface Options {
  readonly mode?: CodeMode;
  readonly base?: bigint;
  readonly output?: string;
  readonly listing?: true;
}

export function register(program: Command): void {
  program
    .command("asm")
    .description("assemble lines of Intel syntax, or a file, to flat machine code")
    .argument("<source...>", 'lines of code, or one file name; "-" is standard input')
    .addOption(modeOption())
    .addOption(baseOption())
    .option("-o, --output <file>", 'write the bytes there; "-" is standard output')
    .option("--listing", "print addresses, bytes and source")
    .action((source: readonly string[], options: Options) => asm(source, options));
}

/** The source text, and the name that errors give it. */
function load(source: readonly string[]): { text: string; name: string } {
  const [first = ""] = source;
  const isFile = first === "-" || existsSync(first) || /\.(asm|s|nasm|inc)$/i.test(first);
  if (!isFile) return { text: source.join("\n"), name: "" };
  if (source.length > 1) throw new UserError("one file at a time");
  return { text: new TextDecoder().decode(readInput(first)), name: inputName(first) };
}

function assembleOrFail(text: string, name: string, options: Options): Assembled {
  try {
    return assemble(text, {
      ...(options.mode !== undefined && { mode: options.mode }),
      ...(options.base !== undefined && { origin: options.base }),
    });
  } catch (error) {
    if (!(error instanceof AssemblerError)) throw error;
    throw new UserError(`${name === "" ? "" : `${name}:`}${error.line}:${error.column}: ${error.reason}`);
  }
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");

function asm(source: readonly string[], options: Options): void {
  const { text, name } = load(source);
  const assembled = assembleOrFail(text, name, options);
  if (options.output === "-") writeAll(1, assembled.bytes);
  else if (options.output !== undefined) writeFileSync(options.output, assembled.bytes);
  if (options.listing) process.stdout.write(listing(assembled));
  else if (options.output === undefined) {
    for (let at = 0; at < assembled.bytes.length; at += 16) {
      process.stdout.write(`${hex(assembled.bytes.subarray(at, at + 16))}\n`);
    }
  }
}

/** Bytes in one line of the listing. */
const PER_LINE = 8;

function listing(assembled: Assembled): string {
  const out: string[] = [];
  for (const { line, address, bytes, source } of assembled.listing) {
    const place = address.toString(16).padStart(8, "0");
    const first = hex(bytes.subarray(0, PER_LINE)).padEnd(PER_LINE * 3);
    out.push(
      `${String(line).padStart(5)}  ${bytes.length > 0 ? place : " ".repeat(8)}  ${first} ${source}`.trimEnd(),
    );
    for (let at = PER_LINE; at < bytes.length; at += PER_LINE) {
      const next = (address + BigInt(at)).toString(16).padStart(8, "0");
      out.push(`${" ".repeat(5)}  ${next}  ${hex(bytes.subarray(at, at + PER_LINE))}`);
    }
  }
  return `${out.join("\n")}\n`;
}
