// A literal of an object or array needs a type, and undefined is nothing.
export function main(): i32 {
  const p = { x: 1 }; // error: VT1019
  const a = [1, 2]; // error: VT1019
  const u = undefined; // error: VT1019
  return 0;
}
