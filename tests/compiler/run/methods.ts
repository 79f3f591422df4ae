// Methods, static members, methods that call each other, this as a pointer.
// expect: 3 7
// expect: 10
// expect: 2
// expect: 12
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Counter extends Struct {
  n: u32;
  step: u32;
  static made: u32 = 0;
  static readonly FIRST = 1;

  static create(step: u32): Counter {
    Counter.made++;
    return { n: Counter.FIRST, step } as Counter;
  }
  bump(): u32 {
    this.n += this.step;
    return this.n;
  }
  twice(): u32 {
    this.bump();
    return this.bump();
  }
  self(): ptr<Counter> {
    return addressOf(this);
  }
}
export function main(): i32 {
  const c: Counter = Counter.create(2);
  printU64(u64(c.bump()));
  print(" ");
  printU64(u64(c.twice()));
  newline();
  const p = c.self();
  p.step = 3;
  printU64(u64(p.bump()));
  newline();
  const d: Counter = Counter.create(11);
  printU64(u64(Counter.made));
  newline();
  const q = addressOf(d);
  printU64(u64(q.self().self().bump()));
  newline();
  return 0;
}
