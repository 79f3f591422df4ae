// Both sides of an operator are of one type.
export function f(a: u8, b: u16, c: i8, p: ptr<u8>, q: ptr<u16>): u32 {
  const w = u32(a + b); // error: VT2002
  let x: u32 = 1;
  x += a; // error: VT2002
  if (a < c) return 1; // error: VT2002
  if (p === q) return 2; // error: VT2002
  return a > 1 ? a : b; // error: VT2002
}
