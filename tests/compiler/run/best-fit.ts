// An allocator for blocks of any size: best fit, boundary tags at both ends, neighbours joined when freed, and random use checked byte by byte.
// expect: best fit: true
// expect: one block again: true
// expect: 3000 steps: 0 faults, 1 block free in the end
import { newline, print, printBool, printU64 } from "../../../kernel/lib/linux.ts";

const HEAP = 65536;
const LEAST = 32;
/** @align 16 */
const heap: array<u8, typeof HEAP> = zeroed();

/** Before each block, and after it: its whole size, the lowest bit set if it is taken. */
class Tag extends Struct {
  bits: u64;
  size(): u64 {
    return this.bits & ~u64(15);
  }
  isTaken(): bool {
    return (this.bits & 1) !== 0;
  }
}
class Free extends Struct {
  tag: Tag;
  next: ptr<Free> | null;
  before: ptr<Free> | null;
}
let list: ptr<Free> | null = null;

const tagAt = (at: usize): ptr<Tag> => pointer<Tag>(at);
function mark(at: usize, size: u64, taken: bool): void {
  tagAt(at).bits = size | (taken ? 1 : 0);
  tagAt(at + size - sizeof<Tag>()).bits = size | (taken ? 1 : 0);
}
function link(at: usize, size: u64): void {
  mark(at, size, false);
  const block = pointer<Free>(at);
  block.next = list;
  block.before = null;
  if (list !== null) list.before = block;
  list = block;
}
function unlink(block: ptr<Free>): void {
  if (block.before === null) list = block.next;
  else block.before.next = block.next;
  if (block.next !== null) block.next.before = block.before;
}
function start(): void {
  // Tags that are always taken stand at both ends.
  const at = address(addressOf(heap));
  tagAt(at + 8).bits = 1;
  tagAt(at + HEAP - 16).bits = 1;
  link(at + 16, HEAP - 32);
}
function take(bytes: usize): ptr<u8> | null {
  let size = (bytes + 2 * sizeof<Tag>() + 15) & ~u64(15);
  if (size < LEAST) size = LEAST;
  let best: ptr<Free> | null = null;
  for (let block = list; block !== null; block = block.next) {
    const has = block.tag.size();
    if (has >= size && (best === null || has < best.tag.size())) best = block;
  }
  if (best === null) return null;
  const has = best.tag.size();
  const at = address(best);
  unlink(best);
  if (has - size >= LEAST) link(at + size, has - size);
  else size = has;
  mark(at, size, true);
  return pointer<u8>(at + sizeof<Tag>());
}
function release(p: ptr<u8>): void {
  let at = address(p) - sizeof<Tag>();
  let size = tagAt(at).size();
  const after = tagAt(at + size);
  if (!after.isTaken()) {
    size += after.size();
    unlink(cast<Free>(after));
  }
  const before = tagAt(at - sizeof<Tag>());
  if (!before.isTaken()) {
    at -= before.size();
    size += before.size();
    unlink(pointer<Free>(at));
  }
  link(at, size);
}
class Piece extends Struct {
  at: ptr<u8> | null;
  length: usize;
  fill: u8;
}
const pieces: array<Piece, 64> = zeroed();
let seed: u32 = 7;
function random(below: u32): u32 {
  seed = seed * 1103515245 + 12345;
  return (seed >> 8) % below;
}
/** Bytes that are not what was put there. */
function faultsOf(piece: ptr<Piece>): u64 {
  let faults: u64 = 0;
  if (piece.at === null) return 0;
  for (let i: usize = 0; i < piece.length; i++) if (piece.at[i] !== piece.fill) faults++;
  return faults;
}
export function main(): i32 {
  start();
  const a = take(1000)!;
  const b = take(200)!;
  const c = take(3000)!;
  const d = take(100)!;
  release(a);
  release(c);
  // 900 bytes fit into the places of both; the smaller is better.
  print("best fit: ");
  printBool(take(900) === a);
  newline();
  release(a);
  release(b);
  release(d);
  print("one block again: ");
  printBool(list !== null && list.next === null && list.tag.size() === HEAP - 32);
  newline();
  let faults: u64 = 0;
  for (let step: u32 = 0; step < 3000; step++) {
    const piece = addressOf(pieces[random(64)]);
    faults += faultsOf(piece);
    if (piece.at !== null) {
      release(piece.at);
      piece.at = null;
      continue;
    }
    piece.length = usize(random(random(8) === 0 ? 4000 : 300));
    piece.fill = u8(step & 255);
    piece.at = take(piece.length);
    if (piece.at !== null) memset(piece.at, piece.fill, piece.length);
  }
  for (let i: usize = 0; i < 64; i++) {
    faults += faultsOf(addressOf(pieces[i]));
    const at = pieces[i].at;
    if (at !== null) release(at);
  }
  let blocks: u64 = 0;
  for (let block = list; block !== null; block = block.next) blocks++;
  print("3000 steps: ");
  printU64(faults);
  print(" faults, ");
  printU64(blocks);
  print(blocks === 1 ? " block free in the end\n" : " blocks free in the end\n");
  return 0;
}
