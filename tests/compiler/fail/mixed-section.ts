// A section has the rights of what is in it.
/** @section .mixed */
export function code(): void {}
/** @section .mixed */
export let data: u64 = 1; // error: VT6004
export function main(): i32 {
  return 0;
}
