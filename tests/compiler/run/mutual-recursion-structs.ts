// Structures that point to each other, in two files' order.
// expect: 3
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

class A extends Struct {
  b: ptr<B> | null;
  n: u64;
}
class B extends Struct {
  a: ptr<A> | null;
  inner: A;
}
export function main(): i32 {
  const a: A = init({ n: 1 });
  const b: B = init({ a: addressOf(a), inner: init({ n: 2 }) });
  a.b = addressOf(b);
  printU64(a.n + a.b.inner.n);
  newline();
  return b.a === addressOf(a) ? 0 : 1;
}
