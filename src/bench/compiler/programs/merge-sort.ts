// Merge sort of linked lists by a comparison that is a function pointer.
const COUNT = 4000;

class Item extends Struct {
  next: ptr<Item> | null;
  key: u32;
  order: u32;
}
const items: array<Item, typeof COUNT> = zeroed();
type Before = fn<(a: ptr<Item>, b: ptr<Item>) => bool>;

function merge(left: ptr<Item> | null, right: ptr<Item> | null, before: Before): ptr<Item> | null {
  let a = left;
  let b = right;
  const head: ptr<Item> | null = null;
  let tail: ptr<ptr<Item> | null> = addressOf(head);
  while (a !== null && b !== null) {
    if (before(b, a)) {
      tail.value = b;
      tail = addressOf(b.next);
      b = b.next;
    } else {
      tail.value = a;
      tail = addressOf(a.next);
      a = a.next;
    }
  }
  tail.value = a !== null ? a : b;
  return head;
}

function sort(list: ptr<Item> | null, count: u32, before: Before): ptr<Item> | null {
  if (list === null || count < 2) {
    if (list !== null) list.next = null;
    return list;
  }
  let middle: ptr<Item> | null = list;
  for (let i: u32 = 0; i < count / 2; i++) if (middle !== null) middle = middle.next;
  const right = sort(middle, count - count / 2, before);
  return merge(sort(list, count / 2, before), right, before);
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 17;
  for (let round: u64 = 0; round < rounds; round++) {
    for (let i: usize = 0; i < COUNT; i++) {
      x = x * 1664525 + 1013904223;
      items[i].key = x >> 12;
      items[i].order = u32(i);
      items[i].next = i + 1 < COUNT ? addressOf(items[i + 1]) : null;
    }
    let at = sort(addressOf(items[0]), COUNT, (a, b) => a.key < b.key);
    while (at !== null) {
      hash = hash * 31 + u64(at.order);
      at = at.next;
    }
  }
  return hash;
}
