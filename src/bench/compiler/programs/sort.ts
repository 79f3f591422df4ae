// Introsort (Musser 1997): quicksort by the median of three, insertion sort for the small, heapsort where it goes too deep.
const LENGTH = 20000;
const SMALL = 16;
const values: array<u64, typeof LENGTH> = zeroed();

function swap(list: ptr<u64>, i: usize, j: usize): void {
  const t = list[i];
  list[i] = list[j];
  list[j] = t;
}

function insertionSort(list: ptr<u64>, length: usize): void {
  for (let i: usize = 1; i < length; i++) {
    const value = list[i];
    let j = i;
    while (j > 0 && list[j - 1] > value) {
      list[j] = list[j - 1];
      j--;
    }
    list[j] = value;
  }
}

function siftDown(list: ptr<u64>, from: usize, length: usize): void {
  let root = from;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= length) return;
    if (child + 1 < length && list[child] < list[child + 1]) child++;
    if (list[root] >= list[child]) return;
    swap(list, root, child);
    root = child;
  }
}

function heapSort(list: ptr<u64>, length: usize): void {
  for (let i = length / 2; i > 0; i--) siftDown(list, i - 1, length);
  for (let end = length - 1; end > 0; end--) {
    swap(list, 0, end);
    siftDown(list, 0, end);
  }
}

function medianOfThree(list: ptr<u64>, length: usize): u64 {
  const a = list[0];
  const b = list[length / 2];
  const c = list[length - 1];
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

function introSort(list: ptr<u64>, length: usize, depth: u32): void {
  let from = list;
  let count = length;
  let left = depth;
  while (count > SMALL) {
    if (left === 0) {
      heapSort(from, count);
      return;
    }
    left--;
    const pivot = medianOfThree(from, count);
    let i: usize = 0;
    let j = count - 1;
    for (;;) {
      while (from[i] < pivot) i++;
      while (pivot < from[j]) j--;
      if (i >= j) break;
      swap(from, i, j);
      i++;
      j--;
    }
    introSort(from, i, left);
    from = from.offset(i);
    count -= i;
  }
  insertionSort(from, count);
}

export function run(rounds: u64): u64 {
  let x: u64 = 0x0139_408d_cbbf_7a44;
  let hash: u64 = 0;
  for (let round: u64 = 0; round < rounds; round++) {
    for (let i: usize = 0; i < LENGTH; i++) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      // Every other round has few different values.
      values[i] = (round & 1) === 0 ? x : x & 0xff;
    }
    introSort(addressOf(values[0]), LENGTH, 20);
    for (let i: usize = 0; i < LENGTH; i += 100) hash = hash * 31 + values[i];
  }
  return hash;
}
