// A condition is a bool: what zero means is written out.
export function f(x: u32, p: ptr<u8> | null): u32 {
  if (x) return 1; // error: VT2004
  while (p) return 2; // error: VT2004
  if (!x) return 3; // error: VT2004
  return p && x ? 4 : 5; // error: VT2004
}
