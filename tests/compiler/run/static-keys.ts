// Branches that are patched: off at first, and on when the program has put jumps where they are.
// assembly: yes
// expect: 0 0 true
// expect: 11 5 true
// expect: 0 0 true
import { newline, print, printBool, printU64, systemCall } from "../../../kernel/lib/linux.ts";

class Site extends Struct {
  code: usize;
  target: usize;
  key: usize;
}
declare const __static_keys_start: Site;
declare const __static_keys_end: Site;

class Keys extends Struct {
  first: u8;
  second: u8;
}
const keys: Keys = init({ first: 0 });
const MPROTECT = 10;
const ALL = 7;

/** A jump with 32 bits, or five bytes without effect. */
function patch(key: usize, on: bool): u64 {
  let count: u64 = 0;
  let site = addressOf(__static_keys_start);
  while (address(site) < address(addressOf(__static_keys_end))) {
    if (site.key === key) {
      count++;
      systemCall(MPROTECT, site.code - (site.code % 4096), 8192, ALL);
      const code = pointer<u8>(site.code);
      const distance = site.target - (site.code + 5);
      code[0] = on ? 0xe9 : 0x0f;
      code[1] = on ? truncate<u8>(distance) : 0x1f;
      code[2] = on ? truncate<u8>(distance >> 8) : 0x44;
      code[3] = on ? truncate<u8>(distance >> 16) : 0;
      code[4] = on ? truncate<u8>(distance >> 24) : 0;
    }
    site = site.offset(1);
  }
  return count;
}

/** @noinline */
function sum(from: u64): u64 {
  let total: u64 = 0;
  for (let i: u64 = from; i < 5; i++) {
    if (staticKey(addressOf(keys.first))) total += i;
    if (!staticKey(addressOf(keys.first)) || i > 100) continue;
    total++;
  }
  return total;
}
/** @noinline */
function choose(): u64 {
  const on: bool = staticKey(addressOf(keys.second));
  return on ? 5 : 0;
}

export function main(): i32 {
  for (let round: u32 = 0; round < 3; round++) {
    const first = round === 1;
    if (round > 0) patch(address(addressOf(keys.second)), first);
    const sites = patch(address(addressOf(keys.first)), first);
    printU64(sum(2) - (first ? 1 : 0));
    print(" ");
    printU64(choose());
    print(" ");
    printBool(sites > 0);
    newline();
  }
  return 0;
}
