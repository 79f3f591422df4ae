// A slab allocator: pages cut into objects of one size, free lists inside of the objects, a header found from an object's address.
// expect: objects in a page: 63 31 7
// expect: distinct and aligned: true
// expect: reused: true
// expect: slabs 4 full 2 partial 1 empty 1
// expect: another page: true, null in the end: true
// expect: after freeing all: slabs 4 empty 4
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

const PAGE = 4096;
const PAGES = 8;

/** @align 4096 */
const memory: array<array<u8, typeof PAGE>, typeof PAGES> = zeroed();
let pagesUsed: usize = 0;

class Link extends Struct {
  next: ptr<Link> | null;
}
class Slab extends Struct {
  next: ptr<Slab> | null;
  cache: ptr<Cache>;
  free: ptr<Link> | null;
  used: u32;
  total: u32;
}
class Cache extends Struct {
  size: usize;
  slabs: ptr<Slab> | null;

  grow(): ptr<Slab> | null {
    if (pagesUsed === PAGES) return null;
    const page = addressOf(memory[pagesUsed++]);
    const slab = cast<Slab>(page);
    const total = u32((PAGE - sizeof<Slab>()) / this.size);
    slab.value = { next: this.slabs, cache: addressOf(this), free: null, used: 0, total };
    // The last objects of the page, so that all are as aligned as their size.
    for (let i: u32 = 0; i < total; i++) {
      const link = pointer<Link>(address(page) + PAGE - u64(i + 1) * this.size);
      link.next = slab.free;
      slab.free = link;
    }
    this.slabs = slab;
    return slab;
  }
  take(): ptr<unknown> | null {
    let slab = this.slabs;
    while (slab !== null && slab.free === null) slab = slab.next;
    slab = slab !== null ? slab : this.grow();
    if (slab === null) return null;
    const link = slab.free;
    if (link === null) return null;
    slab.free = link.next;
    slab.used++;
    return link;
  }
}
function release(object: ptr<unknown>): void {
  const slab = pointer<Slab>(address(object) & ~u64(PAGE - 1));
  const link = cast<Link>(object);
  link.next = slab.free;
  slab.free = link;
  slab.used--;
}
function report(cache: ptr<Cache>): void {
  let slabs: u64 = 0;
  let full: u64 = 0;
  let empty: u64 = 0;
  for (let slab = cache.slabs; slab !== null; slab = slab.next) {
    slabs++;
    if (slab.used === slab.total) full++;
    if (slab.used === 0) empty++;
  }
  const counts: array<u64, 4> = [slabs, full, slabs - full - empty, empty];
  const names: array<ptr<u8>, 4> = ["slabs ", " full ", " partial ", " empty "];
  for (let i: usize = 0; i < 4; i++) {
    if (counts[i] === 0) continue;
    print(names[i]);
    printU64(counts[i]);
  }
  newline();
}
export function main(): i32 {
  const small: Cache = init({ size: 64 });
  const middle: Cache = init({ size: 128 });
  const large: Cache = init({ size: 512 });
  const caches: array<ptr<Cache>, 3> = [addressOf(small), addressOf(middle), addressOf(large)];
  print("objects in a page:");
  for (let i: usize = 0; i < 3; i++) {
    const slab = caches[i].grow();
    print(" ");
    if (slab !== null) printU64(u64(slab.total));
  }
  newline();
  const objects: array<ptr<unknown> | null, 200> = zeroed();
  let right = true;
  for (let i: usize = 0; i < 150; i++) {
    objects[i] = small.take();
    right = right && (address(objects[i]) & 63) === 0 && objects[i] !== null;
    for (let j: usize = 0; j < i; j++) right = right && objects[j] !== objects[i];
  }
  print("distinct and aligned: ");
  printBool(right);
  newline();
  const given = objects[149];
  if (given !== null) release(given);
  print("reused: ");
  printBool(small.take() === given);
  newline();
  small.grow();
  report(addressOf(small));
  const extra = large.take();
  print("another page: ");
  for (let i: u32 = 0; i < 7; i++) large.take();
  printBool(extra !== null && pagesUsed === 7);
  let last: ptr<unknown> | null = extra;
  for (let i: u32 = 0; i < 200 && last !== null; i++) last = middle.take();
  print(", null in the end: ");
  printBool(last === null);
  newline();
  for (let i: usize = 0; i < 150; i++) {
    const object = objects[i];
    if (object !== null) release(object);
  }
  print("after freeing all: ");
  report(addressOf(small));
  return 0;
}
