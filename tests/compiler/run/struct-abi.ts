// Structures of every class as arguments and results: one word, two, floats, memory.
// expect: 3
// expect: 7
// expect: 12
// expect: 60
// expect: 6 30
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class One extends Struct {
  a: u8;
  b: u8;
}
class Two extends Struct {
  a: u64;
  b: u32;
}
class Floats extends Struct {
  a: f64;
  b: f64;
}
class Mixed extends Struct {
  a: f64;
  b: u64;
}
class Big extends Struct {
  a: u64;
  b: u64;
  c: u64;
}
function one(x: One): u64 {
  return u64(x.a + x.b);
}
function two(x: Two, y: u64): u64 {
  return x.a + u64(x.b) + y;
}
function floats(x: Floats, y: Mixed): u64 {
  return u64(x.a + x.b + y.a) + y.b;
}
function big(x: Big, y: u64, z: Big): u64 {
  return x.a + x.b + x.c + y + z.a + z.b + z.c;
}
function mixed(by: u64): Mixed {
  return { a: 3, b: by * 10 };
}
export function main(): i32 {
  printU64(one({ a: 1, b: 2 }));
  newline();
  printU64(two({ a: 1, b: 2 }, 4));
  newline();
  printU64(floats({ a: 1.5, b: 2.5 }, { a: 3, b: 5 }));
  newline();
  printU64(big({ a: 1, b: 2, c: 3 }, 39, { a: 4, b: 5, c: 6 }));
  newline();
  const m: Mixed = mixed(3);
  printU64(u64(m.a * 2));
  print(" ");
  printU64(m.b);
  newline();
  return 0;
}
