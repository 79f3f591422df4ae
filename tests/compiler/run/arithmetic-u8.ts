// Every operator on u8, at its limits.
// expect: 13 243 0 0 0 0 13 13 0 255
// expect: 255 1 0 0 0 0 255 255 0 255
// expect: 239 17 0 0 0 0 239 239 0 255
// expect: 14 244 13 0 1 1 13 12 255 254
// expect: 0 2 255 0 1 1 255 254 255 254
// expect: 240 18 239 0 1 1 239 238 255 254
// expect: 15 245 26 0 2 0 15 15 254 253
// expect: 1 3 254 0 2 2 255 253 254 253
// expect: 241 19 222 0 2 2 239 237 254 253
// expect: 20 250 91 0 7 5 15 10 249 248
// expect: 6 8 249 0 7 7 255 248 249 248
// expect: 246 24 137 0 7 7 239 232 249 248
// expect: 26 0 169 1 0 13 13 0 243 242
// expect: 12 14 243 0 13 13 255 242 243 242
// expect: 252 30 35 0 13 13 239 226 243 242
// expect: 12 242 243 19 8 13 255 242 1 0
// expect: 254 0 1 1 0 255 255 0 1 0
// expect: 238 16 17 1 16 239 255 16 1 0
// expect: 141 115 128 9 11 0 141 141 128 127
// expect: 127 129 128 0 128 128 255 127 128 127
// expect: 111 145 128 0 128 128 239 111 128 127
// expect: 252 226 35 18 5 13 239 226 17 16
// expect: 238 240 17 0 239 239 255 16 17 16
// expect: 222 0 33 1 0 239 239 0 17 16
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

function show(value: u8): void {
  printU64(u64(value));
  print(" ");
}
function all(a: u8, b: u8): void {
  show(a + b);
  show(a - b);
  show(a * b);
  show(a / b);
  show(a % b);
  show(a & b);
  show(a | b);
  show(a ^ b);
  show(-a);
  printU64(u64(~a));
  newline();
}
const values: array<u8, 8> = [0, 1, 2, 7, 13, 255, 128, 239];
export function main(): i32 {
  for (let i: usize = 0; i < values.length; i++) {
    all(values[i], values[4]);
    all(values[i], values[5]);
    all(values[i], values[7]);
  }
  return 0;
}
