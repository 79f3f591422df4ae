// An operator works on what has a width, and bools are no numbers.
enum Color {
  Red,
  Green,
}
export function f(p: ptr<u8>, c: Color, x: f64, b: bool): u64 {
  const q = p + 1; // error: VT2003
  const d = c * c; // error: VT2003
  const e = x % 2.0; // error: VT2003
  const g = b & b; // error: VT2003
  const h = popcount(x); // error: VT2003
  return 0;
}
