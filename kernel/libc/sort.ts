/** qsort and bsearch (ISO C §7.24.5): a merge sort, so that equal elements keep their order as with glibc; without memory for it, a heap sort. */
import { free, malloc } from "./kernel-calls.ts";

type Compare = fn<(a: ptr<u8>, b: ptr<u8>) => i32>;
type CompareWith = fn<(a: ptr<u8>, b: ptr<u8>, argument: usize) => i32>;

class Table extends Struct {
  base: ptr<u8>;
  size: usize;
  compare: CompareWith;
  argument: usize;

  at(index: usize): ptr<u8> {
    return this.base.offset(index * this.size);
  }
  isLess(a: usize, b: usize): bool {
    return this.compare(this.at(a), this.at(b), this.argument) < 0;
  }
  swap(a: usize, b: usize): void {
    const first = this.at(a);
    const second = this.at(b);
    let i: usize = 0;
    for (; i + 8 <= this.size; i += 8) {
      const word = cast<u64>(first.offset(i)).value;
      cast<u64>(first.offset(i)).value = cast<u64>(second.offset(i)).value;
      cast<u64>(second.offset(i)).value = word;
    }
    for (; i < this.size; i++) {
      const byte = first[i];
      first[i] = second[i];
      second[i] = byte;
    }
  }
  sink(from: usize, count: usize): void {
    let parent = from;
    for (let child = 2 * parent + 1; child < count; child = 2 * parent + 1) {
      if (child + 1 < count && this.isLess(child, child + 1)) child++;
      if (!this.isLess(parent, child)) return;
      this.swap(parent, child);
      parent = child;
    }
  }
}
function heapSort(table: ptr<Table>, count: usize): void {
  for (let i = count / 2; i > 0; i--) table.sink(i - 1, count);
  for (let end = count; end > 1; end--) {
    table.swap(0, end - 1);
    table.sink(0, end - 1);
  }
}
/** Elements from `start` to `middle` and from there to `end` are in order; they go to `to` in order. */
function merge(table: ptr<Table>, start: usize, middle: usize, end: usize, to: ptr<u8>): void {
  let left = start;
  let right = middle;
  for (let i = start; i < end; i++) {
    const isLeft = left < middle && (right >= end || !table.isLess(right, left));
    memcpy(to.offset(i * table.size), table.at(isLeft ? left : right), table.size);
    if (isLeft) left++;
    else right++;
  }
}
function mergeSort(table: ptr<Table>, count: usize, memory: ptr<u8>): void {
  const base = table.base;
  let other = memory;
  for (let width: usize = 1; width < count; width *= 2) {
    for (let start: usize = 0; start < count; start += 2 * width) {
      const middle = start + width < count ? start + width : count;
      const end = start + 2 * width < count ? start + 2 * width : count;
      merge(table, start, middle, end, other);
    }
    const now = other;
    other = table.base;
    table.base = now;
  }
  if (table.base !== base) memcpy(base, table.base, count * table.size);
}
/** @export */
export function qsort_r(
  base: ptr<u8>,
  count: usize,
  size: usize,
  compare: CompareWith,
  argument: usize,
): void {
  const table: Table = init({ base, size, compare, argument });
  if (count < 2 || size === 0) return;
  const memory = malloc(count * size);
  if (memory === null) {
    heapSort(addressOf(table), count);
    return;
  }
  mergeSort(addressOf(table), count, memory);
  free(memory);
}
/** The third argument is one that `compare` does not look at. @export */
export function qsort(base: ptr<u8>, count: usize, size: usize, compare: usize): void {
  qsort_r(base, count, size, functionAt<CompareWith>(compare), 0);
}
/** @export */
export function bsearch(
  key: ptr<u8>,
  base: ptr<u8>,
  count: usize,
  size: usize,
  compare: Compare,
): ptr<u8> | null {
  let low: usize = 0;
  let high = count;
  while (low < high) {
    const middle = low + (high - low) / 2;
    const at = base.offset(middle * size);
    const order = compare(key, at);
    if (order === 0) return at;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return null;
}
