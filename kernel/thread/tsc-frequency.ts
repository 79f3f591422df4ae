/**
 * How fast the time-stamp counter counts: what CPUID says (leaf 0x15; 0x40000010 of hypervisors); where it says nothing, a measurement of
 * 10 ms against the ACPI timer, or against channel 2 of the 8254 where there is none. SDM vol. 3 §18.7.3; ACPI 6.5 §4.8.3.3; Intel 8254
 * data sheet.
 */
import { cpuidAB, cpuidCD } from "../arch/instructions.ts";
import { fixed } from "../boot/fadt.ts";

const TSC_LEAF: u32 = 0x15;
const HYPERVISOR_LEAVES: u32 = 0x4000_0000;
const HYPERVISOR_FREQUENCIES: u32 = 0x4000_0010;
/** Leaf 1, ECX: a hypervisor is there, and its leaves. */
const HYPERVISOR: u64 = 1 << 31;

/** Of the ACPI timer, in Hz, and its bits that every machine has. */
const ACPI_FREQUENCY: u64 = 3_579_545;
const ACPI_MASK: u32 = 0xff_ffff;
const ACPI_TICKS: u32 = 35_795;
/** How often a reading is tried; the one counts that took least time. */
const TRIES: u32 = 5;

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

function byCpuid(): u64 {
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

/** Both counters at one moment. */
class Reading extends Struct {
  ticks: u64;
  count: u32;
}
/** A machine under another may stop between two instructions: what took longest says least. */
function readBoth(reading: ptr<Reading>, port: u16): void {
  let shortest: u64 = 0xffff_ffff_ffff_ffff;
  for (let i: u32 = 0; i < TRIES; i++) {
    const before = readTsc();
    const count = in32(port);
    const time = readTsc() - before;
    if (time >= shortest) continue;
    shortest = time;
    reading.ticks = before + time / 2;
    reading.count = count;
  }
}
function byAcpiTimer(port: u16): u64 {
  const start: Reading = zeroed();
  const end: Reading = zeroed();
  readBoth(addressOf(start), port);
  while (((in32(port) - start.count) & ACPI_MASK) < ACPI_TICKS) pause();
  readBoth(addressOf(end), port);
  const counted = (end.count - start.count) & ACPI_MASK;
  return ((end.ticks - start.ticks) * ACPI_FREQUENCY) / u64(counted);
}
function byPit(): u64 {
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

/** In Hz. The FADT has been read. */
export function findTscFrequency(): u64 {
  const told = byCpuid();
  if (told !== 0) return told;
  return fixed.pmTimer === 0 ? byPit() : byAcpiTimer(fixed.pmTimer);
}
