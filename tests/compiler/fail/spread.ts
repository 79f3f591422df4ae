// An array's values are written one by one.
const a: array<u8, 2> = [1, 2];
export function f(): u8 {
  const b: array<u8, 2> = [...a]; // error: VT1010
  return b[0];
}
