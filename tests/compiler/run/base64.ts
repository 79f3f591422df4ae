// Base64 of a text.
// expect: TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu
// expect: YWI=
import { newline, printChar, textLength } from "../../../kernel/lib/linux.ts";

const alphabet: array<u8, 64> = bytes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
function encode(text: ptr<u8>, length: usize): void {
  for (let i: usize = 0; i < length; i += 3) {
    const left = length - i;
    let group = u32(text[i]) << 16;
    if (left > 1) group |= u32(text[i + 1]) << 8;
    if (left > 2) group |= u32(text[i + 2]);
    for (let j: u32 = 0; j < 4; j++) {
      if (usize(j) > left) printChar(char("="));
      else printChar(alphabet[(group >> (18 - 6 * j)) & 63]);
    }
  }
  newline();
}
export function main(): i32 {
  const text = "Many hands make light work.";
  encode(text, textLength(text));
  encode("ab", 2);
  return 0;
}
