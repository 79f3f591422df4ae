// Constants fit, or are cut on purpose.
const LIMIT = 300;
export function f(x: u8): u8 {
  const a: u8 = 256; // error: VT3001
  const b: u32 = -1; // error: VT3001
  const c = i8(128); // error: VT3001
  if (x < LIMIT) return 1; // error: VT3001
  const d: u64 = 18446744073709551616; // error: VT3001
  return x + 0x1_00; // error: VT3001
}
class Bits extends Struct {
  low: bitfield<3>;
  sign: bitfield<1, i8>;
}
const bits: Bits = { low: 8, sign: 0 }; // error: VT3001
export function g(b: ptr<Bits>): void {
  b.low = 7;
  b.sign = -1;
  b.sign = 1; // error: VT3001
  b.value = { low: 9, sign: 0 }; // error: VT3001
}
