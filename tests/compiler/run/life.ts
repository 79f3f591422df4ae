// A glider on a torus, four steps on.
// expect: .....
// expect: ..#..
// expect: ...#.
// expect: .###.
// expect: .....
import { newline, print } from "../../../kernel/lib/linux.ts";

const SIZE = 5;
type Board = array<array<bool, typeof SIZE>, typeof SIZE>;
let board: Board = [
  [false, true, false, false, false],
  [false, false, true, false, false],
  [true, true, true, false, false],
];
function neighbours(y: u32, x: u32): u32 {
  let count: u32 = 0;
  for (let dy: u32 = 0; dy < 3; dy++) {
    for (let dx: u32 = 0; dx < 3; dx++) {
      if (dy === 1 && dx === 1) continue;
      if (board[(y + dy + SIZE - 1) % SIZE][(x + dx + SIZE - 1) % SIZE]) count++;
    }
  }
  return count;
}
function step(): void {
  const next: Board = zeroed();
  for (let y: u32 = 0; y < SIZE; y++) {
    for (let x: u32 = 0; x < SIZE; x++) {
      const n = neighbours(y, x);
      next[y][x] = n === 3 || (n === 2 && board[y][x]);
    }
  }
  board = next;
}
export function main(): i32 {
  for (let i: u32 = 0; i < 4; i++) step();
  for (let y: u32 = 0; y < SIZE; y++) {
    for (let x: u32 = 0; x < SIZE; x++) print(board[y][x] ? "#" : ".");
    newline();
  }
  return 0;
}
