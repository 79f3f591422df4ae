// A page is writable or executable.
// section: .hot=0x500000
// section: .cold=0x500800
// error of the whole: VT6006
/** @section .hot @noinline */
export function hot(): void {}
/** @section .cold */
export let cold: u64 = 1;
export function main(): i32 {
  return 0;
}
