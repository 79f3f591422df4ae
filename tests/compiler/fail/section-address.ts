// An address is a multiple of the section's alignment, and its section exists.
// section: .aligned=0x500008
// section: .nowhere=0x600000
// error of the whole: VT6007
// error of the whole: VT6007
/** @section .aligned @align 64 */
export let aligned: u64 = 1;
export function main(): i32 {
  return 0;
}
