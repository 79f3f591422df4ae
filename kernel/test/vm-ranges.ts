/** Ranges of addresses: given out and taken back at random against a model; the tree stays balanced and tiles its arena. */
import type { Random } from "../bench/random.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { failAfter, freeFrameCount } from "../memory/physical.ts";
import type { AddressNode } from "../vm/address-tree.ts";
import type { Arena } from "../vm/arena.ts";
import { type Range, RangeKind } from "../vm/range.ts";
import { check, checkEqual } from "./check.ts";

const START: usize = 0x10_0000;
const PAGES: usize = 512;
const END: usize = START + PAGES * PAGE_SIZE;
const HELD = 64;

const arena: Arena = zeroed();
const held: array<ptr<Range> | null, typeof HELD> = zeroed();
/** 1: somebody's. */
const pages: array<u8, typeof PAGES> = zeroed();

function larger(node: ptr<AddressNode> | null, size: usize): usize {
  return node !== null && cast<Range>(node).largestFree > size ? cast<Range>(node).largestFree : size;
}
/** Height of a subtree, in order; the address up to which nodes have tiled the arena so far is at `tiled`. */
let tiled: usize = 0;
let wrong: u32 = 0;
let wasFree: bool = false;
function walk(node: ptr<AddressNode> | null): u8 {
  if (node === null) return 0;
  const tree = cast<Range>(node);
  const left = walk(tree.left);
  if (tree.start !== tiled || tree.end <= tree.start) wrong++;
  const free = tree.kind === RangeKind.Free;
  if (free && wasFree) wrong++;
  wasFree = free;
  tiled = tree.end;
  const right = walk(tree.right);
  const height = left > right ? left : right;
  if (left > right + 1 || right > left + 1 || tree.height !== height + 1) wrong++;
  let largest: usize = free ? tree.end - tree.start : 0;
  largest = larger(tree.left, larger(tree.right, largest));
  if (tree.largestFree !== largest) wrong++;
  return height + 1;
}
function checkTree(): void {
  tiled = START;
  wrong = 0;
  wasFree = false;
  walk(arena.tree);
  checkEqual(u64(wrong), 0, "nodes that are wrong");
  checkEqual(tiled, END, "end of the last node");
}
/** Marks a range's pages in the model; they were all as they should be. */
function mark(range: ptr<Range>, from: u8, to: u8): void {
  let other: u64 = 0;
  for (let at = range.start; at < range.end; at += PAGE_SIZE) {
    const page = (at - START) / PAGE_SIZE;
    if (pages[page] !== from) other++;
    pages[page] = to;
  }
  checkEqual(other, 0, "pages that were somebody else's");
}
/** The longest stretch of the model's free pages. */
function longest(): usize {
  let best: usize = 0;
  let run: usize = 0;
  for (let i: usize = 0; i < PAGES; i++) {
    run = pages[i] === 0 ? run + 1 : 0;
    if (run > best) best = run;
  }
  return best;
}
/** A range that has been given goes into a slot. */
function keep(range: ptr<Range>, size: usize, slot: usize): void {
  checkEqual(range.end - range.start, size, "size");
  mark(range, 0, 1);
  held[slot] = range;
}
function takeOne(random: ptr<Random>, slot: usize): void {
  const size = random.between(1, 24) * PAGE_SIZE;
  const align = PAGE_SIZE << random.below(4);
  const range = arena.take(size, align);
  if (range === null) check(longest() * PAGE_SIZE < size + align, "there was a place");
  else {
    checkEqual(range.start & (align - 1), 0, "alignment");
    keep(range, size, slot);
  }
}
function takeOneAt(random: ptr<Random>, slot: usize): void {
  const first = random.below(PAGES - 24);
  const count = random.between(1, 24);
  let free = true;
  for (let i = first; i < first + count; i++) if (pages[i] !== 0) free = false;
  const start = START + first * PAGE_SIZE;
  const range = arena.takeAt(start, start + count * PAGE_SIZE);
  checkEqual(u64(range !== null), u64(free), "given if it is free");
  if (range !== null) keep(range, count * PAGE_SIZE, slot);
}
function giveOne(slot: usize): void {
  const range = held[slot];
  if (range === null) return;
  checkEqual(address(arena.rangeOf(range.end - 1)), address(range), "found by its last address");
  mark(range, 1, 0);
  arena.give(range);
  held[slot] = null;
}
export function rangesAtRandom(): void {
  const free = freeFrameCount();
  const random: Random = zeroed();
  random.seed(4);
  check(arena.open(START, END), "opened");
  for (let i: u64 = 0; i < 4000; i++) {
    const slot = random.below(HELD);
    if (held[slot] !== null) giveOne(slot);
    else if (random.chance(1, 4)) takeOneAt(addressOf(random), slot);
    else takeOne(addressOf(random), slot);
    if (i % 50 === 0) checkTree();
  }
  for (let slot: usize = 0; slot < HELD; slot++) giveOne(slot);
  checkTree();
  checkEqual(arena.count, 0, "ranges left");
  check(arena.tree !== null && arena.tree.height === 1, "one free range in the end");
  arena.close();
  checkEqual(freeFrameCount(), free, "frames of records");
}
/** Without memory for a record nothing is given, and nothing changes. */
export function rangesWithoutMemory(): void {
  const free = freeFrameCount();
  check(arena.open(START, END), "opened");
  let got: u64 = 0;
  // Records come a page at a time, so that most requests need no frame.
  while (got < PAGES) {
    failAfter(1);
    const range = arena.takeAt(START + got * PAGE_SIZE, START + (got + 1) * PAGE_SIZE);
    failAfter(0);
    if (range === null) break;
    got++;
  }
  check(got > 0 && got < PAGES, "records ran out");
  checkEqual(arena.count, got, "ranges");
  tiled = START;
  check(
    arena.takeAt(START + got * PAGE_SIZE, START + (got + 1) * PAGE_SIZE) !== null,
    "with memory it goes on",
  );
  for (let i: usize = 0; i <= got; i++) {
    const range = arena.rangeOf(START + i * PAGE_SIZE);
    if (range !== null) arena.give(range);
  }
  checkTree();
  arena.close();
  checkEqual(freeFrameCount(), free, "frames of records");
}
