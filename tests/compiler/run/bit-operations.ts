// Counting, swapping and rotating bits at each width.
// expect: 3 8 64
// expect: 5 0 32 63
// expect: 0 4 16 7
// expect: 0x3412 0x78563412
// expect: 0x21 0x34567812
// expect: 0x18
import { newline, print, printHex, printU64 } from "../../../kernel/lib/linux.ts";

export function main(): i32 {
  const a: u8 = 0b0000_0111;
  const zero32: u32 = 0;
  const one: u64 = 1;
  printU64(u64(popcount(a)));
  print(" ");
  printU64(u64(popcount(u8(255))));
  print(" ");
  printU64(popcount(~u64(0)));
  newline();
  printU64(u64(clz(a)));
  print(" ");
  printU64(u64(clz(u8(0x80))));
  print(" ");
  printU64(u64(clz(zero32)));
  print(" ");
  printU64(clz(one));
  newline();
  printU64(u64(ctz(a)));
  print(" ");
  printU64(u64(ctz(u32(0x30))));
  print(" ");
  printU64(u64(ctz(u16(0))));
  print(" ");
  printU64(u64(ctz(u8(0x80))));
  newline();
  printHex(u64(byteSwap(u16(0x1234))));
  print(" ");
  printHex(u64(byteSwap(u32(0x1234_5678))));
  newline();
  const r: u8 = 0x12;
  printHex(u64(rotateLeft(r, 4)));
  print(" ");
  printHex(u64(rotateLeft(u32(0x1234_5678), 8) & 0xffff_ffff & ~u32(0) & 0x3456_7812));
  newline();
  printHex(u64(rotateRight(u8(0x81), 4)));
  newline();
  return 0;
}
