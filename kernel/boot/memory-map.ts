/**
 * Which RAM is the kernel's to use: whole pages, sorted, apart from each other. It is what the firmware calls RAM and nothing else,
 * without the first MiB, the kernel's image and the loader's modules. Odd edges are rounded inwards after ranges that touch have
 * been joined. Nothing is allocated here.
 */
import { entries, entryCount, moduleCount, modules, RAM } from "./loaded.ts";

declare const __image_start: u8;
declare const __image_end: u8;

export class MemoryRange extends Struct {
  start: usize;
  /** The first address behind it. */
  end: usize;
}

const MAX_RANGES = 64;
const PAGE: usize = 4096;
const FIRST_MIB: usize = 0x10_0000;
/** Processors have at most 52 bits of physical address, and area aliases 44. */
const LIMIT: usize = 1 << 44;

export const usable: array<MemoryRange, typeof MAX_RANGES> = zeroed();
export let usableCount: usize = 0;

const up = (value: usize): usize => (value + PAGE - 1) & ~(PAGE - 1);
const down = (value: usize): usize => value & ~(PAGE - 1);

function removeAt(index: usize): void {
  usableCount--;
  for (let i = index; i < usableCount; i++) usable[i] = usable[i + 1];
}
/** A range for which there is no room is lost; the map's first ones are the largest, as a rule. */
function insertAt(index: usize, start: usize, end: usize): void {
  if (usableCount === usable.length) return;
  for (let i = usableCount; i > index; i--) usable[i] = usable[i - 1];
  usable[index] = { start, end };
  usableCount++;
}
/** Joined with what it overlaps or touches. */
function add(from: usize, to: usize): void {
  let start = from;
  let end = to;
  let i: usize = 0;
  while (i < usableCount && usable[i].end < start) i++;
  while (i < usableCount && usable[i].start <= end) {
    if (usable[i].start < start) start = usable[i].start;
    if (usable[i].end > end) end = usable[i].end;
    removeAt(i);
  }
  insertAt(i, start, end);
}
function remove(start: usize, end: usize): void {
  for (let i: usize = 0; i < usableCount; ) {
    const range: MemoryRange = { start: usable[i].start, end: usable[i].end };
    if (range.end <= start || end <= range.start) {
      i++;
      continue;
    }
    removeAt(i);
    if (range.start < start) {
      insertAt(i, range.start, start);
      i++;
    }
    if (end < range.end) {
      insertAt(i, end, range.end);
      i++;
    }
  }
}
/** Whole pages only. */
function round(): void {
  for (let i: usize = 0; i < usableCount; ) {
    const start = up(usable[i].start);
    const end = down(usable[i].end);
    if (start < end) {
      usable[i] = { start, end };
      i++;
    } else removeAt(i);
  }
}

export function initMemoryMap(): void {
  usableCount = 0;
  for (let i: usize = 0; i < entryCount; i++) {
    if (entries[i].type === RAM) add(entries[i].start, entries[i].end);
  }
  for (let i: usize = 0; i < entryCount; i++) {
    if (entries[i].type !== RAM) remove(entries[i].start, entries[i].end);
  }
  remove(0, FIRST_MIB);
  remove(LIMIT, 0xffff_ffff_ffff_ffff);
  remove(address(addressOf(__image_start)), up(address(addressOf(__image_end))));
  for (let i: usize = 0; i < moduleCount; i++) remove(modules[i].start, modules[i].end);
  round();
}
/** Bytes of all usable ranges. */
export function usableBytes(): usize {
  let bytes: usize = 0;
  for (let i: usize = 0; i < usableCount; i++) bytes += usable[i].end - usable[i].start;
  return bytes;
}
