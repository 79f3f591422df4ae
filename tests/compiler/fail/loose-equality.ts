// There is one equality.
export function f(a: u8, b: u8): bool {
  if (a != b) return false; // error: VT1011
  return a == b; // error: VT1011
}
