/** Waiting on a word until a time, by a clock (futex(2), FUTEX_WAIT_BITSET). */
import { systemCall6 } from "../system.ts";

export class TimeSpec extends Struct {
  seconds: i64;
  nanoseconds: i64;
}
const WAIT_BITSET_PRIVATE: u64 = 137;
const CLOCK_REALTIME_BIT: u64 = 256;
export const ETIMEDOUT: i32 = 110;
export const EINVAL: i32 = 22;

/** Whether POSIX takes it for a time. */
export function isTime(time: ptr<TimeSpec>): bool {
  return time.nanoseconds >= 0 && time.nanoseconds < 1_000_000_000;
}
/** Sleeps while the word is `value`, to an absolute time; null: for ever. ETIMEDOUT, EINTR or 0. */
export function waitUntil(word: ptr<u32>, value: u32, until: ptr<TimeSpec>, isMonotonic: bool): i32 {
  const operation = WAIT_BITSET_PRIVATE | (isMonotonic ? 0 : CLOCK_REALTIME_BIT);
  const status = systemCall6(202, address(word), operation, u64(value), address(until), 0, 0xffff_ffff);
  if (status === -110) return ETIMEDOUT;
  return status === -4 ? 4 : 0;
}
