/**
 * The kernel's own page tables, made once at the start: its image with the rights of its sections, RAM as the alias areas
 * show it, and the devices' registers below 4 GiB. The alias areas share their tables: one set, in five places of the root.
 *
 *     root ─┬─ 0    0–1 MiB, image         one to one, pages of 4 KiB
 *           ├─ 256 … 0 mempool ─┐
 *           ├─ 288 … 1 page ────┤
 *           ├─ 320 … 2 half page┼─ RAM      leaves of 1 GiB and 2 MiB
 *           ├─ 352 … 3 large ───┤
 *           ├─ 448 … 6 early ───┘
 *           └─ 416 … 5 device ──── where no RAM is, below 4 GiB; the rest by mapDevice
 */
import { entries, entryCount, RAM } from "../boot/loaded.ts";
import { Area, areaBase, inArea, NONE, PAGE_SIZE } from "../memory/address.ts";
import { useAliasForBootPages } from "../memory/boot-pages.ts";
import { panicWith } from "../panic.ts";
import {
  CODE,
  CONSTANTS,
  DATA,
  DEVICE,
  indexOf,
  levelSize,
  PERMANENT,
  PRESENT,
  ROOT_LEVEL,
  tableEntry,
  targetOf,
  withCount,
} from "./entry.ts";
import { fill } from "./fill.ts";
import { mapRange } from "./map.ts";
import { enterRoot, initPaging, physicalLimit } from "./paging.ts";
import { kernelSpace, PROGRAMS_START, shareKernelTables } from "./space.ts";
import { follow, tableAt, takeTable, useAliasForTables } from "./table.ts";

declare const __image_start: u8;
declare const __text_end: u8;
declare const __data_start: u8;
declare const __bss_start: u8;
declare const __image_end: u8;

const MIB: usize = 1 << 20;
const GIB: usize = 1 << 30;
/** Device memory below this is mapped from the start. */
const LOW_END: usize = 4 * GIB;
/** Aliases begin and end at leaves of 2 MiB. */
const GRAIN: usize = 2 * MIB;
/** Of the root, for each area. */
const AREA_SLOTS: usize = 32;
/** Page 0 stays unmapped, so that a null pointer faults. */
const LOW_START: usize = PAGE_SIZE;

/** The kernel's root table, physical: what another processor loads into CR3. */
export let kernelRoot: usize = 0;
/** The end of RAM below 4 GiB; from here to 4 GiB are devices. */
let lowRamEnd: usize = 0;

function up(value: usize, to: usize): usize {
  return (value + to - 1) & ~(to - 1);
}
function down(value: usize, to: usize): usize {
  return value & ~(to - 1);
}
function mapKernel(linear: usize, physical: usize, size: usize, rights: u64): void {
  if (fill(addressOf(kernelSpace.root), linear, physical, size, rights) !== linear + size)
    panicWith("no memory for the kernel's page tables", "linear", linear, "size", size);
}
/** Sections lie on pages of their own: code, what is read only, what is written. */
function mapImage(): void {
  const start = down(address(addressOf(__image_start)), PAGE_SIZE);
  const constants = up(address(addressOf(__text_end)), PAGE_SIZE);
  const data = down(address(addressOf(__data_start)), PAGE_SIZE);
  const zeros = down(address(addressOf(__bss_start)), PAGE_SIZE);
  const written = data < zeros ? data : zeros;
  const end = up(address(addressOf(__image_end)), PAGE_SIZE);
  mapKernel(start, start, constants - start, CODE);
  mapKernel(constants, constants, written - constants, CONSTANTS);
  mapKernel(written, written, end - written, DATA);
}
/** The alias areas' entries of the root are those of the mempool's. */
function shareAliases(): void {
  const root = tableAt(kernelRoot);
  const from = indexOf(areaBase(Area.Mempool), ROOT_LEVEL);
  for (let i: usize = 0; i < AREA_SLOTS; i++) {
    const entry = root[from + i];
    root[indexOf(areaBase(Area.Page), ROOT_LEVEL) + i] = entry;
    root[indexOf(areaBase(Area.HalfPage), ROOT_LEVEL) + i] = entry;
    root[indexOf(areaBase(Area.Large), ROOT_LEVEL) + i] = entry;
    root[indexOf(areaBase(Area.Early), ROOT_LEVEL) + i] = entry;
  }
}
/** Whether a whole range of the firmware's map touches or overlaps [start, end), both rounded to the grain. */
function touches(index: usize, start: usize, end: usize): bool {
  return (
    entries[index].type === RAM &&
    down(entries[index].start, GRAIN) <= end &&
    start <= up(entries[index].end, GRAIN)
  );
}
/** The first address from `from` on that is RAM, rounded down to the grain; NONE if there is none. */
function nextRam(from: usize): usize {
  let first = NONE;
  for (let i: usize = 0; i < entryCount; i++) {
    if (entries[i].type !== RAM || up(entries[i].end, GRAIN) <= from) continue;
    const start = down(entries[i].start, GRAIN);
    const at = start > from ? start : from;
    if (at < first) first = at;
  }
  return first;
}
/** Where the RAM that begins at `start` ends, rounded up to the grain; the map's entries are in any order. */
function endOfRam(start: usize): usize {
  let end = start;
  for (let i: usize = 0; i < entryCount; ) {
    if (touches(i, start, end) && up(entries[i].end, GRAIN) > end) {
      end = up(entries[i].end, GRAIN);
      i = 0;
    } else i++;
  }
  return end < physicalLimit ? end : physicalLimit;
}
/** RAM, as all alias areas show it. What the firmware keeps of it, such as ACPI's tables, lies in the last leaf or is added by aliasMemory. */
function mapRam(): void {
  for (let start = nextRam(0); start < physicalLimit; ) {
    const end = endOfRam(start);
    mapKernel(inArea(Area.Mempool, start), start, end - start, DATA);
    if (end <= LOW_END) lowRamEnd = end;
    start = nextRam(end);
  }
}

