// Edit distances and longest common subsequences by dynamic programming, with two rows in turn.
// expect: kitten sitting 3
// expect: saturday sunday 3
// expect:  abc 3
// expect: intention execution 5
// expect: same same 0
// expect: longest common subsequence of AGGTAB and GXTXAYB: GTAB
import { newline, print, printChar, printU64, textLength } from "../../../kernel/lib/linux.ts";

const MOST = 32;
type Row = array<u32, typeof MOST>;

const least = (a: u32, b: u32): u32 => (a < b ? a : b);

function distance(a: ptr<u8>, b: ptr<u8>): u32 {
  const rows: array<Row, 2> = zeroed();
  const width = textLength(b);
  for (let j: usize = 0; j <= width; j++) rows[0][j] = u32(j);
  let i: usize = 1;
  for (; a[i - 1] !== 0; i++) {
    const row = addressOf(rows[i & 1]);
    const above = addressOf(rows[(i & 1) ^ 1]);
    row.value[0] = u32(i);
    for (let j: usize = 1; j <= width; j++) {
      const change: u32 = a[i - 1] === b[j - 1] ? 0 : 1;
      row.value[j] = least(above.value[j - 1] + change, least(above.value[j], row.value[j - 1]) + 1);
    }
  }
  return rows[(i - 1) & 1][width];
}
function common(a: ptr<u8>, b: ptr<u8>, to: ptr<u8>): void {
  const lengths: array<Row, typeof MOST> = zeroed();
  let i = textLength(a);
  let j = textLength(b);
  for (let y: usize = 1; y <= i; y++) {
    for (let x: usize = 1; x <= j; x++) {
      const left = lengths[y][x - 1];
      const up = lengths[y - 1][x];
      lengths[y][x] = a[y - 1] === b[x - 1] ? lengths[y - 1][x - 1] + 1 : left > up ? left : up;
    }
  }
  let at = lengths[i][j];
  to[at] = 0;
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      to[--at] = a[i - 1];
      i--;
      j--;
    } else if (lengths[i - 1][j] >= lengths[i][j - 1]) i--;
    else j--;
  }
}
export function main(): i32 {
  const pairs: array<array<ptr<u8>, 2>, 5> = [
    ["kitten", "sitting"],
    ["saturday", "sunday"],
    ["", "abc"],
    ["intention", "execution"],
    ["same", "same"],
  ];
  for (let i: usize = 0; i < pairs.length; i++) {
    print(pairs[i][0]);
    printChar(char(" "));
    print(pairs[i][1]);
    printChar(char(" "));
    printU64(u64(distance(pairs[i][0], pairs[i][1])));
    newline();
  }
  const found: array<u8, typeof MOST> = zeroed();
  common("AGGTAB", "GXTXAYB", addressOf(found[0]));
  print("longest common subsequence of AGGTAB and GXTXAYB: ");
  print(addressOf(found[0]));
  newline();
  return 0;
}
