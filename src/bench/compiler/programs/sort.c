// Introsort (Musser 1997): quicksort by the median of three, insertion sort for the small, heapsort where it goes too deep.
#include <stddef.h>
#include <stdint.h>

#define LENGTH 20000
#define SMALL 16
static uint64_t values[LENGTH];

static void swap(uint64_t *list, size_t i, size_t j) {
  uint64_t t = list[i];
  list[i] = list[j];
  list[j] = t;
}

static void insertion_sort(uint64_t *list, size_t length) {
  for (size_t i = 1; i < length; i++) {
    uint64_t value = list[i];
    size_t j = i;
    while (j > 0 && list[j - 1] > value) {
      list[j] = list[j - 1];
      j--;
    }
    list[j] = value;
  }
}

static void sift_down(uint64_t *list, size_t from, size_t length) {
  size_t root = from;
  for (;;) {
    size_t child = 2 * root + 1;
    if (child >= length) return;
    if (child + 1 < length && list[child] < list[child + 1]) child++;
    if (list[root] >= list[child]) return;
    swap(list, root, child);
    root = child;
  }
}

static void heap_sort(uint64_t *list, size_t length) {
  for (size_t i = length / 2; i > 0; i--) sift_down(list, i - 1, length);
  for (size_t end = length - 1; end > 0; end--) {
    swap(list, 0, end);
    sift_down(list, 0, end);
  }
}

static uint64_t median_of_three(uint64_t *list, size_t length) {
  uint64_t a = list[0];
  uint64_t b = list[length / 2];
  uint64_t c = list[length - 1];
  if (a < b) return b < c ? b : a < c ? c : a;
  return a < c ? a : b < c ? c : b;
}

static void intro_sort(uint64_t *list, size_t length, uint32_t depth) {
  uint64_t *from = list;
  size_t count = length;
  uint32_t left = depth;
  while (count > SMALL) {
    if (left == 0) {
      heap_sort(from, count);
      return;
    }
    left--;
    uint64_t pivot = median_of_three(from, count);
    size_t i = 0;
    size_t j = count - 1;
    for (;;) {
      while (from[i] < pivot) i++;
      while (pivot < from[j]) j--;
      if (i >= j) break;
      swap(from, i, j);
      i++;
      j--;
    }
    intro_sort(from, i, left);
    from += i;
    count -= i;
  }
  insertion_sort(from, count);
}

uint64_t run(uint64_t rounds) {
  uint64_t x = 88172645463325252u;
  uint64_t hash = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    for (size_t i = 0; i < LENGTH; i++) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      // Every other round has few different values.
      values[i] = (round & 1) == 0 ? x : x & 0xff;
    }
    intro_sort(values, LENGTH, 20);
    for (size_t i = 0; i < LENGTH; i += 100) hash = hash * 31 + values[i];
  }
  return hash;
}
