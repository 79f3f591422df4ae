/** Parts of system calls' arguments. */

/** An `int`: the low half of a register. */
export function intOf(value: u64): i32 {
  return truncate<i32>(value);
}
export function u32Of(value: u64): u32 {
  return truncate<u32>(value);
}
