// The sieve of Eratosthenes.
const LIMIT = 100000;
const composite: array<bool, typeof LIMIT> = zeroed();

function sieve(): u64 {
  let sum: u64 = 0;
  for (let i: usize = 2; i < LIMIT; i++) composite[i] = false;
  for (let i: usize = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    sum += i;
    for (let j = i * i; j < LIMIT; j += i) composite[j] = true;
  }
  return sum;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  for (let round: u64 = 0; round < rounds; round++) hash = hash * 31 + sieve();
  return hash;
}
