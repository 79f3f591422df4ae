// DEBUG is known to the compiler.
// expect: checked
import { print } from "../../../kernel/lib/linux.ts";

function check(): void {
  if (DEBUG) return;
  // biome-ignore lint/suspicious/noSelfCompare: only that it is a constant matters
  static_assert(DEBUG === DEBUG);
}
export function main(): i32 {
  check();
  print("checked\n");
  return 0;
}
