/*
 * Numbers on the command line, for all commands: decimal, 0x, 0o or 0b, with an optional sign, and K, M or G for binary
 * multiples; beside these what the assembler takes for a number (7c00h, $7c00). What range is wanted says who asks.
 */
import { InvalidArgumentError } from "commander";
import { parseNumber as parseAssemblerNumber } from "../isa/assembler/lexer.ts";

const NUMBER = /^(-?)(0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)([kmg]?)$/i;
const SHIFT: Readonly<Record<string, bigint>> = { "": 0n, k: 10n, m: 20n, g: 30n };

/** The value of a number. Throws commander's InvalidArgumentError for what is none. */
export function parseNumber(text: string): bigint {
  const match = NUMBER.exec(text.trim());
  if (match === null) {
    const value = parseAssemblerNumber(text.trim());
    if (value === undefined) throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number`);
    return value;
  }
  const digits = match[2]!.replaceAll("_", "");
  if (/^0[xob]$/i.test(digits)) throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number`);
  const value = BigInt(digits) << SHIFT[match[3]!.toLowerCase()]!;
  return match[1] === "-" ? -value : value;
}
