/**
 * Cycles of many operations: exact up to 255, above within a 32nd, so that medians and 99th percentiles are known without keeping each.
 *
 * Buckets: 0 … 255 one for each value, then 32 to each doubling from 256 up to 2³².
 */

const EXACT: u64 = 256;
const EXACT_BITS: u64 = 8;
const STEPS_SHIFT: u64 = 5;
/** 256 + 24 · 32. */
const BUCKETS = 1024;
const MOST: u64 = 0xffff_ffff;

export class Histogram extends Struct {
  counts: array<u32, typeof BUCKETS>;
  count: u64;
  sum: u64;
  most: u64;

  add(cycles: u64): void {
    const value = cycles > MOST ? MOST : cycles;
    this.counts[bucketOf(value)]++;
    this.count++;
    this.sum += cycles;
    if (cycles > this.most) this.most = cycles;
  }
  /** What another has counted, too. */
  join(other: ptr<Histogram>): void {
    for (let i: usize = 0; i < BUCKETS; i++) this.counts[i] += other.counts[i];
    this.count += other.count;
    this.sum += other.sum;
    if (other.most > this.most) this.most = other.most;
  }
  clear(): void {
    memset(addressOf(this), 0, sizeof<Histogram>());
  }
  /** The least value that `parts` in a thousand do not exceed; 0 of nothing. */
  permille(parts: u64): u64 {
    const wanted = (this.count * parts + 999) / 1000;
    let seen: u64 = 0;
    for (let i: usize = 0; i < BUCKETS; i++) {
      seen += u64(this.counts[i]);
      if (seen >= wanted && seen > 0) return lowest(i);
    }
    return 0;
  }
}

function bucketOf(value: u64): usize {
  if (value < EXACT) return value;
  const top = 63 - clz(value);
  const step = (value >> (top - STEPS_SHIFT)) & ((1 << STEPS_SHIFT) - 1);
  return EXACT + ((top - EXACT_BITS) << STEPS_SHIFT) + step;
}
/** The smallest value in a bucket. */
function lowest(bucket: usize): u64 {
  if (bucket < EXACT) return bucket;
  const above = bucket - EXACT;
  const top = (above >> STEPS_SHIFT) + EXACT_BITS;
  return (1 << top) + ((above & ((1 << STEPS_SHIFT) - 1)) << (top - STEPS_SHIFT));
}
