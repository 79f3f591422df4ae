/**
 * Time since boot, in nanoseconds, from the time-stamp counter. Its frequency is what CPUID says (leaf 0x15; 0x40000010 of hypervisors);
 * where it says nothing it is measured for 10 ms against channel 2 of the 8254. Date and time of day are not here.
 * SDM vol. 3 §18.7.3; Intel 8254 data sheet.
 */
import { cpuidAB, cpuidCD } from "../arch/instructions.ts";

export const SECOND: u64 = 1_000_000_000;
export const MILLISECOND: u64 = 1_000_000;
export const MICROSECOND: u64 = 1000;
/** A deadline that never comes. */
export const FOREVER: u64 = 0xffff_ffff_ffff_ffff;

const TSC_LEAF: u32 = 0x15;
const HYPERVISOR_LEAVES: u32 = 0x4000_0000;
const HYPERVISOR_FREQUENCIES: u32 = 0x4000_0010;
/** Leaf 1, ECX: a hypervisor is there, and its leaves. */
const HYPERVISOR: u64 = 1 << 31;

/** Of the 8254's input, in Hz. */
const PIT_FREQUENCY: u64 = 1_193_182;
const PIT_TICKS: u64 = 11_932;
const PIT_CHANNEL_2: u16 = 0x42;
const PIT_CONTROL: u16 = 0x43;
/** Channel 2, both bytes, mode 0: its output rises when the count is over. */
const PIT_ONE_SHOT: u8 = 0xb0;
const PORT_B: u16 = 0x61;
const GATE_2: u8 = 1;
const SPEAKER: u8 = 2;
const OUTPUT_2: u8 = 0x20;

/** Two factors of 64 bits: ns = high(ticks << shift, factor). The shift makes the factor fit. */
class Scale extends Struct {
  factor: u64;
  shift: u32;
}
let frequency: u64 = 0;
const toNanoseconds: Scale = zeroed();
const toTicks: Scale = zeroed();

/** Of the time-stamp counter, in Hz; 0 before `initTime`. */
export function tscFrequency(): u64 {
  return frequency;
}
/** x · numerator / denominator becomes a multiplication. The quotient is below 256. */
function setScale(scale: ptr<Scale>, numerator: u64, denominator: u64): void {
  let shift: u32 = 0;
  while (numerator >> shift >= denominator) shift++;
  scale.shift = shift;
  // numerator · 2^(64 − shift) / denominator, below 2⁶⁴
  scale.factor = divWide(numerator >> shift, shift === 0 ? 0 : numerator << (64 - shift), denominator);
}

function frequencyByCpuid(): u64 {
  const most = truncate<u32>(cpuidAB(0, 0));
  if (most >= TSC_LEAF) {
    const ratio = cpuidAB(TSC_LEAF, 0);
    const crystal = cpuidCD(TSC_LEAF, 0) & 0xffff_ffff;
    const denominator = ratio & 0xffff_ffff;
    if (denominator !== 0 && crystal !== 0) return (crystal * (ratio >> 32)) / denominator;
  }
  if ((cpuidCD(1, 0) & HYPERVISOR) !== 0) {
    const last = truncate<u32>(cpuidAB(HYPERVISOR_LEAVES, 0));
    if (last >= HYPERVISOR_FREQUENCIES && last < HYPERVISOR_LEAVES + 0x1_0000)
      return (cpuidAB(HYPERVISOR_FREQUENCIES, 0) & 0xffff_ffff) * 1000;
  }
  return 0;
}
/** Ticks while the 8254 counts down from PIT_TICKS. */
function frequencyByPit(): u64 {
  const before = in8(PORT_B);
  out8(PORT_B, (before & ~(SPEAKER | GATE_2)) | GATE_2);
  out8(PIT_CONTROL, PIT_ONE_SHOT);
  out8(PIT_CHANNEL_2, truncate<u8>(PIT_TICKS));
  out8(PIT_CHANNEL_2, truncate<u8>(PIT_TICKS >> 8));
  const start = readTsc();
  while ((in8(PORT_B) & OUTPUT_2) === 0) pause();
  const ticks = readTsc() - start;
  out8(PORT_B, before);
  return (ticks * PIT_FREQUENCY) / PIT_TICKS;
}

/** Once, by the first processor. Time begins when the counter does, at the machine's reset. */
export function initTime(): void {
  frequency = frequencyByCpuid();
  if (frequency === 0) frequency = frequencyByPit();
  setScale(addressOf(toNanoseconds), SECOND, frequency);
  setScale(addressOf(toTicks), frequency, SECOND);
}

/** Of a reading of the time-stamp counter. */
export function nanosecondsAt(ticks: u64): u64 {
  return mulHigh(ticks << toNanoseconds.shift, toNanoseconds.factor);
}
/** Since boot. */
export function nanoseconds(): u64 {
  return nanosecondsAt(readTsc());
}
/** The first reading of the time-stamp counter at which `nanoseconds` is `time` or later; FOREVER stays what it is. */
export function ticksAt(time: u64): u64 {
  if (time === FOREVER) return FOREVER;
  return mulHigh(time << toTicks.shift, toTicks.factor) + 2;
}
