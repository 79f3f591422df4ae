// An array holds as many as its type says.
const a: array<u8, 2> = [1, 2, 3]; // error: VT3010
const b: array<u8, 2> = bytes("abc"); // error: VT3010
export function f(): u8 {
  return a[0] + b[0];
}
