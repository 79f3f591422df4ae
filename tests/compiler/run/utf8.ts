// Decoding UTF-8 to code points.
// expect: 104;233;8364;128512
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function decode(at: ptr<u8>, to: ptr<u32>): ptr<u8> {
  const first = u32(at.value);
  const extra = first < 0x80 ? u32(0) : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  let code = extra === 0 ? first : first & (u32(0x3f) >> extra);
  for (let i: u32 = 1; i <= extra; i++) code = (code << 6) | (u32(at[i]) & 0x3f);
  to.value = code;
  return at.offset(extra + 1);
}
export function main(): i32 {
  let at: ptr<u8> = "h\u00e9\u20ac\u{1f600}";
  let first = true;
  while (at.value !== 0) {
    let code: u32 = 0;
    at = decode(at, addressOf(code));
    if (!first) print(";");
    first = false;
    printU64(u64(code));
  }
  newline();
  return 0;
}
