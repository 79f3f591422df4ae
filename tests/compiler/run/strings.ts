// String and byte literals, escapes and UTF-8.
// expect: tab	here "quoted" \
// expect: 5 2 6
// expect: Grüße, 世界
// expect: 97 10 8364
// expect: abc
import { newline, print, printU64, textLength } from "../../../kernel/lib/linux.ts";

const greeting: ptr<u8> = "Gr\u00fc\u00dfe, \u4e16\u754c";
const raw: array<u8, 6> = bytes("abc\n");
export function main(): i32 {
  print('tab\there "quoted" \\');
  newline();
  printU64(textLength("hello"));
  print(" ");
  printU64(textLength("\u00e9"));
  print(" ");
  printU64(textLength("\u{1f600}!") + 1);
  newline();
  print(greeting);
  newline();
  printU64(char("a"));
  print(" ");
  printU64(char("\n"));
  print(" ");
  printU64(char("\u20ac"));
  newline();
  const local: array<u8, 8> = bytes("abc");
  print(addressOf(local[0]));
  newline();
  return raw[3] === char("\n") && raw[4] === 0 ? 0 : 1;
}
