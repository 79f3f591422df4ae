// The n queens problem with sets as bits, and population counts.
function place(all: u32, columns: u32, left: u32, right: u32): u64 {
  if (columns === all) return 1;
  let count: u64 = 0;
  let free = all & ~(columns | left | right);
  while (free !== 0) {
    const bit = free & (0 - free);
    free ^= bit;
    count += place(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u64 = 1;
  for (let round: u64 = 0; round < rounds; round++) {
    hash = hash * 31 + place((1 << 8) - 1, 0, 0, 0);
    for (let i: u32 = 0; i < 1000; i++) {
      x = x * 0x5851_f42d_4c95_7f2d + 1;
      hash += popcount(x ^ (x >> 32)) + u64(clz(truncate<u32>(x >> 7))) + ctz(x | 256);
    }
  }
  return hash;
}
