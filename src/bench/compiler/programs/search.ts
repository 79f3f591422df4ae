// Horspool's search for substrings, and counting the letters and words of a text.
const LENGTH = 65536;
const text: array<u8, typeof LENGTH> = zeroed();

function find(hay: ptr<u8>, length: usize, needle: ptr<u8>, size: usize): usize {
  const skip: array<usize, 256> = zeroed();
  for (let i: usize = 0; i < 256; i++) skip[i] = size;
  for (let i: usize = 0; i + 1 < size; i++) skip[needle[i]] = size - 1 - i;
  let at: usize = 0;
  while (at + size <= length) {
    let i = size - 1;
    while (hay[at + i] === needle[i]) {
      if (i === 0) return at;
      i--;
    }
    at += skip[hay[at + size - 1]];
  }
  return length;
}

function words(hay: ptr<u8>, length: usize): usize {
  let count: usize = 0;
  let inside = false;
  for (let i: usize = 0; i < length; i++) {
    const letter = hay[i] >= char("a") && hay[i] <= char("z");
    if (letter && !inside) count++;
    inside = letter;
  }
  return count;
}

function textLength(of: ptr<u8>): usize {
  let length: usize = 0;
  while (of[length] !== 0) length++;
  return length;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 99;
  for (let i: usize = 0; i < LENGTH - 1; i++) {
    x = x * 1664525 + 1013904223;
    const letter = truncate<u8>(x >> 27);
    text[i] = letter < 26 ? char("a") + letter : char(" ");
  }
  const hay = addressOf(text[0]);
  for (let round: u64 = 0; round < rounds; round++) {
    const size: usize = 3 + (round & 7);
    const needle = addressOf(text[(round * 4099) % (LENGTH - 64)]);
    hash = hash * 31 + find(hay, LENGTH, needle, size);
    hash = hash * 31 + words(hay, LENGTH) + textLength(hay);
  }
  return hash;
}
