/** errno: each thread's own word of its block. */
import { thisThread } from "./thread-block.ts";

export function address_of_errno(): ptr<i32> {
  return addressOf(thisThread().errno);
}
/** @export */
export function __errno_location(): ptr<i32> {
  return addressOf(thisThread().errno);
}
/** Sets errno; gives -1. */
export function failWith(error: i32): i32 {
  thisThread().errno = error;
  return -1;
}
/** A system call's result as C has it. */
export function resultOf(result: i64): i64 {
  if (result >= 0 || result < -4095) return result;
  thisThread().errno = i32(-result);
  return -1;
}
