// A hash table with open addressing in memory from the system.
// expect: 1000 999000
// expect: 0 1
import { mapPages, newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Slot extends Struct {
  key: u64;
  it: u64;
  used: bool;
}
const CAPACITY = 2048;
class Table extends Struct {
  slots: ptr<Slot>;
  count: usize;
  find(key: u64): ptr<Slot> {
    let at = (key * 0x9e37_79b9_7f4a_7c15) >> 53;
    while (this.slots[at].used && this.slots[at].key !== key) at = (at + 1) % CAPACITY;
    return addressOf(this.slots[at]);
  }
  put(key: u64, it: u64): void {
    const slot = this.find(key);
    if (!slot.used) {
      slot.used = true;
      slot.key = key;
      this.count++;
    }
    slot.it = it;
  }
}
export function main(): i32 {
  const memory = mapPages(CAPACITY * sizeof<Slot>());
  if (memory === null) return 1;
  const t: Table = init({ slots: cast<Slot>(memory) });
  for (let i: u64 = 0; i < 1000; i++) t.put(i * i, i);
  for (let i: u64 = 0; i < 1000; i++) t.put(i * i, i * 2);
  let sum: u64 = 0;
  for (let i: u64 = 0; i < 1000; i++) sum += t.find(i * i).it;
  printU64(t.count);
  print(" ");
  printU64(sum);
  newline();
  printU64(u64(t.find(3).used));
  print(" ");
  printU64(u64(t.find(4).used));
  newline();
  return 0;
}
