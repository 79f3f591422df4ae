/**
 * An arena: a stretch of addresses that is given out in ranges. Free ranges are nodes as well, so that the nodes tile the arena, and two
 * neighbours are never both free. The first place that fits is taken. Nothing is mapped here.
 */
import type { SpinLock } from "../thread/spin-lock.ts";
import { giveRecord, type Range, RangeKind, takeRecord } from "./range.ts";
import { find, findFree, insert, refresh, remove } from "./range-tree.ts";

export class Arena extends Struct {
  lock: SpinLock;
  tree: ptr<Range> | null;
  start: usize;
  end: usize;
  /** Ranges that are somebody's. */
  count: u64;

  /** Addresses from `start` up to `end`, all of them free. False: no memory for the first record. */
  open(start: usize, end: usize): bool {
    const all = takeRecord();
    if (all === null) return false;
    all.value = init<Range>({ start, end, kind: RangeKind.Free });
    this.start = start;
    this.end = end;
    this.count = 0;
    this.tree = insert(null, all);
    return true;
  }
  /** Of an arena without ranges: it has no addresses any more. */
  close(): void {
    if (this.tree !== null) giveRecord(this.tree);
    this.tree = null;
  }

  /**
   * Bytes of a free range from `start` up to `end` become a range of `kind`; what is left of it before and behind stays free, in
   * the two spare records. Gives the range, and leaves in `spares` what it did not need.
   */
  private carve(free: ptr<Range>, start: usize, end: usize, spares: ptr<Spares>): ptr<Range> {
    const limit = free.end;
    let used = free;
    if (start > free.start) {
      free.end = start;
      refresh(this.tree, free.start);
      used = spares.next();
      used.value = init<Range>({ start, end, kind: RangeKind.Reserved });
      this.tree = insert(this.tree, used);
    } else {
      free.end = end;
      free.kind = RangeKind.Reserved;
      refresh(this.tree, start);
    }
    if (end < limit) {
      const rest = spares.next();
      rest.value = init<Range>({ start: end, end: limit, kind: RangeKind.Free });
      this.tree = insert(this.tree, rest);
    }
    this.count++;
    return used;
  }
  /** A range of `size` bytes at a multiple of `align`, a power of two; null: no place, or no memory for its record. */
  take(size: usize, align: usize): ptr<Range> | null {
    const spares: Spares = init({});
    if (!spares.fill()) return null;
    const flags = this.lock.lock();
    const free = findFree(this.tree, size + align - 1);
    let used: ptr<Range> | null = null;
    if (free !== null) {
      const start = (free.start + align - 1) & ~(align - 1);
      used = this.carve(free, start, start + size, addressOf(spares));
    }
    this.lock.unlock(flags);
    spares.empty();
    return used;
  }
  /** Exactly the addresses from `start` up to `end`; null: they are not all free, or there is no memory for the record. */
  takeAt(start: usize, end: usize): ptr<Range> | null {
    const spares: Spares = init({});
    if (!spares.fill()) return null;
    const flags = this.lock.lock();
    const free = find(this.tree, start);
    let used: ptr<Range> | null = null;
    if (free !== null && free.kind === RangeKind.Free && end <= free.end)
      used = this.carve(free, start, end, addressOf(spares));
    this.lock.unlock(flags);
    spares.empty();
    return used;
  }
  /** The range is free again, and one with its free neighbours. Nothing of it is mapped any more. */
  give(range: ptr<Range>): void {
    const flags = this.lock.lock();
    this.count--;
    range.kind = RangeKind.Free;
    const next = find(this.tree, range.end);
    if (next !== null && next.kind === RangeKind.Free) {
      this.forget(next);
      range.end = next.end;
      giveRecord(next);
    }
    const before = find(this.tree, range.start - 1);
    if (before !== null && before.kind === RangeKind.Free) {
      this.forget(range);
      before.end = range.end;
      refresh(this.tree, before.start);
      giveRecord(range);
    } else refresh(this.tree, range.start);
    this.lock.unlock(flags);
  }
  private forget(range: ptr<Range>): void {
    if (this.tree !== null) this.tree = remove(this.tree, range.start);
  }
  /** The range that an address is in, if it is somebody's. */
  rangeOf(linear: usize): ptr<Range> | null {
    const flags = this.lock.lock();
    const found = find(this.tree, linear);
    this.lock.unlock(flags);
    return found !== null && found.kind !== RangeKind.Free ? found : null;
  }
}

/** Records that are taken before the lock, so that nothing fails in the middle. */
class Spares extends Struct {
  first: ptr<Range> | null;
  second: ptr<Range> | null;

  fill(): bool {
    this.first = takeRecord();
    this.second = takeRecord();
    if (this.first !== null && this.second !== null) return true;
    this.empty();
    return false;
  }
  next(): ptr<Range> {
    const record = this.first === null ? this.second : this.first;
    if (this.first === null) this.second = null;
    else this.first = null;
    return record === null ? unreachable() : record;
  }
  empty(): void {
    if (this.first !== null) giveRecord(this.first);
    if (this.second !== null) giveRecord(this.second);
    this.first = null;
    this.second = null;
  }
}
