// Shortest paths over an adjacency matrix.
// expect: 0 7 9 20 20 11
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const N = 6;
const FAR: u32 = 0xffff_ffff;
const graph: array<array<u32, typeof N>, typeof N> = [
  [0, 7, 9, 0, 0, 14],
  [7, 0, 10, 15, 0, 0],
  [9, 10, 0, 11, 0, 2],
  [0, 15, 11, 0, 6, 0],
  [0, 0, 0, 6, 0, 9],
  [14, 0, 2, 0, 9, 0],
];
export function main(): i32 {
  const distance: array<u32, typeof N> = zeroed();
  const done: array<bool, typeof N> = zeroed();
  for (let i: usize = 1; i < N; i++) distance[i] = FAR;
  for (let round: usize = 0; round < N; round++) {
    let best: usize = N;
    for (let i: usize = 0; i < N; i++) {
      if (!done[i] && (best === N || distance[i] < distance[best])) best = i;
    }
    done[best] = true;
    for (let i: usize = 0; i < N; i++) {
      const edge = graph[best][i];
      if (edge !== 0 && distance[best] + edge < distance[i]) distance[i] = distance[best] + edge;
    }
  }
  for (let i: usize = 0; i < N; i++) {
    if (i > 0) print(" ");
    printU64(u64(distance[i]));
  }
  newline();
  return 0;
}
