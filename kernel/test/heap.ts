/** The heap against a sorted array, and its shape after every step. */
import { type Heap, type HeapNode, nextNode } from "../thread/heap.ts";
import { check, checkEqual } from "./check.ts";

const NODES = 200;
const STEPS: u32 = 10_000;
const nodes: array<HeapNode, typeof NODES> = zeroed();
/** Indices of nodes that are in the heap, in the order in which they must leave. */
const sorted: array<u32, typeof NODES> = zeroed();
let count: u32 = 0;
let seed: u64 = 1;

/** Below `limit`. Multiplicative congruential, after Knuth's MMIX. */
function random(limit: u64): u64 {
  seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
  return mulHigh(seed, limit);
}
/** Behind all of the same key. */
function remember(index: u32, key: u64): void {
  let at = count;
  for (; at > 0 && nodes[sorted[at - 1]].key > key; at--) sorted[at] = sorted[at - 1];
  sorted[at] = index;
  count++;
}
function forget(position: u32): void {
  count--;
  for (let at = position; at < count; at++) sorted[at] = sorted[at + 1];
}
/** Every node's rank, parent and order; how many there are. */
function shapeIsRight(heap: ptr<Heap>): bool {
  let seen: u32 = 0;
  let node = heap.first();
  while (node !== null) {
    const left = node.left;
    const right = node.right;
    const leftRank: u32 = left === null ? 0 : left.rank;
    const rightRank: u32 = right === null ? 0 : right.rank;
    if (leftRank < rightRank || node.rank !== rightRank + 1) return false;
    if (left !== null && (left.parent !== node || left.key < node.key)) return false;
    if (right !== null && (right.parent !== node || right.key < node.key)) return false;
    seen++;
    node = nextNode(node);
  }
  return seen === count && heap.count === count;
}
export function heapKeepsOrder(): void {
  const heap: Heap = zeroed();
  for (let i: usize = 0; i < NODES; i++) nodes[i] = zeroed();
  count = 0;
  for (let step: u32 = 0; step < STEPS; step++) {
    const index = u32(random(NODES));
    const node = addressOf(nodes[index]);
    if (node.rank === 0) {
      const key = random(50);
      heap.insert(node, key);
      remember(index, key);
    } else if (random(2) === 0) {
      const first = heap.first();
      check(first === addressOf(nodes[sorted[0]]), "the first is the one that came first of the least");
      if (first !== null) heap.remove(first);
      forget(0);
    } else {
      heap.remove(node);
      for (let at: u32 = 0; at < count; at++)
        if (sorted[at] === index) {
          forget(at);
          break;
        }
    }
    if (step % 16 === 0) check(shapeIsRight(addressOf(heap)), "ranks, parents and order");
  }
  while (count > 0) {
    const first = heap.first();
    check(first === addressOf(nodes[sorted[0]]), "all leave in order");
    if (first === null) return;
    heap.remove(first);
    forget(0);
  }
  check(heap.first() === null, "it is empty");
  checkEqual(u64(heap.count), 0, "nothing is counted");
}
