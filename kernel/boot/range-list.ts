/** Ranges of addresses, sorted, apart from each other, not empty: what is added is joined, what is removed is cut out. */

const MAX_RANGES = 64;
const PAGE: usize = 4096;

export class MemoryRange extends Struct {
  start: usize;
  /** The first address behind it. */
  end: usize;
}

export class RangeList extends Struct {
  list: array<MemoryRange, typeof MAX_RANGES>;
  count: usize;
  /** Bytes of ranges that there was no room for. */
  lost: usize;

  private removeAt(index: usize): void {
    this.count--;
    for (let i = index; i < this.count; i++) this.list[i] = this.list[i + 1];
  }
  private insertAt(index: usize, start: usize, end: usize): void {
    if (this.count === MAX_RANGES) {
      this.lost += end - start;
      return;
    }
    for (let i = this.count; i > index; i--) this.list[i] = this.list[i - 1];
    this.list[index] = { start, end };
    this.count++;
  }
  /** Joined with what it overlaps or touches. */
  add(from: usize, to: usize): void {
    if (from >= to) return;
    let start = from;
    let end = to;
    let i: usize = 0;
    while (i < this.count && this.list[i].end < start) i++;
    while (i < this.count && this.list[i].start <= end) {
      if (this.list[i].start < start) start = this.list[i].start;
      if (this.list[i].end > end) end = this.list[i].end;
      this.removeAt(i);
    }
    this.insertAt(i, start, end);
  }
  /** Of a range that it cuts through the middle, both ends stay. */
  remove(from: usize, to: usize): void {
    if (from >= to) return;
    for (let i: usize = 0; i < this.count; ) {
      const start = this.list[i].start;
      const end = this.list[i].end;
      if (end <= from || to <= start) {
        i++;
        continue;
      }
      this.removeAt(i);
      if (to < end) this.insertAt(i, to, end);
      if (start < from) {
        this.insertAt(i, start, from);
        i++;
      }
    }
  }
  /** Whole pages only: odd edges are rounded inwards. */
  round(): void {
    for (let i: usize = 0; i < this.count; ) {
      const start = (this.list[i].start + PAGE - 1) & ~(PAGE - 1);
      const end = this.list[i].end & ~(PAGE - 1);
      if (start < end) {
        this.list[i] = { start, end };
        i++;
      } else this.removeAt(i);
    }
  }
}
