// Structures in structures and arrays of them.
// expect: 1 2 3 4
// expect: 0 0 9
// expect: 40
import { newline, print, printI64, printU64 } from "../../../kernel/lib/linux.ts";

class Point extends Struct {
  x: i32;
  y: i32;
}
class Box extends Struct {
  from: Point;
  to: Point;
}
class Grid extends Struct {
  rows: array<array<u8, 3>, 2>;
  boxes: array<Box, 2>;
}
static_assert(sizeof<Grid>() === 40);
export function main(): i32 {
  const b: Box = { from: { x: 1, y: 2 }, to: { x: 3, y: 4 } };
  printI64(i64(b.from.x));
  print(" ");
  printI64(i64(b.from.y));
  print(" ");
  printI64(i64(b.to.x));
  print(" ");
  printI64(i64(b.to.y));
  newline();
  const g: Grid = zeroed();
  g.rows[1][2] = 9;
  g.boxes[1] = b;
  for (let i: usize = 0; i < 3; i++) {
    if (i > 0) print(" ");
    printU64(u64(g.rows[1][i]));
  }
  newline();
  const q = addressOf(g.boxes[1]);
  q.to.x *= 10;
  printI64(i64(g.boxes[1].to.x + g.boxes[1].from.x + 9));
  newline();
  return 0;
}
