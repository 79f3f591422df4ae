/*
 * `vitrine disasm`: machine code to Intel syntax. A flat file as a whole; of an ELF file the executable sections, with
 * symbols. What is no instruction is shown as `db`.
 */
import type { Command } from "commander";
import { type DisassembledLine, disassemble } from "../isa/disassemble.ts";
import { branchTarget } from "../isa/readings/text.ts";
import { baseOption, type CodeMode, modeOption } from "./code-options.ts";
import { ElfError, type ElfSection, type ElfSymbol, isElf, parseElf } from "./elf.ts";
import { UserError } from "./errors.ts";
import { inputName, readInput } from "./input.ts";

interface Options {
  readonly mode?: CodeMode;
  readonly base?: bigint;
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command("disasm")
    .description("disassemble a flat file, or the executable sections of an ELF file")
    .argument("<file>", 'the file; "-" is standard input')
    .addOption(modeOption())
    .addOption(baseOption())
    .option("--json", "one JSON object: { mode, sections: [{ name, address, lines }] }")
    .action((file: string, options: Options) => disasm(file, options));
}

/** What is to be disassembled: one unnamed section for a flat file. */
interface Code {
  readonly mode: CodeMode;
  readonly sections: readonly ElfSection[];
}

function load(file: string, options: Options): Code {
  const bytes = readInput(file);
  const name = inputName(file);
  if (bytes.length === 0) throw new UserError(`${name} is empty`);
  if (!isElf(bytes)) {
    return {
      mode: options.mode ?? 64,
      sections: [{ name: "", address: options.base ?? 0n, bytes, symbols: [] }],
    };
  }
  if (options.base !== undefined)
    throw new UserError("--base is for flat files: an ELF file has its own addresses");
  try {
    const { mode, code } = parseElf(bytes);
    if (code.length === 0) throw new ElfError("the ELF file has no executable section");
    return { mode: options.mode ?? mode, sections: code };
  } catch (error) {
    if (error instanceof ElfError) throw new UserError(`${name}: ${error.message}`);
    throw error;
  }
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");

type Names = ReadonlyMap<bigint, string>;

const namesOf = (section: ElfSection): Names => new Map(section.symbols.map((s) => [s.address, s.name]));

const linesOf = (section: ElfSection, mode: CodeMode, names: Names): Iterable<DisassembledLine> =>
  disassemble(section.bytes, { mode, base: section.address, symbol: (address) => names.get(address) });

function disasm(file: string, options: Options): void {
  const code = load(file, options);
  if (options.json) {
    const sections = code.sections.map((section) => {
      const exact = namesOf(section);
      return {
        name: section.name,
        address: `0x${section.address.toString(16)}`,
        lines: Array.from(linesOf(section, code.mode, exact), (line) => ({
          address: `0x${line.address.toString(16)}`,
          bytes: hex(line.bytes).replaceAll(" ", ""),
          text: line.text,
          ...(exact.has(line.address) && { symbol: exact.get(line.address) }),
        })),
      };
    });
    process.stdout.write(`${JSON.stringify({ mode: code.mode, sections })}\n`);
    return;
  }
  const digits = code.mode === 64 ? 16 : 8;
  for (const [i, section] of code.sections.entries()) {
    const out: string[] = [];
    if (section.name !== "") out.push(`${i > 0 ? "\n" : ""}section ${section.name}`);
    const exact = namesOf(section);
    for (const line of linesOf(section, code.mode, exact)) {
      const label = exact.get(line.address);
      if (label !== undefined) out.push(`\n${label}:`);
      const note = comment(line, section.symbols, exact);
      const address = line.address.toString(16).padStart(digits, "0");
      out.push(`${address}  ${hex(line.bytes).padEnd(30)}  ${line.text}${note}`);
    }
    process.stdout.write(`${out.join("\n")}\n`);
  }
}

/** Address that a line refers to relative to itself, where the text does not show it as a name. */
function target(line: DisassembledLine): { address: bigint; shown: boolean } | undefined {
  const { instruction } = line;
  if (instruction === undefined) return undefined;
  for (const o of instruction.operands) {
    if (o.kind === "relative") {
      return { address: branchTarget(instruction, o.displacement, line.address), shown: true };
    }
    if (o.kind === "memory" && o.ripRelative) {
      const next = line.address + BigInt(instruction.length);
      return { address: BigInt.asUintN(64, next + o.displacement), shown: false };
    }
  }
  return undefined;
}

function comment(line: DisassembledLine, symbols: readonly ElfSymbol[], exact: Names): string {
  const to = target(line);
  if (to === undefined || exact.has(to.address)) return "";
  const near = nearest(symbols, to.address);
  const offset = near === undefined ? 0n : to.address - near.address;
  const name = near !== undefined && offset < near.size ? `${near.name}+0x${offset.toString(16)}` : undefined;
  if (to.shown && name === undefined) return "";
  return `  ; ${to.shown ? name : `0x${to.address.toString(16)}${name === undefined ? "" : ` ${name}`}`}`;
}

/** The last symbol at or before an address. */
function nearest(symbols: readonly ElfSymbol[], address: bigint): ElfSymbol | undefined {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle]!.address <= address) low = middle + 1;
    else high = middle;
  }
  return symbols[low - 1];
}
