/**
 * The kernel's command line: options by name (words.ts has the syntax). Of one given twice the last counts. Options that nobody knows
 * (options.ts) are warned of, and otherwise ignored.
 */

import { newline, print, printLine, tab } from "../console/print.ts";
import { sameText } from "../lib/text.ts";
import { commandLine, kernelNameFirst } from "./loaded.ts";
import { options } from "./options.ts";
import type { Words } from "./words.ts";

const words: Words = zeroed();

function isKnown(name: ptr<u8>): bool {
  for (let i: usize = 0; i < options.length && address(options[i].name) !== 0; i++) {
    if (sameText(options[i].name, name)) return true;
  }
  return false;
}
function warn(what: ptr<u8>, word: ptr<u8>): void {
  print("warning: ");
  print(what);
  print(" ");
  print(word);
  newline();
}
/** Splits the line where it lies. The first word may be the kernel's own file, which some of multiboot's loaders put there. */
export function initCommandLine(): void {
  words.split(addressOf(commandLine[0]));
  for (let i: usize = 0; i < words.count; i++) {
    if (isKnown(words.list[i].name) || (i === 0 && kernelNameFirst)) continue;
    warn("unknown option", words.list[i].name);
  }
}
export function hasOption(name: ptr<u8>): bool {
  return words.find(name) !== null;
}
/** What stands behind "=": empty if nothing does. Null: the option is not there. */
export function optionText(name: ptr<u8>): ptr<u8> | null {
  const word = words.find(name);
  if (word === null) return null;
  return word.text === null ? "" : word.text;
}
/** Whether the option is there with that text. */
export function optionIs(name: ptr<u8>, text: ptr<u8>): bool {
  const given = optionText(name);
  return given !== null && sameText(given, text);
}
function digitOf(byte: u8): u64 {
  if (byte >= char("0") && byte <= char("9")) return u64(byte - char("0"));
  const lower = byte | 0x20;
  return lower >= char("a") && lower <= char("f") ? u64(lower - char("a")) + 10 : 16;
}
function shiftOf(letter: u8): u64 {
  if (letter === char("K")) return 10;
  if (letter === char("M")) return 20;
  return letter === char("G") ? 30 : 0;
}
/**
 * Decimal, or hexadecimal behind 0x; K, M or G at the end for multiples of 1024. `otherwise` without the option, and with a warning where it is no
 * number.
 */
export function optionNumber(name: ptr<u8>, otherwise: u64): u64 {
  const text = optionText(name);
  if (text === null) return otherwise;
  const isHex = text[0] === char("0") && (text[1] | 0x20) === char("x");
  const base: u64 = isHex ? 16 : 10;
  const start: usize = isHex ? 2 : 0;
  let i = start;
  let value: u64 = 0;
  for (; digitOf(text[i]) < base; i++) value = value * base + digitOf(text[i]);
  const shift = shiftOf(text[i]);
  const end = shift === 0 ? i : i + 1;
  if (i > start && text[end] === 0) return value << shift;
  warn("no number:", text);
  return otherwise;
}
/** For people. */
export function printOptions(): void {
  for (let i: usize = 0; i < options.length && address(options[i].name) !== 0; i++) {
    print("  ");
    print(options[i].name);
    tab(12);
    printLine(options[i].meaning);
  }
}
