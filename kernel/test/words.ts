/** The command line's syntax. */

import type { Words } from "../boot/words.ts";
import { sameText } from "../lib/text.ts";
import { check, checkEqual } from "./check.ts";

const ROOM = 128;
const words: Words = zeroed();
const text: array<u8, typeof ROOM> = zeroed();

function split(line: ptr<u8>): void {
  let i: usize = 0;
  for (; line[i] !== 0 && i < ROOM - 1; i++) text[i] = line[i];
  text[i] = 0;
  words.split(addressOf(text[0]));
}
/** Checks word `index`; null: it has no "=". */
function checkWord(index: usize, name: ptr<u8>, value: ptr<u8> | null): void {
  const word = addressOf(words.list[index]);
  check(sameText(word.name, name), name);
  if (value === null) check(word.text === null, "no value");
  else check(word.text !== null && sameText(word.text, value), value);
}

export function wordsAndValues(): void {
  split("  memory  crash=null a=b=c\t= d= ");
  checkEqual(words.count, 5, "words");
  checkWord(0, "memory", null);
  checkWord(1, "crash", "null");
  checkWord(2, "a", "b=c");
  checkWord(3, "", "");
  checkWord(4, "d", "");
  split("");
  checkEqual(words.count, 0, "no words in nothing");
  split(" \t\n ");
  checkEqual(words.count, 0, "no words in blanks");
}
export function quotesAndBackslashes(): void {
  split("a=\"x y\" 'b c'=d e\\ f=\\\"g 'h\\' \"\\\"i\" '' j'k\"l");
  checkWord(0, "a", "x y");
  checkWord(1, "b c", "d");
  checkWord(2, "e f", '"g');
  checkWord(3, "h\\", null);
  checkWord(4, '"i', null);
  checkWord(5, "", null);
  checkWord(6, 'jk"l', null);
  checkEqual(words.count, 7, "words");
}
export function lastOneCounts(): void {
  split("x=1 y x=2 x");
  const found = words.find("x");
  check(found !== null && found.text === null, "the last x");
  const other = words.find("y");
  check(other !== null, "y");
  check(words.find("z") === null, "no z");
  for (let i: usize = 0; i < ROOM - 1; i++) text[i] = i % 2 === 0 ? char("w") : char(" ");
  words.split(addressOf(text[0]));
  checkEqual(words.count, 64, "no more than there is room for");
}
