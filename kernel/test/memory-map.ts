/** The memory map: whatever the firmware says, what is usable is sorted, apart, whole pages, and never reserved. */
import { entries, entryCount, RAM } from "../boot/loaded.ts";
import { usable, usableBytes, usableCount } from "../boot/memory-map.ts";
import type { RangeList } from "../boot/range-list.ts";
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

/** Addresses of the model: so many granules of a quarter page. */
const GRANULES = 1024;
const GRANULE: usize = 1024;
const ROUNDS: u32 = 200;
const model: array<bool, typeof GRANULES> = zeroed();
const ranges: RangeList = zeroed();
let state: u64 = 1;

/** 0 to below − 1. Knuth's multiplicative generator (MMIX); the high bits are the good ones. */
function random(below: u64): u64 {
  state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
  return (state >> 33) % below;
}
/** Ranges are as the model says, sorted and apart. */
function checkModel(): void {
  let i: usize = 0;
  for (let n: usize = 0; n < GRANULES; ) {
    if (!model[n]) {
      n++;
      continue;
    }
    const start = n;
    while (n < GRANULES && model[n]) n++;
    if (i >= ranges.count) break;
    checkEqual(ranges.list[i].start, start * GRANULE, "start of a range");
    checkEqual(ranges.list[i].end, n * GRANULE, "end of a range");
    i++;
  }
  checkEqual(ranges.count, i, "ranges");
}
/** A page is whole in the model, or its granules go. */
function roundModel(): void {
  const perPage = 4096 / GRANULE;
  for (let page: usize = 0; page < GRANULES; page += perPage) {
    let whole = true;
    for (let i: usize = 0; i < perPage; i++) whole = whole && model[page + i];
    for (let i: usize = 0; i < perPage; i++) model[page + i] = whole;
  }
}
/** Adding, cutting and rounding at random, beside a map of bits. */
export function rangesAtRandom(): void {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    ranges.count = 0;
    for (let i: usize = 0; i < GRANULES; i++) model[i] = false;
    for (let step: u32 = 0; step < 40; step++) {
      const start = random(GRANULES);
      const end = start + random(round % 2 === 0 ? 40 : 300);
      const last = end < GRANULES ? end : GRANULES;
      const adds = random(3) !== 0;
      if (adds) ranges.add(start * GRANULE, last * GRANULE);
      else ranges.remove(start * GRANULE, last * GRANULE);
      for (let n = start; n < last; n++) model[n] = adds;
    }
    checkModel();
    ranges.round();
    roundModel();
    checkModel();
  }
  checkEqual(ranges.lost, 0, "nothing is lost");
}
/** One more range than there is room for. */
export function rangesThatDoNotFit(): void {
  ranges.count = 0;
  ranges.lost = 0;
  for (let i: usize = 0; i < 65; i++) ranges.add(i * 0x4000, i * 0x4000 + 0x1000 + i);
  checkEqual(ranges.count, 64, "ranges");
  checkEqual(ranges.lost, 0x1040, "bytes lost");
  ranges.lost = 0;
  ranges.remove(0x100, 0x200);
  checkEqual(ranges.count, 64, "ranges after one more cut");
  checkEqual(ranges.lost, 0x100, "bytes lost by it");
  ranges.lost = 0;
}
