// A dense switch over a whole range, in a loop with continue.
// expect: 10;11;12;13;14;15;16;17;?;?;
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function pick(x: u8): u64 {
  switch (x) {
    case 0:
      return 10;
    case 1:
      return 11;
    case 2:
      return 12;
    case 3:
      return 13;
    case 4:
      return 14;
    case 5:
      return 15;
    case 6:
      return 16;
    case 7:
      return 17;
  }
  return 0;
}
export function main(): i32 {
  for (let i: u8 = 0; i < 10; i++) {
    const x = pick(i);
    switch (x) {
      case 0:
        print("?;");
        continue;
    }
    printU64(x);
    print(";");
  }
  newline();
  return 0;
}
