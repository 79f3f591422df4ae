// Generic structures with types and lengths as arguments.
// expect: 3 2 1
// expect: 40 30
// expect: 2 4
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Stack<T, N extends number> extends Struct {
  items: array<T, N>;
  count: u32;

  push(item: T): bool {
    if (usize(this.count) === this.items.length) return false;
    this.items[this.count] = item;
    this.count++;
    return true;
  }
  pop(): T {
    this.count--;
    return this.items[this.count];
  }
}
class Pair<A, B> extends Struct {
  first: A;
  second: B;
}
const bytes1: Stack<u8, 3> = zeroed();
const longs: Stack<u64, 2> = zeroed();
function flip<A, B>(p: ptr<Pair<A, B>>): Pair<B, A> {
  return { first: p.second, second: p.first } as Pair<B, A>;
}
export function main(): i32 {
  bytes1.push(1);
  bytes1.push(2);
  bytes1.push(3);
  if (bytes1.push(4)) return 1;
  printU64(u64(bytes1.pop()));
  print(" ");
  printU64(u64(bytes1.pop()));
  print(" ");
  printU64(u64(bytes1.pop()));
  newline();
  longs.push(30);
  longs.push(40);
  printU64(longs.pop());
  print(" ");
  printU64(longs.pop());
  newline();
  const p: Pair<u8, u32> = { first: 4, second: 2 };
  const q = flip(addressOf(p));
  printU64(u64(q.first));
  print(" ");
  printU64(u64(q.second));
  newline();
  return 0;
}
