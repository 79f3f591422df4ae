// Pointers are numbers only by name.
export function f(p: ptr<u8>): u64 {
  const a = u64(p); // error: VT2006
  const b = f64(p); // error: VT2006
  return 0;
}
