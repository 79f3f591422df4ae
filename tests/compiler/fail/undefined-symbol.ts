// What is declared must be somewhere.
declare function elsewhere(x: u32): u32;
declare const size: u64;
export function main(): i32 {
  if (size > 4) return i32(elsewhere(1)); // error: VT6001 // error: VT6001
  return 0;
}
