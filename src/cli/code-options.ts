/* Options that the commands about code share: --mode and --base. */
import { InvalidArgumentError, Option } from "commander";
import { parseNumber } from "./number.ts";

export type CodeMode = 16 | 32 | 64;

function parseMode(text: string): CodeMode {
  if (text === "16") return 16;
  if (text === "32") return 32;
  if (text === "64") return 64;
  throw new InvalidArgumentError("It is 16, 32 or 64");
}

function parseAddress(text: string): bigint {
  const value = parseNumber(text);
  if (value < 0n || value >= 1n << 64n) throw new InvalidArgumentError("It is a number of up to 64 bits");
  return value;
}

export const modeOption = (): Option =>
  new Option("--mode <bits>", "code size: 16, 32 or 64").argParser(parseMode);

export const baseOption = (): Option =>
  new Option("--base <address>", "address of the first byte").argParser(parseAddress);
