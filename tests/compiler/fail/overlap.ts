// Sections lie beside each other.
// section: .one=0x500000
// section: .two=0x500010
// error of the whole: VT6005
/** @section .one */
export let one: array<u64, 8> = [1];
/** @section .two */
export let two: u64 = 1;
export function main(): i32 {
  return 0;
}
