// Numbers as type parameters: lengths, masks, tables, static_assert on them, functions of their own for each number.
// expect: 16 15 1 128 20
// expect: 3 7 255
// expect: 11 22 33
// expect: 12 6 2
// expect: 5 9 40
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Ring<T, N extends number> extends Struct {
  items: array<T, N>;
  head: usize;
  capacity(): usize {
    static_assert((constant<N>() & (constant<N>() - 1)) === 0, "a power of two");
    return constant<N>();
  }
  mask(): usize {
    return constant<N>() - 1;
  }
  wrap(i: usize): usize {
    return i & (constant<N>() - 1);
  }
}
class Matrix<R extends number, C extends number> extends Struct {
  cells: array<array<u32, C>, R>;
  cellCount(): u32 {
    return constant<R>() * constant<C>();
  }
}
const WIDE = 1 << 7;
const NINE: u16 = 9;
enum Size {
  Small = 20,
}
function bitsOf<N extends number>(): u64 {
  return (u64(1) << constant<N>()) - 1;
}
function times<N extends number>(x: u32): u32 {
  return x * constant<N>();
}
function row<N extends number>(m: ptr<Matrix<N, 3>>): u32 {
  return m.cellCount();
}
const table: array<fn<(x: u32) => u32>, 3> = [(x) => times<1>(x), (x) => times<2>(x), (x) => times<3>(x)];

function show(values: ptr<u64>, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    if (i > 0) print(" ");
    printU64(values[i]);
  }
  newline();
}
export function main(): i32 {
  const ring: Ring<u8, 16> = zeroed();
  const wide: Ring<u64, typeof WIDE> = zeroed();
  const small: array<u8, typeof Size.Small> = zeroed();
  const first: array<u64, 5> = [ring.capacity(), ring.mask(), ring.wrap(17), wide.capacity(), small.length];
  show(addressOf(first[0]), 5);
  const second: array<u64, 3> = [bitsOf<2>(), bitsOf<3>(), bitsOf<8>()];
  show(addressOf(second[0]), 3);
  const third: array<u64, 3> = [u64(table[0](11)), u64(table[1](11)), u64(table[2](11))];
  show(addressOf(third[0]), 3);
  const matrix: Matrix<4, 3> = zeroed();
  const flat: Matrix<2, 3> = zeroed();
  const fourth: array<u64, 3> = [u64(row(addressOf(matrix))), u64(row(addressOf(flat))), flat.cells.length];
  show(addressOf(fourth[0]), 3);
  const fifth: array<u64, 3> = [constant<5>(), constant<typeof NINE>(), u64(times<8>(5))];
  show(addressOf(fifth[0]), 3);
  return 0;
}
