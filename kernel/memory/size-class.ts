/**
 * Sizes of objects that the mempool and half-page areas have: multiples of 16 up to 128, then eight to each doubling, so that rounding up
 * costs at most an eighth. 2048 is the half-page area's. Under the policy `dense` they go on to 3584, seven eighths of a page; under
 * `seed` whatever is over half a page takes a page. Numbers only: whose caches they are is in malloc.ts.
 */
import { PAGE_SIZE } from "./address.ts";

/** Every class is a multiple, and every object so aligned at least. */
export const GRANULE = 16;
export const GRANULE_SHIFT = 4;
/** Up to here one class each granule. */
const LINEAR_LIMIT = 128;
const LINEAR_CLASSES = 8;
const CLASSES_PER_DOUBLING = 8;

/** Classes up to 2048, and with those of `dense`. */
export const SEED_CLASSES = 40;
export const DENSE_CLASSES = 46;
/** The largest size of each policy. */
export const SEED_LIMIT = 2048;
export const DENSE_LIMIT = 3584;

/** Slabs have at most 2³ pages; a larger one is taken only if more than a sixteenth of a smaller one would be left over. */
export const MAX_SLAB_ORDER: u32 = 3;
const LEFT_OVER = 16;

/** The size of a class, from 0 to DENSE_CLASSES − 1. */
export function classSize(index: u32): u32 {
  if (index < LINEAR_CLASSES) return (index + 1) << GRANULE_SHIFT;
  const above = index - LINEAR_CLASSES;
  const doubling = above / CLASSES_PER_DOUBLING;
  const step = above % CLASSES_PER_DOUBLING;
  const base = u32(LINEAR_LIMIT) << doubling;
  return base + (base / CLASSES_PER_DOUBLING) * (step + 1);
}
/** The smallest class that holds `size` bytes, 1 to DENSE_LIMIT. */
export function classFor(size: u32): u32 {
  if (size <= LINEAR_LIMIT) return (size - 1) >> GRANULE_SHIFT;
  // 2^top < size <= 2^(top + 1), in eight steps.
  const top = 31 - clz(size - 1);
  const doubling = top - 7;
  const step = ((size - 1) >> (top - 3)) - CLASSES_PER_DOUBLING;
  return LINEAR_CLASSES + doubling * CLASSES_PER_DOUBLING + step;
}
/** log₂ of the pages of a slab of such objects. */
export function slabOrder(size: u32): u32 {
  let best: u32 = 0;
  let leastWaste: u32 = 0xffff_ffff;
  for (let order: u32 = 0; order <= MAX_SLAB_ORDER; order++) {
    const bytes = u32(PAGE_SIZE) << order;
    if (bytes < size) continue;
    const rest = bytes % size;
    if (rest <= bytes / LEFT_OVER) return order;
    // In parts of the largest slab, so that slabs of different orders compare.
    const waste = rest << (MAX_SLAB_ORDER - order);
    if (waste < leastWaste) {
      leastWaste = waste;
      best = order;
    }
  }
  return best;
}
