// A buddy allocator over 4096 pages with a list of free blocks for each order, as kernels have it.
const ORDERS = 11;
const PAGES = 4096;
const NONE: u32 = 0xffff_ffff;

class Page extends Struct {
  next: u32;
  previous: u32;
  order: u8;
  free: bool;
}
const pages: array<Page, typeof PAGES> = zeroed();
const heads: array<u32, typeof ORDERS> = zeroed();
const held: array<u32, 512> = zeroed();

function push(page: u32, order: u32): void {
  const p = addressOf(pages[page]);
  p.order = u8(order);
  p.free = true;
  p.previous = NONE;
  p.next = heads[order];
  if (p.next !== NONE) pages[p.next].previous = page;
  heads[order] = page;
}

function take(page: u32): void {
  const p = addressOf(pages[page]);
  if (p.previous === NONE) heads[p.order] = p.next;
  else pages[p.previous].next = p.next;
  if (p.next !== NONE) pages[p.next].previous = p.previous;
  p.free = false;
}

function allocate(order: u32): u32 {
  let at = order;
  while (at < ORDERS && heads[at] === NONE) at++;
  if (at === ORDERS) return NONE;
  const page = heads[at];
  take(page);
  while (at > order) {
    at--;
    push(page + (u32(1) << at), at);
  }
  pages[page].order = u8(order);
  return page;
}

function release(page: u32): void {
  let at = page;
  let order = u32(pages[at].order);
  while (order < ORDERS - 1) {
    const buddy = at ^ (u32(1) << order);
    if (!pages[buddy].free || u32(pages[buddy].order) !== order) break;
    take(buddy);
    at &= ~(u32(1) << order);
    order++;
  }
  push(at, order);
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 1;
  for (let order: u32 = 0; order < ORDERS; order++) heads[order] = NONE;
  for (let page: u32 = 0; page < PAGES; page += 1 << (ORDERS - 1)) push(page, ORDERS - 1);
  for (let i: usize = 0; i < held.length; i++) held[i] = NONE;
  for (let round: u64 = 0; round < rounds; round++) {
    for (let i: u32 = 0; i < 10000; i++) {
      x = x * 1664525 + 1013904223;
      const place = x >> 23;
      if (held[place] !== NONE) {
        release(held[place]);
        held[place] = NONE;
      } else {
        held[place] = allocate(ctz((x >> 8) | 0x20));
        hash = hash * 31 + u64(held[place]);
      }
    }
  }
  for (let i: usize = 0; i < held.length; i++) if (held[i] !== NONE) release(held[i]);
  return hash;
}
