// Dijkstra's shortest paths with a binary heap, in a graph of adjacency lists.
const NODES = 2000;
const DEGREE = 5;
const HEAP = 16384;
const FAR: u32 = 0xffff_ffff;

class Edge extends Struct {
  to: u32;
  weight: u32;
}
class Item extends Struct {
  distance: u32;
  node: u32;
}
const edges: array<array<Edge, typeof DEGREE>, typeof NODES> = zeroed();
const distances: array<u32, typeof NODES> = zeroed();
const heap: array<Item, typeof HEAP> = zeroed();
let size: usize = 0;

function push(distance: u32, node: u32): void {
  let at = size++;
  while (at > 0) {
    const parent = (at - 1) / 2;
    if (heap[parent].distance <= distance) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at].distance = distance;
  heap[at].node = node;
}

function pop(): Item {
  const top: Item = heap[0];
  const last: Item = heap[--size];
  let at: usize = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && heap[child + 1].distance < heap[child].distance) child++;
    if (last.distance <= heap[child].distance) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}

function shortest(from: u32): u64 {
  for (let i: usize = 0; i < NODES; i++) distances[i] = FAR;
  distances[from] = 0;
  size = 0;
  push(0, from);
  while (size > 0) {
    const item = pop();
    if (item.distance > distances[item.node]) continue;
    for (let i: usize = 0; i < DEGREE; i++) {
      const edge = addressOf(edges[item.node][i]);
      const distance = item.distance + edge.weight;
      if (distance < distances[edge.to]) {
        distances[edge.to] = distance;
        push(distance, edge.to);
      }
    }
  }
  let sum: u64 = 0;
  for (let i: usize = 0; i < NODES; i++) if (distances[i] !== FAR) sum += u64(distances[i]);
  return sum;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 3;
  for (let i: usize = 0; i < NODES; i++) {
    for (let j: usize = 0; j < DEGREE; j++) {
      x = x * 1664525 + 1013904223;
      edges[i][j].to = (x >> 8) % NODES;
      edges[i][j].weight = (x >> 24) + 1;
    }
  }
  for (let round: u64 = 0; round < rounds; round++) hash = hash * 31 + shortest(u32(round % NODES));
  return hash;
}
