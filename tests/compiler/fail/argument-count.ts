// All parameters, and no more.
function add(a: u8, b: u8): u8 {
  return a + b;
}
export function f(): u8 {
  const a = add(1); // error: VT2011
  const b = popcount(u8(1), 2); // error: VT2011
  return add(1, 2, 3); // error: VT2011
}
