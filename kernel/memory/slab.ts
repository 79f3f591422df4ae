/**
 * Slabs: 1 to 8 pages that hold objects of one cache, and nothing else. What is known of a slab is in its frames' records in the frame
 * table, so that a page holds as many objects as fit. Free objects that have been used before are linked by number; objects that never
 * were are not touched. Callers hold the cache's lock, but for makeSlab and discardSlab.
 *
 *     colour   0          1          2            count − 1       rest
 *     │ unused │ object   │ object   │ …          │ object        │      2^order pages, aligned to their size
 */
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE, physicalOf } from "./address.ts";
import type { Cache } from "./cache.ts";
import { FrameKind } from "./frame-kind.ts";
import { type Frame, frameAt, frameNumber, frameOf, framePhysical, NO_FRAME } from "./frame-table.ts";
import { allocateFrames, freeFrames } from "./physical.ts";
import { initTrailer } from "./trailer.ts";

/** A page has no more than 256 objects, and neither have larger slabs, since small objects get slabs of one page. */
const MAX_OBJECTS = 256;
/** No object: the end of a list. */
const NO_OBJECT: u32 = 1023;

/** `data` of the frames of a slab. A list's `next` and `previous` are those of the first frame; `owner` is the cache, in every one. */
export class Slab extends Struct {
  /** In every frame: what is to be added to an offset in the page to get the offset from the first object, modulo 2³². */
  phase: u32;
  /** In the first frame, as what follows: objects that are out. */
  used: bitfield<10>;
  /** From this one on, no object has been used yet. */
  fresh: bitfield<10>;
  /** The first of the free objects that have been. */
  free: bitfield<10>;
}
static_assert(sizeof<Slab>() === 8 && MAX_OBJECTS < NO_OBJECT);

/** @inline */
function slabIn(frame: ptr<Frame>): ptr<Slab> {
  return cast<Slab>(addressOf(frame.data));
}
/** @inline */
function linkOf(cache: ptr<Cache>, object: usize): ptr<u32> {
  return pointer<u32>(object + usize(cache.link));
}
/** Bytes before the first object of a slab. */
function colourOf(cache: ptr<Cache>, physical: usize): u32 {
  return ((frameNumber(physical) >> cache.order) & cache.colourMask) << cache.colourShift;
}
/**
 * Bytes from the first object of a slab to an address in one of its frames, modulo 2³².
 * @inline
 */
function offsetIn(frame: ptr<Frame>, physical: usize): u32 {
  return truncate<u32>(physical & (PAGE_SIZE - 1)) + slabIn(frame).phase;
}
/**
 * Whether an object begins at an address in a frame of one of the cache's slabs. An offset below 2³² is a multiple exactly if, times
 * the reciprocal and modulo 2⁶⁴, it is less than that (Lemire, Kaser and Kurz, "Faster remainder by direct computation", 2019).
 * @inline
 */
export function beginsObject(cache: ptr<Cache>, frame: ptr<Frame>, physical: usize): bool {
  const offset = offsetIn(frame, physical);
  return offset < cache.extent && u64(offset) * cache.reciprocal < cache.reciprocal;
}
/**
 * The number of the object that begins at an address in a frame of one of the cache's slabs; `count` or more if none does.
 *
 * An offset is a multiple of odd · 2^shift exactly if, times the inverse of the odd part and rotated by the shift, it gives the
 * quotient; others give more than any quotient can be (Warren, Hacker's Delight §10-17).
 */
function objectNumber(cache: ptr<Cache>, frame: ptr<Frame>, physical: usize): u32 {
  return rotateRight(offsetIn(frame, physical) * cache.inverse, cache.shift);
}
function objectIn(cache: ptr<Cache>, slab: usize, index: u32): usize {
  const first = inArea(Area.Mempool, slab) + usize(0 - slabIn(frameAt(slab)).phase);
  return first + usize(index * cache.distance);
}

