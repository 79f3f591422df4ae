// Bit fields keep to their bits; signed ones extend their sign.
// expect: 5 9 1 1023
// expect: -2 3
// expect: 6 9 1 1023
// expect: 8
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

class Entry extends Struct {
  kind: bitfield<3>;
  level: bitfield<4>;
  on: bitfield<1, bool>;
  rest: bitfield<10>;
}
class Small extends Struct {
  a: bitfield<4, i8>;
  b: bitfield<4, i8>;
  wide: bitfield<40, u64>;
}
static_assert(sizeof<Small>() === 8);
function show(e: ptr<Entry>): void {
  printU64(u64(e.kind));
  print(" ");
  printU64(u64(e.level));
  print(" ");
  printU64(u64(e.on));
  print(" ");
  printU64(u64(e.rest));
  newline();
}
export function main(): i32 {
  const e: Entry = init({ kind: 5, level: 9, on: true, rest: 1023 });
  show(addressOf(e));
  const s: Small = zeroed();
  s.a = -2;
  s.b = 3;
  s.wide = 0xff_ffff_ffff;
  printI64(i64(s.a));
  print(" ");
  printI64(i64(s.b));
  newline();
  e.kind++;
  show(addressOf(e));
  printU64(u64(popcount(truncate<u32>(s.wide)) >> 2));
  newline();
  return 0;
}
