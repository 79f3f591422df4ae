/** struct timespec and its kin, to and from nanoseconds. */
import { EFAULT, EINVAL } from "../fs/errno.ts";
import { copyIn, copyOut } from "../program/user.ts";

const SECOND: u64 = 1_000_000_000;
/** Seconds that 64 bits of nanoseconds hold. */
const MOST_SECONDS: i64 = 18_446_744_072;
const FOREVER: u64 = 0xffff_ffff_ffff_fffe;

export class TimeSpec extends Struct {
  seconds: i64;
  nanoseconds: i64;
}
export class TimeVal extends Struct {
  seconds: i64;
  microseconds: i64;
}
/** A struct timespec in nanoseconds. 0, -EFAULT, or -EINVAL for one that is negative or not normal. */
export function readTime(from: usize, time: ptr<u64>): i64 {
  const spec: TimeSpec = zeroed();
  if (!copyIn(addressOf(spec), from, sizeof<TimeSpec>())) return -EFAULT;
  return timeOfSpec(addressOf(spec), time);
}
/** The same of one that has been read. */
export function timeOfSpec(spec: ptr<TimeSpec>, time: ptr<u64>): i64 {
  if (spec.seconds < 0 || spec.nanoseconds < 0 || spec.nanoseconds >= i64(SECOND)) return -EINVAL;
  time.value = spec.seconds > MOST_SECONDS ? FOREVER : u64(spec.seconds) * SECOND + u64(spec.nanoseconds);
  return 0;
}
export function specOf(time: u64): TimeSpec {
  return init<TimeSpec>({ seconds: i64(time / SECOND), nanoseconds: i64(time % SECOND) });
}
export function valOf(time: u64): TimeVal {
  return init<TimeVal>({ seconds: i64(time / SECOND), microseconds: i64((time % SECOND) / 1000) });
}
export function writeTime(to: usize, time: u64): i64 {
  const spec = specOf(time);
  return copyOut(to, addressOf(spec), sizeof<TimeSpec>()) ? 0 : -EFAULT;
}
/** A struct timeval in nanoseconds. 0, or -EINVAL for one that is negative or not normal. */
export function timeOfVal(val: ptr<TimeVal>, time: ptr<u64>): i64 {
  if (val.seconds < 0 || val.microseconds < 0 || val.microseconds >= 1_000_000) return -EINVAL;
  time.value =
    val.seconds > MOST_SECONDS ? FOREVER : u64(val.seconds) * SECOND + u64(val.microseconds) * 1000;
  return 0;
}
/** Reads one as select(2) has it: there may be more than a million microseconds. */
export function readLooseVal(from: usize, time: ptr<u64>): i64 {
  const val: TimeVal = zeroed();
  if (!copyIn(addressOf(val), from, sizeof<TimeVal>())) return -EFAULT;
  if (val.microseconds < 0) return -EINVAL;
  if (val.seconds > MOST_SECONDS) val.seconds = MOST_SECONDS;
  val.seconds += val.microseconds / 1_000_000;
  val.microseconds %= 1_000_000;
  return timeOfVal(addressOf(val), time);
}
