// Functions inside of functions, and arrow functions in tables.
// expect: 6
// expect: 2 4 8
// expect: 120
// expect: 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

type Step = (x: u64) => u64;
const steps: array<fn<Step>, 3> = [(x) => x + 1, (x) => x * 2, (x) => x * x];
const top = (x: u64): u64 => x + 2;
class Ops extends Struct {
  run: fn<Step>;
}
export function main(): i32 {
  function three(): u64 {
    const four = (): u64 => 4;
    return four() + 2;
  }
  printU64(three());
  newline();
  for (let i: usize = 0, x: u64 = 1; i < 3; i++) {
    x = steps[1](x);
    if (i > 0) print(" ");
    printU64(x);
  }
  newline();
  function factorial(n: u64): u64 {
    return n < 2 ? 1 : n * factorial(n - 1);
  }
  printU64(factorial(5));
  newline();
  const ops: Ops = { run: top };
  printU64(ops.run(3));
  newline();
  return 0;
}
