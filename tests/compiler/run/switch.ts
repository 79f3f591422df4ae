// Cases, fall-through, default in the middle, break out of a loop around.
// expect: one
// expect: two three
// expect: three
// expect: other two three
// expect: max
// expect: min
import { newline, print } from "../../../kernel/lib/linux.ts";

function tell(x: i32): void {
  switch (x) {
    case 1:
      print("one");
      break;
    // biome-ignore lint/suspicious/noFallthroughSwitchClause: fall-through is what is tested
    // biome-ignore lint/suspicious/useDefaultSwitchClauseLast: its place is what is tested
    default:
      print("other ");
    // biome-ignore lint/suspicious/noFallthroughSwitchClause: fall-through is what is tested
    case 2:
      print("two ");
    case 3:
      print("three");
      break;
    case 0x7fff_ffff:
      print("max");
      break;
    case -2147483648:
      print("min");
  }
  newline();
}
export function main(): i32 {
  tell(1);
  tell(2);
  tell(3);
  tell(4);
  tell(2147483647);
  tell(-2147483648);
  return 0;
}