/** Clones of the root have these tables too (clone.ts): they stay, even if nothing is mapped in them. */
function keepLowTables(): void {
  const pointers = targetOf(tableAt(kernelRoot)[0]);
  const directory = tableAt(targetOf(tableAt(pointers)[0]));
  for (let linear: usize = 0; linear < PROGRAMS_START; linear += levelSize(1)) {
    const entry = directory.offset(indexOf(linear, 1));
    if (entry.value !== 0) entry.value = withCount(entry.value, PERMANENT);
  }
}

/** Makes the kernel's page tables, and uses them. Called once, before the frame table is made. */
export function initAliases(): void {
  initPaging();
  kernelRoot = takeTable();
  kernelSpace.root = tableEntry(kernelRoot, PERMANENT);
  mapKernel(LOW_START, LOW_START, MIB - LOW_START, DATA);
  mapImage();
  keepLowTables();
  mapRam();
  shareAliases();
  mapKernel(inArea(Area.Device, lowRamEnd), lowRamEnd, LOW_END - lowRamEnd, DEVICE);
  enterRoot(kernelRoot);
  useAliasForTables();
  useAliasForBootPages();
}
/** Maps those pages of an area that are not mapped yet. False: no memory for tables. */
function ensure(area: Area, physical: usize, size: usize, rights: u64): bool {
  const end = up(physical + size, PAGE_SIZE);
  for (let at = down(physical, PAGE_SIZE); at < end; at += PAGE_SIZE) {
    const place = follow(kernelRoot, inArea(area, at), 0);
    if ((place.entry.value & PRESENT) !== 0) continue;
    if (!mapRange(addressOf(kernelSpace), inArea(area, at), at, PAGE_SIZE, rights)) return false;
  }
  return true;
}
/** Shows memory of the firmware's that its map does not call RAM, such as ACPI's tables, in the alias areas as well. False: no memory for tables. */
export function aliasMemory(physical: usize, size: usize): bool {
  const mapped = ensure(Area.Mempool, physical, size, DATA);
  const flags = kernelSpace.lock.lock();
  shareAliases();
  shareKernelTables(areaBase(Area.Mempool), areaBase(Area.Debug));
  kernelSpace.lock.unlock(flags);
  return mapped;
}
/** Where a device's registers are: in the device area, uncached. 0: no memory for tables. */
export function mapDevice(physical: usize, size: usize): usize {
  return ensure(Area.Device, physical, size, DEVICE) ? inArea(Area.Device, physical) : 0;
}
