// argc and argv.
// expect: 1
// expect: 0
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

export function main(argc: i32, argv: ptr<ptr<u8> | null>): i32 {
  printU64(u64(argc));
  newline();
  printU64(argv[0] === null ? 1 : argv[argc] === null ? 0 : 2);
  newline();
  return 0;
}
