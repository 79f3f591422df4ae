// Comparisons of u64, as values and as conditions.
// expect: 011010.110100.110100.110100.110100.110100.110100.110100
// expect: 000111.011010.110100.110100.110100.110100.110100.110100
// expect: 000111.000111.011010.110100.110100.110100.110100.110100
// expect: 000111.000111.000111.011010.110100.110100.110100.110100
// expect: 000111.000111.000111.000111.011010.110100.110100.110100
// expect: 000111.000111.000111.000111.000111.011010.000111.000111
// expect: 000111.000111.000111.000111.000111.110100.011010.000111
// expect: 000111.000111.000111.000111.000111.110100.110100.011010
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

const values: array<u64, 8> = [
  0, 1, 2, 7, 13, 18446744073709551615, 9223372036854775808, 6510698343141588719,
];
function digit(value: bool): void {
  printU64(u64(value));
}
export function main(): i32 {
  for (let i: usize = 0; i < values.length; i++) {
    for (let j: usize = 0; j < values.length; j++) {
      const a = values[i];
      const b = values[j];
      if (j > 0) print(".");
      digit(a < b);
      digit(a <= b);
      if (a === b) print("1");
      else print("0");
      digit(a !== b);
      digit(!(a < b));
      print(a > b ? "1" : "0");
    }
    newline();
  }
  return 0;
}
