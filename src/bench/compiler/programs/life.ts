// Conway's game of life on a torus, a byte a cell.
const SIZE = 64;
type Board = array<array<u8, typeof SIZE>, typeof SIZE>;
const boards: array<Board, 2> = zeroed();

function step(from: ptr<array<u8, typeof SIZE>>, to: ptr<array<u8, typeof SIZE>>): void {
  for (let y: usize = 0; y < SIZE; y++) {
    const above = (y + SIZE - 1) % SIZE;
    const below = (y + 1) % SIZE;
    for (let x: usize = 0; x < SIZE; x++) {
      const left = (x + SIZE - 1) % SIZE;
      const right = (x + 1) % SIZE;
      const around =
        from[above][left] +
        from[above][x] +
        from[above][right] +
        from[y][left] +
        from[y][right] +
        from[below][left] +
        from[below][x] +
        from[below][right];
      to[y][x] = u8(around === 3 || (around === 2 && from[y][x] !== 0));
    }
  }
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 11;
  for (let i: usize = 0; i < SIZE; i++) {
    for (let j: usize = 0; j < SIZE; j++) {
      x = x * 1664525 + 1013904223;
      boards[0][i][j] = u8(x >> 31);
    }
  }
  for (let round: u64 = 0; round < rounds; round++) {
    step(addressOf(boards[round & 1][0]), addressOf(boards[(round + 1) & 1][0]));
    for (let i: usize = 0; i < SIZE; i++) hash = hash * 3 + u64(boards[(round + 1) & 1][i][i]);
  }
  return hash;
}
