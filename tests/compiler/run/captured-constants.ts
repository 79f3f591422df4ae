// Functions inside of functions may use its constants without a type; functions in constants are called directly; shadowing goes by blocks.
// expect: 15 24 35
// expect: 6 60 7
// expect: 3 4
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const twice = (x: u32): u32 => x * 2;
const alias = twice;
let shared: u32 = 4;
const pointerToShared: ptr<u32> = addressOf(shared);

function show(a: u64, b: u64): void {
  printU64(a);
  print(" ");
  printU64(b);
}
function outer(x: u32): u32 {
  const FACTOR = 5;
  function scaled(y: u32): u32 {
    const MORE = 1;
    const deeper = (z: u32): u32 => z * FACTOR * MORE;
    return deeper(y);
  }
  return scaled(x);
}
function blocks(x: u32): u32 {
  const N = 6;
  {
    const N = 8;
    const f = (y: u32): u32 => y * N;
    if (x > 2) return f(x);
  }
  const f = (y: u32): u32 => y + N;
  return f(x);
}
export function main(): i32 {
  show(u64(outer(3)), u64(blocks(3)));
  print(" ");
  printU64(u64(outer(7)));
  newline();
  show(u64(alias(3)), u64(twice(30)));
  print(" ");
  printU64(u64(blocks(1)));
  newline();
  pointerToShared.value = 3;
  show(u64(shared), u64(alias === twice ? 4 : 5));
  newline();
  return 0;
}
