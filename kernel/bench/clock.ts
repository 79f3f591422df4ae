/**
 * The clock that operations are timed by: the time-stamp counter; with several workers the processor's own count of cycles (AMD64 APM vol. 2
 * §17.2, read-only APERF), where there is one. Time-stamp counters of processors that take turns show the latest time that any has
 * seen, so that one which is behind would see no time pass.
 */
import { cpuidAB, cpuidCD, readMsr } from "../arch/instructions.ts";

const POWER_LEAF: u32 = 0x8000_0007;
const MOST_EXTENDED: u32 = 0x8000_0000;
/** EDX: EffFreqRO. */
const HAS_OWN: u64 = 1 << 42;
const APERF_READ_ONLY: u32 = 0xc000_00e8;

let own: bool = false;

/** Before anything is timed. */
export function chooseClock(workers: u32): void {
  const hasLeaf = truncate<u32>(cpuidAB(MOST_EXTENDED, 0)) >= POWER_LEAF;
  own = workers > 1 && hasLeaf && (cpuidCD(POWER_LEAF, 0) & HAS_OWN) !== 0;
}
/**
 * Cycles since some moment.
 * @inline
 */
export function cycles(): u64 {
  return own ? readMsr(APERF_READ_ONLY) : readTsc();
}
