// Kruskal's minimum spanning tree: edges sorted by weight, sets of vertices joined with path halving; and connected parts of a grid.
// expect: 5 6 7 10 11 weight 39
// expect: 4 parts, the largest of 5
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Edge extends Struct {
  a: u8;
  b: u8;
  weight: u16;
}
class Sets<N extends number> extends Struct {
  parent: array<u16, N>;
  size: array<u16, N>;
  begin(): void {
    for (let i: u16 = 0; i < constant<N>(); i++) {
      this.parent[i] = i;
      this.size[i] = 1;
    }
  }
  find(of: u16): u16 {
    let i = of;
    while (this.parent[i] !== i) {
      this.parent[i] = this.parent[this.parent[i]];
      i = this.parent[i];
    }
    return i;
  }
  join(a: u16, b: u16): bool {
    let x = this.find(a);
    let y = this.find(b);
    if (x === y) return false;
    if (this.size[x] < this.size[y]) {
      const other = x;
      x = y;
      y = other;
    }
    this.parent[y] = x;
    this.size[x] += this.size[y];
    return true;
  }
}
const edges: array<Edge, 11> = [
  { a: 0, b: 1, weight: 7 },
  { a: 0, b: 3, weight: 5 },
  { a: 1, b: 2, weight: 11 },
  { a: 1, b: 3, weight: 9 },
  { a: 1, b: 4, weight: 12 },
  { a: 2, b: 4, weight: 15 },
  { a: 3, b: 4, weight: 16 },
  { a: 3, b: 5, weight: 6 },
  { a: 4, b: 5, weight: 13 },
  { a: 4, b: 2, weight: 10 },
  { a: 5, b: 0, weight: 14 },
];
const GRID: array<ptr<u8>, 5> = ["##..#", ".#..#", ".##..", "...#.", "#.##."];

export function main(): i32 {
  for (let i: usize = 1; i < edges.length; i++) {
    const edge: Edge = edges[i];
    let at = i;
    for (; at > 0 && edges[at - 1].weight > edge.weight; at--) edges[at] = edges[at - 1];
    edges[at] = edge;
  }
  const vertices: Sets<6> = zeroed();
  vertices.begin();
  let weight: u64 = 0;
  for (let i: usize = 0; i < edges.length; i++) {
    const edge = addressOf(edges[i]);
    if (!vertices.join(u16(edge.a), u16(edge.b))) continue;
    weight += u64(edge.weight);
    printU64(u64(edge.weight));
    print(" ");
  }
  print("weight ");
  printU64(weight);
  newline();
  const cells: Sets<25> = zeroed();
  cells.begin();
  for (let y: u16 = 0; y < 5; y++) {
    for (let x: u16 = 0; x < 5; x++) {
      if (GRID[y][x] !== char("#")) continue;
      if (x > 0 && GRID[y][x - 1] === char("#")) cells.join(y * 5 + x, y * 5 + x - 1);
      if (y > 0 && GRID[y - 1][x] === char("#")) cells.join(y * 5 + x, (y - 1) * 5 + x);
    }
  }
  let parts: u64 = 0;
  let largest: u16 = 0;
  for (let i: u16 = 0; i < 25; i++) {
    if (GRID[i / 5][i % 5] !== char("#") || cells.find(i) !== i) continue;
    parts++;
    if (cells.size[i] > largest) largest = cells.size[i];
  }
  printU64(parts);
  print(" parts, the largest of ");
  printU64(u64(largest));
  newline();
  return 0;
}
