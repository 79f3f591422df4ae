/**
 * Free blocks of the two-level segregated fit allocator (Masmano and others, "TLSF: a New Dynamic Memory Allocator for Real-Time Systems",
 * 2004): a list for each 32nd of each power of two, and bits that say which lists have any, so that a block that is large enough
 * is found by two bit searches. Sizes are those of payloads, ≡ 8 modulo 16.
 *
 *     block:   0          8               16                                        16 + size − 8
 *              │ previous │ size, flags   │ payload … │ the next one's `previous`   │ size, flags │ …
 *               if that is free             next and previous in the list, while free
 */

/** Flags in a size: the block is free; the one before it is. */
export const FREE: u64 = 1;
export const PREVIOUS_FREE: u64 = 2;
const FLAGS: u64 = 7;

export class Block extends Struct {
  /** The block before, in memory. The last bytes of its payload, and only meant if it is free. */
  previous: at<0, ptr<Block>>;
  word: at<8, u64>;
  /** In its list, while it is free. */
  nextFree: at<16, ptr<Block> | null>;
  previousFree: at<24, ptr<Block> | null>;

  size(): u64 {
    return this.word & ~FLAGS;
  }
  payload(): usize {
    return address(addressOf(this)) + 16;
  }
  /** The block behind, in memory. */
  next(): ptr<Block> {
    return pointer<Block>(this.payload() + this.size() - 8);
  }
}
/** Of a payload; what a free block needs. */
export const LEAST: u64 = 24;
/** Of a block, beside its payload. */
export const OVERHEAD: u64 = 8;

/** Below this, a list for each 16 bytes. */
const LINEAR: u64 = 512;
const STEP_SHIFT: u64 = 5;
const STEPS = 32;
/** Payloads of less than 4 MiB: powers of two from 2^9 to 2^21, and those below. */
const LEVELS = 14;

let levels: u32 = 0;
const steps: array<u32, typeof LEVELS> = zeroed();
const lists: array<array<ptr<Block> | null, typeof STEPS>, typeof LEVELS> = zeroed();

/** Number of the list for payloads of a size: 32 · level + step. */
function listOf(size: u64): u64 {
  if (size < LINEAR) return size >> 4;
  const top = 63 - clz(size);
  const step = (size >> (top - STEP_SHIFT)) & (STEPS - 1);
  return ((top - 8) << STEP_SHIFT) + step;
}
/** A list all of whose payloads have at least `size` bytes. */
function listAbove(size: u64): u64 {
  if (size < LINEAR) return size >> 4;
  const top = 63 - clz(size);
  return listOf(size + (u64(1) << (top - STEP_SHIFT)) - 1);
}
/** The block is free from here on. */
export function insert(block: ptr<Block>): void {
  const list = listOf(block.size());
  const level = list >> STEP_SHIFT;
  const step = list & (STEPS - 1);
  const first = lists[level][step];
  block.nextFree = first;
  block.previousFree = null;
  if (first !== null) first.previousFree = block;
  lists[level][step] = block;
  steps[level] |= u32(1) << step;
  levels |= u32(1) << level;
}
export function remove(block: ptr<Block>): void {
  const list = listOf(block.size());
  const level = list >> STEP_SHIFT;
  const step = list & (STEPS - 1);
  const next = block.nextFree;
  const previous = block.previousFree;
  if (next !== null) next.previousFree = previous;
  if (previous !== null) {
    previous.nextFree = next;
    return;
  }
  lists[level][step] = next;
  if (next !== null) return;
  steps[level] &= ~(u32(1) << step);
  if (steps[level] === 0) levels &= ~(u32(1) << level);
}
/** A free block with a payload of at least `size` bytes, still in its list; null: none is known. */
export function find(size: u64): ptr<Block> | null {
  const list = listAbove(size);
  let level = list >> STEP_SHIFT;
  if (level >= LEVELS) return null;
  let fitting = steps[level] & (~u32(0) << (list & (STEPS - 1)));
  if (fitting === 0) {
    const above = level === 31 ? 0 : levels & (~u32(0) << (level + 1));
    if (above === 0) return null;
    level = u64(ctz(above));
    fitting = steps[level];
  }
  return lists[level][ctz(fitting)];
}
