// A constant index is checked here, others in debug builds.
const table: array<u8, 4> = [1, 2, 3, 4];
export function f(): u8 {
  const a = table[-1]; // error: VT3006
  return table[4]; // error: VT3006
}
