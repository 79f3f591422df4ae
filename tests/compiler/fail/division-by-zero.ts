// A constant zero divides nothing.
const ZERO = 0;
export function f(x: u32): u32 {
  const y = x % ZERO; // error: VT3004
  return x / 0; // error: VT3004
}
