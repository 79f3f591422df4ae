/**
 * Allocations and frees with their cycles. Every object is written to at both ends, outside of the time taken, with what tells it
 * from others; who frees one looks whether that is still there: a measurement of a broken allocator is none.
 */
import { alignedAlloc, free, malloc, realloc } from "../memory/malloc.ts";
import { panicWith } from "../panic.ts";
import { cycles } from "./clock.ts";
import type { Histogram } from "./histogram.ts";
import { loadGrows, loadShrinks } from "./load.ts";

/** Rounds that find out what taking the time costs. */
const CALIBRATION = 64;
/** Pairs of a malloc and a free between two readings of the clock, where that is taken once for many. */
export const BATCH: u64 = 64;

/** One for each thread that measures. */
export class Meter extends Struct {
  allocations: Histogram;
  frees: Histogram;
  /** Means of batches, rounded: a malloc and the free of what it gave. */
  pairs: Histogram;
  /** Allocations that gave null. */
  failures: u64;
  /** Cycles between two readings of the clock with nothing between. */
  overhead: u64;
  /** Cycles of a batch of nothing. */
  emptyBatch: u64;

  prepare(): void {
    this.allocations.clear();
    this.frees.clear();
    this.pairs.clear();
    this.failures = 0;
    this.overhead = 0xffff_ffff;
    this.emptyBatch = 0xffff_ffff;
    for (let i: u32 = 0; i < CALIBRATION; i++) {
      const before = cycles();
      compilerFence();
      const after = cycles();
      if (after - before < this.overhead) this.overhead = after - before;
    }
    for (let i: u32 = 0; i < CALIBRATION; i++) {
      const before = cycles();
      for (let k: u64 = 0; k < BATCH; k++) compilerFence();
      const after = cycles();
      if (after - before < this.emptyBatch) this.emptyBatch = after - before;
    }
  }
  join(other: ptr<Meter>): void {
    this.allocations.join(addressOf(other.allocations));
    this.frees.join(addressOf(other.frees));
    this.pairs.join(addressOf(other.pairs));
    this.failures += other.failures;
  }
  between(before: u64, after: u64): u64 {
    const all = after - before;
    return all > this.overhead ? all - this.overhead : 0;
  }

  /** BATCH pairs were done between two readings of the clock. */
  addBatch(before: u64, after: u64): void {
    const all = after - before;
    const own = all > this.emptyBatch ? all - this.emptyBatch : 0;
    this.pairs.add((own + BATCH / 2) / BATCH);
  }

  /** At least eight bytes. Null is counted. */
  allocate(size: usize): ptr<u8> | null {
    const before = cycles();
    const object = malloc(size);
    const after = cycles();
    return this.taken(object, size, before, after);
  }
  allocateAligned(alignment: usize, size: usize): ptr<u8> | null {
    const before = cycles();
    const object = alignedAlloc(alignment, size);
    const after = cycles();
    if (object !== null && address(object) % alignment !== 0)
      panicWith("bench: not aligned", "object", address(object), "alignment", alignment);
    return this.taken(object, size, before, after);
  }
  /** Counts as an allocation. Null: the old object is as it was. */
  resize(object: ptr<u8>, size: usize, newSize: usize): ptr<u8> | null {
    examine(object, size);
    loadShrinks(size);
    const before = cycles();
    const moved = realloc(object, newSize);
    const after = cycles();
    if (moved === null) loadGrows(size);
    if (moved !== null && size >= 16 && newSize >= 16 && cast<u64>(moved).value !== (address(object) ^ size))
      panicWith("bench: realloc has lost the contents", "object", address(object), "size", size);
    return this.taken(moved, newSize, before, after);
  }
  taken(object: ptr<unknown> | null, size: usize, before: u64, after: u64): ptr<u8> | null {
    this.allocations.add(this.between(before, after));
    if (object === null) {
      this.failures++;
      return null;
    }
    loadGrows(size);
    sign(cast<u8>(object), size);
    return cast<u8>(object);
  }
  /** `size` as it was asked for. */
  release(object: ptr<u8>, size: usize): void {
    examine(object, size);
    loadShrinks(size);
    const before = cycles();
    free(object);
    const after = cycles();
    this.frees.add(this.between(before, after));
  }
}

function sign(object: ptr<u8>, size: usize): void {
  const words = cast<u64>(object);
  words.value = address(object) ^ size;
  object[size - 1] = size === 8 ? truncate<u8>(words.value >> 56) : truncate<u8>(size);
}
function examine(object: ptr<u8>, size: usize): void {
  const words = cast<u64>(object);
  const last = size === 8 ? truncate<u8>(words.value >> 56) : truncate<u8>(size);
  // The last byte of an object of less than 16 may be one of the first eight.
  const whole = size >= 16 ? words.value === (address(object) ^ size) : true;
  if (!whole || object[size - 1] !== last)
    panicWith("bench: an object has changed", "object", address(object), "size", size);
}
/** The size that an object of 16 bytes or more was asked for with, by what it is signed with. */
export function examinedSize(object: ptr<u8>): usize {
  return cast<u64>(object).value ^ address(object);
}
