// A priority queue as a binary heap, generic over what it holds and how that is compared; events come out by time, equal ones by number.
// expect: 0:a 1:c 1:f 2:e 3:b 7:d
// expect: 1000 numbers come out in order: true
// expect: the ten largest: 991 992 993 994 995 996 997 998 999 1000
// expect: full: true, empty: true
import { newline, print, printBool, printChar, printU64 } from "../../../kernel/lib/linux.ts";

class Queue<T, N extends number> extends Struct {
  items: array<T, N>;
  length: usize;
  before: fn<(a: ptr<T>, b: ptr<T>) => bool>;

  swap(i: usize, j: usize): void {
    const item: T = this.items[i];
    this.items[i] = this.items[j];
    this.items[j] = item;
  }
  isBefore(i: usize, j: usize): bool {
    return this.before(addressOf(this.items[i]), addressOf(this.items[j]));
  }
  put(item: ptr<T>): bool {
    if (this.length === constant<N>()) return false;
    let at = this.length++;
    this.items[at] = item.value;
    while (at > 0 && this.isBefore(at, (at - 1) / 2)) {
      this.swap(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
    return true;
  }
  take(to: ptr<T>): bool {
    if (this.length === 0) return false;
    to.value = this.items[0];
    this.items[0] = this.items[--this.length];
    let at: usize = 0;
    for (;;) {
      let least = at;
      if (at * 2 + 1 < this.length && this.isBefore(at * 2 + 1, least)) least = at * 2 + 1;
      if (at * 2 + 2 < this.length && this.isBefore(at * 2 + 2, least)) least = at * 2 + 2;
      if (least === at) return true;
      this.swap(least, at);
      at = least;
    }
  }
}
class Event extends Struct {
  time: u32;
  order: u32;
  name: u8;
}
const numbers: Queue<u32, 1000> = zeroed();

export function main(): i32 {
  const events: Queue<Event, 8> = init({
    before: (a, b) => a.time < b.time || (a.time === b.time && a.order < b.order),
  });
  const times: array<u32, 6> = [0, 3, 1, 7, 2, 1];
  for (let i: u32 = 0; i < 6; i++) {
    const event: Event = { time: times[i], order: i, name: char("a") + u8(i) };
    events.put(addressOf(event));
  }
  const event: Event = zeroed();
  for (let i: u32 = 0; events.take(addressOf(event)); i++) {
    if (i > 0) print(" ");
    printU64(u64(event.time));
    print(":");
    printChar(event.name);
  }
  newline();
  numbers.before = (a, b) => a.value < b.value;
  for (let i: u32 = 0; i < 1000; i++) {
    const n = ((i * 389) % 1000) + 1;
    numbers.put(addressOf(n));
  }
  const more: u32 = 5;
  const isFull = !numbers.put(addressOf(more));
  let last: u32 = 0;
  let n: u32 = 0;
  let inOrder = true;
  while (numbers.length > 10) {
    numbers.take(addressOf(n));
    inOrder = inOrder && n === last + 1;
    last = n;
  }
  print("1000 numbers come out in order: ");
  printBool(inOrder);
  print("\nthe ten largest:");
  while (numbers.take(addressOf(n))) {
    print(" ");
    printU64(u64(n));
  }
  print("\nfull: ");
  printBool(isFull);
  print(", empty: ");
  printBool(numbers.length === 0);
  newline();
  return 0;
}
