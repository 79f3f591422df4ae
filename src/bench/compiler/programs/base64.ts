// Base64 there and back (RFC 4648), with a text in UTF-8 decoded on the way.
const LENGTH = 12000;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const plain: array<u8, typeof LENGTH> = zeroed();
const coded: array<u8, 16384> = zeroed();
const back: array<u8, typeof LENGTH> = zeroed();
const values: array<u8, 256> = zeroed();

function encode(from: ptr<u8>, length: usize, to: ptr<u8>): usize {
  let out: usize = 0;
  for (let i: usize = 0; i < length; i += 3) {
    const word = (u32(from[i]) << 16) | (u32(from[i + 1]) << 8) | u32(from[i + 2]);
    to[out] = ALPHABET[word >> 18];
    to[out + 1] = ALPHABET[(word >> 12) & 63];
    to[out + 2] = ALPHABET[(word >> 6) & 63];
    to[out + 3] = ALPHABET[word & 63];
    out += 4;
  }
  return out;
}

function decode(from: ptr<u8>, length: usize, to: ptr<u8>): usize {
  let out: usize = 0;
  for (let i: usize = 0; i < length; i += 4) {
    let word: u32 = 0;
    for (let j: usize = 0; j < 4; j++) word = (word << 6) | u32(values[from[i + j]]);
    to[out++] = truncate<u8>(word >> 16);
    to[out++] = truncate<u8>(word >> 8);
    to[out++] = truncate<u8>(word);
  }
  return out;
}

/** The sum of the code points. */
function codePoints(text: ptr<u8>, length: usize): u64 {
  let sum: u64 = 0;
  let at: usize = 0;
  while (at < length) {
    const first = text[at++];
    if (first < 0x80) {
      sum += u64(first);
      continue;
    }
    const more: usize = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    let point = u32(first) & (u32(0x3f) >> u32(more));
    for (let i: usize = 0; i < more && at < length; i++) point = (point << 6) | (u32(text[at++]) & 0x3f);
    sum += u64(point);
  }
  return sum;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 23;
  for (let i: usize = 0; i < 64; i++) values[ALPHABET[i]] = u8(i);
  for (let i: usize = 0; i < LENGTH; i++) {
    x = x * 1664525 + 1013904223;
    plain[i] = truncate<u8>(x >> 24);
  }
  for (let round: u64 = 0; round < rounds; round++) {
    plain[round % LENGTH] += 1;
    const size = encode(addressOf(plain[0]), LENGTH, addressOf(coded[0]));
    const length = decode(addressOf(coded[0]), size, addressOf(back[0]));
    hash = hash * 31 + codePoints(addressOf(back[0]), length);
  }
  return hash;
}
