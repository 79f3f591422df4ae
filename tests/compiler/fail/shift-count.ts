// A shift by the width or more is a mistake; counts that vary are taken modulo the width.
export function f(x: u8): u8 {
  const y = x >> -1; // error: VT3005
  return x << 8; // error: VT3005
}
