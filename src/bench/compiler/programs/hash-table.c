// A hash table with open addressing and linear probing: insertion, look-up, removal by moving back what follows.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BITS 14
#define CAPACITY (1 << BITS)
#define MASK (CAPACITY - 1)

struct entry {
  uint64_t key;  // 0: free
  uint64_t content;
};
static struct entry entries[CAPACITY];

static size_t home(uint64_t key) { return (key * 0x9e3779b97f4a7c15u) >> (64 - BITS); }

static struct entry *find(uint64_t key) {
  size_t at = home(key);
  for (;;) {
    struct entry *entry = &entries[at];
    if (entry->key == key || entry->key == 0) return entry;
    at = (at + 1) & MASK;
  }
}

static void insert(uint64_t key, uint64_t content) {
  struct entry *entry = find(key);
  entry->key = key;
  entry->content = content;
}

static bool erase(uint64_t key) {
  size_t at = home(key);
  while (entries[at].key != key) {
    if (entries[at].key == 0) return false;
    at = (at + 1) & MASK;
  }
  size_t hole = at;
  for (;;) {
    at = (at + 1) & MASK;
    struct entry *entry = &entries[at];
    if (entry->key == 0) break;
    // What is at home between the hole and here stays.
    if (((at - home(entry->key)) & MASK) < ((at - hole) & MASK)) continue;
    entries[hole] = entries[at];
    hole = at;
  }
  entries[hole].key = 0;
  return true;
}

uint64_t run(uint64_t rounds) {
  uint64_t hash = 0;
  for (uint64_t round = 0; round < rounds; round++) {
    for (uint64_t i = 1; i <= 10000; i++) insert(i * i + round, i);
    for (uint64_t i = 1; i <= 20000; i++) {
      struct entry *entry = find(i * i + round);
      if (entry->key != 0) hash += entry->content;
    }
    for (uint64_t i = 1; i <= 20000; i++) {
      if (erase(i * i + round)) hash = hash * 3 + i;
    }
  }
  return hash;
}
