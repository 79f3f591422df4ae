// Labelled loops and blocks.
// expect: 0,0;0,1;1,0;1,1;2,0;
// expect: left
// expect: 9
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

export function main(): i32 {
  outer: for (let i: u64 = 0; ; i++) {
    for (let j: u64 = 0; j < 5; j++) {
      if (j === 2) continue outer;
      if (i === 2 && j === 1) break outer;
      printU64(i);
      print(",");
      printU64(j);
      print(";");
    }
  }
  newline();
  let left = false;
  // biome-ignore lint/suspicious/noConfusingLabels: labels of blocks are what is tested
  block: {
    if (!left) {
      left = true;
      break block;
    }
    print("not here");
  }
  print(left ? "left\n" : "stayed\n");
  let n: u64 = 0;
  top: while (true) {
    do {
      n += 3;
      if (n > 8) break top;
    } while (n % 2 === 0);
  }
  printU64(n);
  newline();
  return 0;
}
