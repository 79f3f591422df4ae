// A ring between a producer and a consumer.
// expect: 1 2 3 full 4 5 empty
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Ring<T, N extends number> extends Struct {
  items: array<T, N>;
  head: usize;
  tail: usize;
  put(item: T): bool {
    if (this.head - this.tail === this.items.length) return false;
    this.items[this.head % this.items.length] = item;
    this.head++;
    return true;
  }
  take(to: ptr<T>): bool {
    if (this.head === this.tail) return false;
    to.value = this.items[this.tail % this.items.length];
    this.tail++;
    return true;
  }
}
const ring: Ring<u16, 4> = zeroed();
function takeOne(): void {
  let x: u16 = 0;
  if (!ring.take(addressOf(x))) {
    print("empty");
    return;
  }
  printU64(u64(x));
  print(" ");
}
export function main(): i32 {
  for (let i: u16 = 1; i <= 3; i++) ring.put(i);
  takeOne();
  takeOne();
  takeOne();
  for (let i: u16 = 4; i <= 7; i++) ring.put(i);
  if (!ring.put(8)) print("full ");
  takeOne();
  takeOne();
  ring.tail = ring.head;
  takeOne();
  newline();
  return 0;
}
