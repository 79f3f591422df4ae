// Fields at offsets, overlapping storage units, sizes.
// expect: 32 8
// expect: 0 4 16 24
// expect: 5 6
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class R extends Struct {
  id: at<0, u32>;
  version: at<4, u16>;
  control: at<16, u64>;
  low: at<24, bitfield<4>>;
  high: bitfield<4>;
}
static_assert(offsetof<R>("version") === 4);
export function main(): i32 {
  printU64(sizeof<R>());
  print(" ");
  printU64(alignof<R>());
  newline();
  printU64(offsetof<R>("id"));
  print(" ");
  printU64(offsetof<R>("version"));
  print(" ");
  printU64(offsetof<R>("control"));
  const r: R = zeroed();
  r.low = 5;
  r.high = 6;
  print(" ");
  printU64(cast<u8>(addressOf(r))[24] === 0x65 ? 24 : 0);
  newline();
  printU64(u64(r.low));
  print(" ");
  printU64(u64(r.high));
  newline();
  return 0;
}
