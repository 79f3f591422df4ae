/** What time files say it is: set by who knows the date. */
import { nanoseconds } from "../thread/time.ts";

function sinceBoot(): i64 {
  return i64(nanoseconds());
}
let clock: fn<() => i64> = sinceBoot;

/** Nanoseconds since 1970; until the date is known, since boot. */
export function fileTime(): i64 {
  return clock();
}
export function setFileClock(now: fn<() => i64>): void {
  clock = now;
}
