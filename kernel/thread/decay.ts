/**
 * Run time that decays. A thread's claim to a processor is what it has run, divided by its weight, where what lies a half-life back
 * counts half (after OSv's scheduler). Nothing is ever made smaller for that: instead what is run later counts more, by
 *
 *     rate(t) = 2^(t / half-life)          in steps of an eighth of a half-life
 *
 * which orders threads alike. It is a function of the time since boot alone, so that the figures of all processors compare. Against
 * overflow time is cut into generations of eight half-lives: in each the rate begins at 1 again, and a figure of a generation before is
 * divided by 256. Integers only.
 *
 *     figure = nanoseconds × rate (8 bits of fraction) × 2²⁰ / weight,   below 2⁶³ for weights of 16 and more
 */

/** 2²⁷ ns: 134 ms. */
const HALF_LIFE_SHIFT: u64 = 27;
const STEP_SHIFT: u64 = HALF_LIFE_SHIFT - 3;
/** Eight half-lives: 1.07 s. */
export const GENERATION_SHIFT: u64 = HALF_LIFE_SHIFT + 3;
const LONGEST: u64 = 1 << 30;

/** 256 · 2^(k / 8). */
const RATES: array<u32, 8> = [256, 279, 304, 332, 362, 395, 431, 470];

export const LEAST_WEIGHT: u32 = 16;
export const NORMAL_WEIGHT: u32 = 1024;
export const MOST_WEIGHT: u32 = 65536;

/** 2²⁰ / weight: what multiplies time. */
export function inverseOf(weight: u32): u32 {
  return (1 << 20) / weight;
}
/** Of a time since boot. */
export function generationOf(now: u64): u64 {
  return now >> GENERATION_SHIFT;
}
/** What one nanosecond of a thread of this inverse weight counts, in the generation of `now`. */
export function rateAt(now: u64, inverse: u32): u64 {
  const step = now >> STEP_SHIFT;
  return (u64(RATES[step & 7]) << ((step >> 3) & 7)) * u64(inverse);
}
/** What running for `time` nanoseconds until `now` counts. More than a generation counts as one. */
export function chargeFor(time: u64, now: u64, inverse: u32): u64 {
  return (time < LONGEST ? time : LONGEST) * rateAt(now, inverse);
}
/** A figure of the past, in a later generation. */
export function aged(figure: u64, generations: u64): u64 {
  return generations < 8 ? figure >> (generations << 3) : 0;
}