function push(list: ptr<u32>, number: u32): void {
  const frame = frameOf(number);
  frame.previous = NO_FRAME;
  frame.next = list.value;
  if (list.value !== NO_FRAME) frameOf(list.value).previous = number;
  list.value = number;
}
function unlink(list: ptr<u32>, number: u32): void {
  const frame = frameOf(number);
  if (frame.next !== NO_FRAME) frameOf(frame.next).previous = frame.previous;
  if (frame.previous !== NO_FRAME) frameOf(frame.previous).next = frame.next;
  else list.value = frame.next;
}

/** What the objects of a new slab need before their first use. */
function prepareObjects(cache: ptr<Cache>, physical: usize): void {
  const construct = cache.construct;
  if (construct === null && !cache.verified) return;
  for (let i: u32 = 0; i < cache.count; i++) {
    const object = objectIn(cache, physical, i);
    if (cache.verified) initTrailer(cache, object);
    if (construct !== null) construct(pointer<unknown>(object));
  }
}
/** A slab of free objects, by its physical address, in no list; NONE: there is no memory. */
export function makeSlab(cache: ptr<Cache>): usize {
  const physical = allocateFrames(cache.order);
  if (physical === NONE) return NONE;
  const frames = usize(1) << usize(cache.order);
  for (let i: usize = 0; i < frames; i++) {
    const frame = frameAt(physical + (i << PAGE_SHIFT));
    frame.owner = address(cache);
    frame.kind = FrameKind.Slab;
    slabIn(frame).phase = u32(i << PAGE_SHIFT) - colourOf(cache, physical);
  }
  const slab = slabIn(frameAt(physical));
  slab.used = 0;
  slab.fresh = 0;
  slab.free = NO_OBJECT;
  prepareObjects(cache, physical);
  return physical;
}
/** Gives back the pages of a slab of free objects that is in no list. */
export function discardSlab(cache: ptr<Cache>, physical: usize): void {
  for (let offset: usize = 0; offset <= cache.slabMask; offset += PAGE_SIZE) {
    const frame = frameAt(physical + offset);
    frame.owner = 0;
    frame.kind = FrameKind.None;
  }
  freeFrames(physical, cache.order);
}
/** The cache gets a new slab, or one that it had. */
export function addEmptySlab(cache: ptr<Cache>, physical: usize): void {
  push(addressOf(cache.empty), frameNumber(physical));
  cache.emptySlabs++;
}
/** An empty slab leaves the cache: its physical address; NONE: there is none. */
export function removeEmptySlab(cache: ptr<Cache>): usize {
  const number = cache.empty;
  if (number === NO_FRAME) return NONE;
  unlink(addressOf(cache.empty), number);
  cache.emptySlabs--;
  return framePhysical(number);
}

/** A free object, by its address; 0 if no slab has one. */
export function takeObject(cache: ptr<Cache>): usize {
  let number = cache.partial;
  if (number === NO_FRAME) {
    number = cache.empty;
    if (number === NO_FRAME) return 0;
    unlink(addressOf(cache.empty), number);
    cache.emptySlabs--;
    push(addressOf(cache.partial), number);
  }
  const physical = framePhysical(number);
  const slab = slabIn(frameOf(number));
  let index: u32 = slab.free;
  if (index === NO_OBJECT) {
    index = slab.fresh;
    slab.fresh = index + 1;
  } else slab.free = linkOf(cache, objectIn(cache, physical, index)).value;
  const used: u32 = slab.used + 1;
  slab.used = used;
  if (used === cache.count) unlink(addressOf(cache.partial), number);
  cache.out++;
  return objectIn(cache, physical, index);
}
/** An object that takeObject gave comes back. */
export function putObject(cache: ptr<Cache>, object: usize): void {
  const physical = physicalOf(object);
  const first = physical & ~cache.slabMask;
  const number = frameNumber(first);
  const slab = slabIn(frameOf(number));
  linkOf(cache, object).value = slab.free;
  slab.free = objectNumber(cache, frameAt(physical), physical);
  const used: u32 = slab.used - 1;
  slab.used = used;
  cache.out--;
  if (used + 1 === cache.count) push(addressOf(cache.partial), number);
  if (used === 0) {
    unlink(addressOf(cache.partial), number);
    addEmptySlab(cache, first);
  }
}
