/* The options of `vitrine build`: how each is written, and what is refused. docs/build.md describes them for users. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { TARGETS, type Target } from "../compiler/elf/image.ts";
import { parseNumber } from "./number.ts";

export const EMITS = ["elf", "obj", "asm", "ir"] as const;
export type Emit = (typeof EMITS)[number];

export interface BuildOptions {
  readonly output?: string;
  readonly target: Target;
  readonly emit: Emit;
  readonly debug?: true;
  readonly strip?: true;
  readonly dump?: string;
  readonly base?: number;
  readonly section?: ReadonlyMap<string, number>;
  readonly watch?: true;
}

/** Addresses of images are below 2 GiB. */
const ADDRESS_LIMIT = 2n ** 31n;
const PAGE = 4096;

function parseAddress(text: string): number {
  const value = parseNumber(text);
  if (value < 0n || value >= ADDRESS_LIMIT) throw new InvalidArgumentError("It is an address below 2 GiB");
  return Number(value);
}
function parseBase(text: string): number {
  const address = parseAddress(text);
  if (address === 0 || address % PAGE !== 0)
    throw new InvalidArgumentError(`It is a multiple of ${PAGE}, and not 0`);
  return address;
}
function parseSection(text: string, before: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has the form NAME=ADDRESS");
  return new Map(before).set(text.slice(0, at), parseAddress(text.slice(at + 1)));
}

export function addBuildOptions(command: Command): Command {
  return command
    .option("-o, --output <file>", 'where to put it; "-" is standard output; default: the source\'s name')
    .addOption(new Option("--target <target>", "what it is for").choices(TARGETS).default("linux"))
    .addOption(
      new Option("--emit <form>", "an ELF program, a relocatable object, assembly or IR as text")
        .choices(EMITS)
        .default("elf"),
    )
    .option("--debug", "checks at run time, and every variable where gdb finds it")
    .option("--strip", "leave out DWARF; symbols stay")
    .option("--dump <letters>", "print the IR after these passes on standard error; see docs/build.md")
    .addOption(
      new Option("--base <address>", "of the first section; default 2M for kernels, 4M for Linux").argParser(
        parseBase,
      ),
    )
    .addOption(
      new Option("--section <name=address>", "put a section there; may be repeated").argParser(parseSection),
    )
    .option("--watch", "build again whenever a source changes");
}
