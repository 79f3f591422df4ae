// A hash table with open addressing and linear probing: insertion, look-up, removal by moving back what follows.
const BITS = 14;
const CAPACITY = 1 << BITS;
const MASK = CAPACITY - 1;

class Entry extends Struct {
  /** 0: free. */
  key: u64;
  content: u64;
}
const entries: array<Entry, typeof CAPACITY> = zeroed();

function home(key: u64): usize {
  return (key * 0x9e37_79b9_7f4a_7c15) >> (64 - BITS);
}

function find(key: u64): ptr<Entry> {
  let at = home(key);
  for (;;) {
    const entry = addressOf(entries[at]);
    if (entry.key === key || entry.key === 0) return entry;
    at = (at + 1) & MASK;
  }
}

function insert(key: u64, content: u64): void {
  const entry = find(key);
  entry.key = key;
  entry.content = content;
}

function remove(key: u64): bool {
  let at = home(key);
  while (entries[at].key !== key) {
    if (entries[at].key === 0) return false;
    at = (at + 1) & MASK;
  }
  let hole = at;
  for (;;) {
    at = (at + 1) & MASK;
    const entry = addressOf(entries[at]);
    if (entry.key === 0) break;
    // What is at home between the hole and here stays.
    if (((at - home(entry.key)) & MASK) < ((at - hole) & MASK)) continue;
    entries[hole] = entries[at];
    hole = at;
  }
  entries[hole].key = 0;
  return true;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  for (let round: u64 = 0; round < rounds; round++) {
    for (let i: u64 = 1; i <= 10000; i++) insert(i * i + round, i);
    for (let i: u64 = 1; i <= 20000; i++) {
      const entry = find(i * i + round);
      if (entry.key !== 0) hash += entry.content;
    }
    for (let i: u64 = 1; i <= 20000; i++) {
      if (remove(i * i + round)) hash = hash * 3 + i;
    }
  }
  return hash;
}
