/**
 * Which RAM is the kernel's to use: whole pages, sorted, apart from each other. It is what the firmware calls RAM and nothing else,
 * without the first MiB, the kernel's image and the loader's modules. Odd edges are rounded inwards after ranges that touch have
 * been joined. Nothing is allocated here.
 */
import { newline, print, printSize } from "../console/print.ts";
import { panicWith } from "../panic.ts";
import { entries, entriesLost, entryCount, moduleCount, modules, RAM } from "./loaded.ts";
import type { MemoryRange, RangeList } from "./range-list.ts";

export { MemoryRange } from "./range-list.ts";

declare const __image_start: u8;
declare const __image_end: u8;

const MAX_RANGES = 64;
const PAGE: usize = 4096;
const FIRST_MIB: usize = 0x10_0000;
/** An alias area has so much room. */
const LIMIT: usize = 1 << 44;
const END: usize = 0xffff_ffff_ffff_ffff;

export const usable: array<MemoryRange, typeof MAX_RANGES> = zeroed();
export let usableCount: usize = 0;
const ranges: RangeList = zeroed();

export function initMemoryMap(): void {
  ranges.count = 0;
  for (let i: usize = 0; i < entryCount; i++) {
    if (entries[i].type === RAM) ranges.add(entries[i].start, entries[i].end);
  }
  for (let i: usize = 0; i < entryCount; i++) {
    if (entries[i].type !== RAM) ranges.remove(entries[i].start, entries[i].end);
  }
  ranges.remove(0, FIRST_MIB);
  ranges.remove(LIMIT, END);
  const imageEnd = (address(addressOf(__image_end)) + PAGE - 1) & ~(PAGE - 1);
  ranges.remove(address(addressOf(__image_start)), imageEnd);
  for (let i: usize = 0; i < moduleCount; i++) ranges.remove(modules[i].start, modules[i].end);
  ranges.round();
  for (let i: usize = 0; i < ranges.count; i++) usable[i] = ranges.list[i];
  usableCount = ranges.count;
  if (usableCount === 0) panicWith("there is no memory to use", "entries of the map", entryCount, null, 0);
  if (entriesLost !== 0 || ranges.lost !== 0) warn();
}
function warn(): void {
  print("warning: the memory map is longer than can be read; not used are at least ");
  printSize(ranges.lost);
  newline();
}
/** Bytes of all usable ranges. */
export function usableBytes(): usize {
  let bytes: usize = 0;
  for (let i: usize = 0; i < usableCount; i++) bytes += usable[i].end - usable[i].start;
  return bytes;
}
