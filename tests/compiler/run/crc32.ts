// CRC-32 by a table that is computed first.
// expect: 0x414fa339
// expect: 0x0
import { newline, printHex, textLength } from "../../../kernel/lib/linux.ts";

const table: array<u32, 256> = zeroed();
const POLYNOMIAL = 0xedb8_8320;
function prepare(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let c = i;
    for (let k: u32 = 0; k < 8; k++) c = (c & 1) !== 0 ? POLYNOMIAL ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
}
function crc32(data: ptr<u8>, length: usize): u32 {
  let c = ~u32(0);
  for (let i: usize = 0; i < length; i++) c = table[(c ^ u32(data[i])) & 0xff] ^ (c >> 8);
  return ~c;
}
export function main(): i32 {
  prepare();
  const text = "The quick brown fox jumps over the lazy dog";
  printHex(u64(crc32(text, textLength(text))));
  newline();
  printHex(u64(crc32(text, 0)));
  newline();
  return 0;
}
