// Looking for a text in a text.
// expect: 4 16 -1 0
import { newline, print, printI64 } from "../../../kernel/lib/linux.ts";

function find(text: ptr<u8>, what: ptr<u8>): i64 {
  for (let at: i64 = 0; ; at++) {
    let i: i64 = 0;
    while (what[i] !== 0 && text[at + i] === what[i]) i++;
    if (what[i] === 0) return at;
    if (text[at + i] === 0 && text[at] === 0) return -1;
  }
}
export function main(): i32 {
  const text = "the quick brown fox";
  printI64(find(text, "quick"));
  print(" ");
  printI64(find(text, "fox"));
  print(" ");
  printI64(find(text, "dog"));
  print(" ");
  printI64(find(text, ""));
  newline();
  return 0;
}
