// Functions that do not return.
// expect: leaving
// status: 3
import { exit, print } from "../../../kernel/lib/linux.ts";

function leave(status: i32): never {
  print("leaving\n");
  exit(status);
}
function pick(n: u32): i32 {
  if (n === 1) leave(3);
  return 4;
}
export function main(argc: i32): i32 {
  return pick(u32(argc));
}
