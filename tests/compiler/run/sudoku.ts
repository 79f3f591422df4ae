// A sudoku by sets of candidates in bits, the cell with the fewest first.
// expect: 534678912 672195348 198342567 859761423 426853791 713924856 961537284 287419635 345286179
// expect: none
import { newline, print, printChar } from "../../../kernel/lib/linux.ts";

class Board extends Struct {
  cells: array<u8, 81>;
  rows: array<u16, 9>;
  columns: array<u16, 9>;
  boxes: array<u16, 9>;

  static boxOf(at: usize): usize {
    return (at / 27) * 3 + (at % 9) / 3;
  }
  candidates(at: usize): u16 {
    return ~(this.rows[at / 9] | this.columns[at % 9] | this.boxes[Board.boxOf(at)]) & 0x3fe;
  }
  set(at: usize, digit: u8): void {
    const bit = u16(1) << digit;
    this.cells[at] = digit;
    this.rows[at / 9] |= bit;
    this.columns[at % 9] |= bit;
    this.boxes[Board.boxOf(at)] |= bit;
  }
  clear(at: usize): void {
    const bit = ~(u16(1) << this.cells[at]);
    this.cells[at] = 0;
    this.rows[at / 9] &= bit;
    this.columns[at % 9] &= bit;
    this.boxes[Board.boxOf(at)] &= bit;
  }
  solve(): bool {
    let best: usize = 81;
    let fewest: u16 = 10;
    for (let at: usize = 0; at < 81; at++) {
      if (this.cells[at] !== 0) continue;
      const count = popcount(this.candidates(at));
      if (count >= fewest) continue;
      fewest = count;
      best = at;
    }
    if (best === 81) return true;
    for (let rest = this.candidates(best); rest !== 0; rest &= rest - 1) {
      this.set(best, u8(ctz(rest)));
      if (this.solve()) return true;
      this.clear(best);
    }
    return false;
  }
}
function run(text: ptr<u8>): void {
  const board: Board = zeroed();
  for (let at: usize = 0; at < 81; at++) if (text[at] !== char(".")) board.set(at, text[at] - char("0"));
  if (!board.solve()) {
    print("none\n");
    return;
  }
  for (let at: usize = 0; at < 81; at++) {
    if (at > 0 && at % 9 === 0) print(" ");
    printChar(board.cells[at] + char("0"));
  }
  newline();
}
export function main(): i32 {
  run("53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79");
  run("55..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79");
  return 0;
}
