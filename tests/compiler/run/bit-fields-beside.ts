// Bit fields whose storage units have other fields in them, or overlap: constants, locals, packed structures. Bytes as gcc has them.
// expect: 05 06 07 00 34 12 00 80
// expect: 05 06 07 00 34 12 00 80
// expect: ab ed 01 ff ff 55
// expect: ab ed 01 ff ff 55
// expect: 8 6 0x1e
// expect: 0x1f 0xcd 0x55
import { newline, print, printHex, printU64 } from "../../../kernel/lib/linux.ts";

class Beside extends Struct {
  a: u8;
  b: bitfield<8>;
  c: bitfield<12>;
  d: u16;
  e: bitfield<1, u16>;
  pad: bitfield<14, u16>;
  top: bitfield<1, u16>;
}
/** @packed */
class Tight extends Struct {
  a: u8;
  b: bitfield<4, u8>;
  c: bitfield<5, u16>;
  d: bitfield<7, u16>;
  e: bitfield<16>;
  f: u8;
}
const beside: Beside = { a: 5, b: 6, c: 7, d: 0x1234, e: 0, pad: 0, top: 1 };
const tight: Tight = { a: 0xab, b: 0xd, c: 0x1e, d: 0, e: 0xffff, f: 0x55 };

function dump(p: ptr<unknown>, n: usize): void {
  const bytes = cast<u8>(p);
  const digits = "0123456789abcdef";
  for (let i: usize = 0; i < n; i++) {
    if (i > 0) print(" ");
    const pair: array<u8, 3> = [digits[bytes[i] >> 4], digits[bytes[i] & 15]];
    print(addressOf(pair[0]));
  }
  newline();
}

export function main(): i32 {
  dump(addressOf(beside), sizeof<Beside>());
  const other: Beside = zeroed();
  other.top = 1;
  other.d = 0x1234;
  other.c = 7;
  other.b = 6;
  other.a = 5;
  dump(addressOf(other), sizeof<Beside>());
  dump(addressOf(tight), sizeof<Tight>());
  const again: Tight = zeroed();
  again.f = 0x55;
  again.e = 0xffff;
  again.c = 0x1e;
  again.b = 0xd;
  again.a = 0xab;
  dump(addressOf(again), sizeof<Tight>());
  printU64(sizeof<Beside>());
  print(" ");
  printU64(sizeof<Tight>());
  print(" ");
  printHex(u64(again.c));
  newline();
  again.c++;
  again.a += 0x22;
  printHex(u64(again.c));
  print(" ");
  printHex(u64(again.a));
  print(" ");
  printHex(u64(again.f));
  newline();
  return 0;
}
