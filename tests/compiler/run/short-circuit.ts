// && and || look at their right side only when it matters.
// expect: a
// expect: ab
// expect: a
// expect: ab
// expect: true false
import { newline, print, printBool } from "../../../kernel/lib/linux.ts";

function say(text: ptr<u8>, value: bool): bool {
  print(text);
  return value;
}
function end(value: bool): bool {
  newline();
  return value;
}
export function main(): i32 {
  const w = say("a", false) && say("b", true);
  end(w);
  const x = say("a", true) && say("b", true);
  end(x);
  const y = say("a", true) || say("b", false);
  end(y);
  const z = say("a", false) || say("b", false);
  end(z);
  printBool(x && !z && (y || w));
  print(" ");
  printBool(!(x && y) || z);
  newline();
  return 0;
}
