// Shorthand fields whose value is an imported function or constant.
// expect: 7 5
import { newline, print, printU64, textLength } from "../../../kernel/lib/linux.ts";

class Tools extends Struct {
  textLength: fn<(text: ptr<u8>) => usize>;
  twice: fn<(x: u64) => u64>;
}
function twice(x: u64): u64 {
  return 2 * x;
}
const tools: Tools = { textLength, twice };
export function main(): i32 {
  const local: Tools = { textLength, twice };
  printU64(tools.textLength("imports"));
  print(" ");
  printU64(local.twice(local.textLength("ab")) + 1);
  newline();
  return 0;
}
