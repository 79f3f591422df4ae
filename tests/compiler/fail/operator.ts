// Operators that machines do not have, or have another way.
export function f(a: u32, b: bool, c: bool): u32 {
  let x = b;
  x &&= c; // error: VT1012
  const y = +a; // error: VT1012
  const z = a ** 2; // error: VT1012
  return a >>> 1; // error: VT1012
}
