// Compression in the manner of LZ4: the last place of each hash of four bytes, literals and matches with lengths in nibbles.
const LENGTH = 32768;
const HASH_BITS = 12;
const MIN_MATCH = 4;
const source: array<u8, typeof LENGTH> = zeroed();
const packed: array<u8, 40000> = zeroed();
const unpacked: array<u8, typeof LENGTH> = zeroed();
const places: array<u32, 4096> = zeroed();

function word(at: ptr<u8>): u32 {
  return cast<u32>(at).value;
}

function putLength(to: ptr<u8>, at: usize, length: usize): usize {
  let out = at;
  let rest = length;
  while (rest >= 255) {
    to[out++] = 255;
    rest -= 255;
  }
  to[out++] = u8(rest);
  return out;
}

function compress(from: ptr<u8>, length: usize, to: ptr<u8>): usize {
  let at: usize = 0;
  let anchor: usize = 0;
  let out: usize = 0;
  for (let i: usize = 0; i < places.length; i++) places[i] = 0;
  while (at + MIN_MATCH < length) {
    const here = word(from.offset(at));
    const hash = (here * 2654435761) >> (32 - HASH_BITS);
    const before = usize(places[hash]);
    places[hash] = u32(at);
    if (before >= at || at - before > 65535 || word(from.offset(before)) !== here) {
      at++;
      continue;
    }
    let size: usize = MIN_MATCH;
    while (at + size < length && from[before + size] === from[at + size]) size++;
    const literals = at - anchor;
    const more = size - MIN_MATCH;
    to[out++] = (u8(literals < 15 ? literals : 15) << 4) | u8(more < 15 ? more : 15);
    if (literals >= 15) out = putLength(to, out, literals - 15);
    for (let i: usize = 0; i < literals; i++) to[out++] = from[anchor + i];
    const back = at - before;
    to[out++] = truncate<u8>(back);
    to[out++] = truncate<u8>(back >> 8);
    if (more >= 15) out = putLength(to, out, more - 15);
    at += size;
    anchor = at;
  }
  const literals = length - anchor;
  to[out++] = u8(literals < 15 ? literals : 15) << 4;
  if (literals >= 15) out = putLength(to, out, literals - 15);
  for (let i: usize = 0; i < literals; i++) to[out++] = from[anchor + i];
  return out;
}

function expand(from: ptr<u8>, length: usize, to: ptr<u8>): usize {
  let at: usize = 0;
  let out: usize = 0;
  for (;;) {
    const token = from[at++];
    let literals = usize(token >> 4);
    if (literals === 15) {
      let more: u8 = 255;
      while (more === 255) {
        more = from[at++];
        literals += usize(more);
      }
    }
    for (let i: usize = 0; i < literals; i++) to[out++] = from[at++];
    if (at >= length) return out;
    const back = usize(from[at]) | (usize(from[at + 1]) << 8);
    at += 2;
    let size = usize(token & 15);
    if (size === 15) {
      let more: u8 = 255;
      while (more === 255) {
        more = from[at++];
        size += usize(more);
      }
    }
    size += MIN_MATCH;
    const start = out - back;
    for (let i: usize = 0; i < size; i++) to[out++] = to[start + i];
  }
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  let x: u32 = 5;
  let phrase: usize = 0;
  for (let i: usize = 0; i < LENGTH; i++) {
    // Phrases from before, with new letters now and then.
    if ((i & 15) === 0) {
      x = x * 1664525 + 1013904223;
      phrase = usize(x >> 20);
    }
    x = x * 1664525 + 1013904223;
    const again = i > 4096 && x >> 28 !== 0;
    source[i] = again ? source[phrase + (i & 15)] : u8((x >> 26) + 32);
  }
  for (let round: u64 = 0; round < rounds; round++) {
    source[round % LENGTH] += 1;
    const size = compress(addressOf(source[0]), LENGTH, addressOf(packed[0]));
    const back = expand(addressOf(packed[0]), size, addressOf(unpacked[0]));
    hash = hash * 31 + size + back + u64(unpacked[(round * 77) % LENGTH]);
  }
  return hash;
}
