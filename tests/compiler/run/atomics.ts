// Atomic operations give the value before.
// expect: 5 6
// expect: 6 9
// expect: 9 1
// expect: 1 1 7
// expect: 3 7 4
// expect: true 0
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

class Node extends Struct {
  n: u64;
}
let word: u64 = 5;
let small: u8 = 3;
let on: bool = false;
let head: ptr<Node> = pointer<Node>(0x1000);
function two(a: u64, b: u64): void {
  printU64(a);
  print(" ");
  printU64(b);
}
export function main(): i32 {
  const p = addressOf(word);
  two(atomicAdd(p, 1), atomicLoad(p));
  newline();
  two(atomicExchange(p, 9), word);
  newline();
  two(atomicCompareExchange(p, 9, 1), atomicLoadAcquire(p));
  newline();
  two(atomicCompareExchange(p, 9, 2), atomicLoadRelaxed(p));
  print(" ");
  atomicStore(p, 7);
  printU64(word);
  newline();
  const s = addressOf(small);
  two(u64(atomicOr(s, 4)), u64(small));
  print(" ");
  atomicAnd(s, 12);
  printU64(u64(atomicXor(s, 1)));
  newline();
  const b = addressOf(on);
  atomicStoreRelease(b, true);
  fence();
  compilerFence();
  pause();
  printBool(atomicExchange(b, false));
  print(" ");
  const old = atomicCompareExchange(addressOf(head), pointer<Node>(0x1000), pointer<Node>(0x2000));
  printU64(address(head) - 0x2000 + address(old) - 0x1000);
  newline();
  return 0;
}
