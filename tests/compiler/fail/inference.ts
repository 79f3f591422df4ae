// A number without a type tells nothing about a type parameter.
function same<T extends number>(x: T): T {
  return x;
}
export function f(): u8 {
  const p = pointer(0x1000); // error: VT2012
  const x = same(1); // error: VT2012
  return u8(x);
}
