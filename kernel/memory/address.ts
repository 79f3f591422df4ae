/**
 * The tagged address: bits 44 to 46 of an address in the upper half say whose the object is (KERNEL.md's table, after OSv's plan of 2014).
 * Areas 0 to 3 and 6 are aliases of all RAM: the address without its tag is the physical one. Nothing here looks at memory.
 *
 *     63        47 46   44 43                                              0
 *     1 … 1 │ area   │ physical address (area 7, and 4: any)                 in the upper half
 */

export const PAGE_SHIFT: u64 = 12;
export const PAGE_SIZE: usize = 4096;
export const HALF_PAGE_SIZE: usize = 2048;
/** No physical address: what functions give that have run out of memory. */
export const NONE: usize = 0xffff_ffff_ffff_ffff;

/** What bits 44 to 46 mean. */
/** @base u64 */
export enum Area {
  /** Objects smaller than half a page. */
  Mempool = 0,
  /** Over half a page, up to a page. */
  Page = 1,
  HalfPage = 2,
  /** More than a page. */
  Large = 3,
  /** Mapped by the kernel page by page: stacks, demand-zero ranges. */
  Mapped = 4,
  /** Registers of devices, at their physical address, not cached. */
  Device = 5,
  /** Made before the allocators were up. */
  Early = 6,
  /** Every object on pages of its own, between pages that fault. */
  Debug = 7,
}

export const UPPER_HALF: usize = 0xffff_8000_0000_0000;
export const AREA_SHIFT: u64 = 44;
const AREA_MASK: u64 = 7;
const OFFSET_MASK: usize = 0xfff_ffff_ffff;

/** Where an area begins. */
export function areaBase(area: Area): usize {
  return UPPER_HALF | (u64(area) << AREA_SHIFT);
}
/** Of an address in the upper half. */
export function areaOf(linear: usize): Area {
  return ((linear >> AREA_SHIFT) & AREA_MASK) as Area;
}
/** What lies at a physical address, as an area's alias shows it. */
export function inArea(area: Area, physical: usize): usize {
  return areaBase(area) | physical;
}
/** Of an address in an alias area. */
export function physicalOf(linear: usize): usize {
  return linear & OFFSET_MASK;
}
