// A buddy allocator over 256 pages: splits and merges.
// expect: 0 128 64
// expect: 1 0 1
// expect: 0
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const ORDERS = 9;
const PAGES = 256;
const NONE: u16 = 0xffff;
class Buddy extends Struct {
  heads: array<u16, typeof ORDERS>;
  next: array<u16, typeof PAGES>;
  free: array<u8, typeof PAGES>;

  start(): void {
    for (let i: usize = 0; i < ORDERS; i++) this.heads[i] = NONE;
    this.insert(0, ORDERS - 1);
  }
  insert(page: u16, order: u8): void {
    this.free[page] = order + 1;
    this.next[page] = this.heads[order];
    this.heads[order] = page;
  }
  remove(page: u16, order: u8): void {
    let at = addressOf(this.heads[order]);
    while (at.value !== page) at = addressOf(this.next[at.value]);
    at.value = this.next[page];
    this.free[page] = 0;
  }
  allocate(order: u8): u16 {
    let at = order;
    while (at < ORDERS && this.heads[at] === NONE) at++;
    if (at === ORDERS) return NONE;
    const page = this.heads[at];
    this.remove(page, at);
    while (at > order) {
      at--;
      this.insert(page + (u16(1) << at), at);
    }
    return page;
  }
  release(page: u16, order: u8): void {
    let at = page;
    let size = order;
    while (size < ORDERS - 1) {
      const buddy = at ^ (u16(1) << size);
      if (this.free[buddy] !== size + 1) break;
      this.remove(buddy, size);
      at &= ~(u16(1) << size);
      size++;
    }
    this.insert(at, size);
  }
}
const buddy: Buddy = zeroed();
export function main(): i32 {
  buddy.start();
  const a = buddy.allocate(6);
  const b = buddy.allocate(7);
  const c = buddy.allocate(5);
  printU64(u64(a));
  print(" ");
  printU64(u64(b));
  print(" ");
  printU64(u64(c));
  newline();
  printBit(buddy.allocate(8) === NONE);
  print(" ");
  buddy.release(a, 6);
  printBit(buddy.allocate(8) !== NONE);
  print(" ");
  buddy.release(c, 5);
  buddy.release(b, 7);
  printBit(buddy.heads[8] === 0);
  newline();
  printU64(u64(buddy.allocate(8)));
  newline();
  return 0;
}
function printBit(value: bool): void {
  print(value ? "1" : "0");
}
