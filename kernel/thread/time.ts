/**
 * Time since boot, in nanoseconds, from the time-stamp counter; it begins when the counter does, at the machine's reset. Date and time of
 * day are not here.
 */
import { findTscFrequency } from "./tsc-frequency.ts";

export const SECOND: u64 = 1_000_000_000;
export const MILLISECOND: u64 = 1_000_000;
export const MICROSECOND: u64 = 1000;
/** A deadline that never comes. */
export const FOREVER: u64 = 0xffff_ffff_ffff_ffff;

/** x · numerator / denominator as a multiplication: high(x << shift, factor), where factor = numerator · 2^(64 − shift) / denominator. */
class Scale extends Struct {
  factor: u64;
  /** The least with which the factor is below 2⁶⁴. */
  shift: u32;

  set(numerator: u64, denominator: u64): void {
    let shift: u32 = 0;
    while (numerator >> shift >= denominator) shift++;
    this.shift = shift;
    this.factor = divWide(numerator >> shift, shift === 0 ? 0 : numerator << (64 - shift), denominator);
  }
  apply(value: u64): u64 {
    return mulHigh(value << this.shift, this.factor);
  }
}
let frequency: u64 = 0;
const toNanoseconds: Scale = zeroed();
const toTicks: Scale = zeroed();

/** Once, by the first processor, when the FADT has been read. */
export function initTime(): void {
  frequency = findTscFrequency();
  toNanoseconds.set(SECOND, frequency);
  toTicks.set(frequency, SECOND);
}
/** Of the time-stamp counter, in Hz; 0 before `initTime`. */
export function tscFrequency(): u64 {
  return frequency;
}
/** Of a reading of the time-stamp counter. */
export function nanosecondsAt(ticks: u64): u64 {
  return toNanoseconds.apply(ticks);
}
/** Since boot. */
export function nanoseconds(): u64 {
  return nanosecondsAt(readTsc());
}
/** Nanoseconds from now, as a time; FOREVER if that is too far away to be one. */
export function deadlineAfter(time: u64): u64 {
  const now = nanoseconds();
  return time < FOREVER - now ? now + time : FOREVER;
}
/** The first reading of the time-stamp counter, or one a tick later, at which `nanoseconds` is `time`; of FOREVER, FOREVER. */
export function ticksAt(time: u64): u64 {
  return time === FOREVER ? FOREVER : toTicks.apply(time) + 2;
}
