/** What is known from the firmware's tables fits the machine. */
import { cpuCount, cpus, MAX_CPUS } from "../arch/cpu.ts";
import { fixed } from "../boot/fadt.ts";
import { hpetAddress } from "../boot/hpet.ts";
import { distance, nodeCount, nodeOfAddress, nodeOfApic, nodeRangeCount, nodeRanges } from "../boot/numa.ts";
import { check, checkEqual } from "./check.ts";

export function fixedHardware(): void {
  check(fixed.hasS5, "S5");
  check(fixed.pm1aControl !== 0, "PM1a control");
  check(fixed.s5a < 8 && fixed.s5b < 8, "sleep types have three bits");
  check(fixed.reset.address !== 0 || fixed.pm1aControl !== 0, "a reset register, or an old machine");
  check((hpetAddress & 1023) === 0, "the HPET's registers are aligned");
}
export function powerManagementTimer(): void {
  if (fixed.pmTimer === 0) return;
  const mask: u32 = fixed.pmTimerWide ? 0xffff_ffff : 0xff_ffff;
  let last = in32(fixed.pmTimer) & mask;
  let moved: u32 = 0;
  for (let i: u32 = 0; i < 1000; i++) {
    const now = in32(fixed.pmTimer) & mask;
    const step = (now - last) & mask;
    check(step < mask / 2, "the timer goes forward");
    moved += step;
    last = now;
  }
  check(moved > 0, "the timer goes");
}
export function nodes(): void {
  check(nodeCount >= 1 && nodeCount <= 8, "nodes");
  for (let a: u32 = 0; a < nodeCount; a++) {
    for (let b: u32 = 0; b < nodeCount; b++)
      check(a === b ? distance(a, b) === 10 : distance(a, b) > 10, "distance");
  }
  for (let i: u32 = 0; i < cpuCount; i++) {
    checkEqual(u64(cpus[i].node), u64(nodeOfApic(cpus[i].apicId)), "a processor's node");
    checkEqual(u64(cpus[i].index), u64(i), "a processor's number");
  }
  check(cpuCount >= 1 && cpuCount <= MAX_CPUS, "processors");
  for (let i: usize = 0; i < nodeRangeCount; i++) {
    check(nodeRanges[i].start < nodeRanges[i].end, "a node's range");
    checkEqual(u64(nodeOfAddress(nodeRanges[i].end - 1)), u64(nodeRanges[i].node), "an address's node");
  }
}
