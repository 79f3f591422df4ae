/** The memory map: whatever the firmware says, what is usable is sorted, apart, whole pages, and never reserved. */
import { entries, entryCount, RAM } from "../boot/loaded.ts";
import { usable, usableBytes, usableCount } from "../boot/memory-map.ts";
import { check, checkEqual } from "./check.ts";

declare const __image_start: u8;
declare const __image_end: u8;

export function usableRanges(): void {
  check(usableCount > 0, "there is memory");
  for (let i: usize = 0; i < usableCount; i++) {
    const start = usable[i].start;
    const end = usable[i].end;
    check(start < end, "a range is not empty");
    checkEqual((start | end) & 4095, 0, "whole pages");
    check(i === 0 || usable[i - 1].end < start, "sorted and apart");
    check(start >= 0x10_0000, "above the first MiB");
    check(
      end <= address(addressOf(__image_start)) || start >= address(addressOf(__image_end)),
      "apart from the image",
    );
  }
}
export function reservedIsNotUsable(): void {
  let bytes: usize = 0;
  for (let i: usize = 0; i < entryCount; i++) {
    const entry = addressOf(entries[i]);
    if (entry.type === RAM) {
      bytes += entry.end - entry.start;
      continue;
    }
    for (let n: usize = 0; n < usableCount; n++) {
      check(usable[n].end <= entry.start || entry.end <= usable[n].start, "a reserved entry is not usable");
    }
  }
  check(usableBytes() <= bytes, "no more is usable than there is");
}
