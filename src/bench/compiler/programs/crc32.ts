// CRC-32 (IEEE 802.3), a byte at a time by a table.
const LENGTH = 65536;
const POLYNOMIAL = 0xedb8_8320;
const table: array<u32, 256> = zeroed();
const data: array<u8, typeof LENGTH> = zeroed();

function prepare(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let c = i;
    for (let k: u32 = 0; k < 8; k++) c = (c & 1) !== 0 ? POLYNOMIAL ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
}

function crc32(bytes: ptr<u8>, length: usize): u32 {
  let c = ~u32(0);
  for (let i: usize = 0; i < length; i++) c = table[(c ^ u32(bytes[i])) & 0xff] ^ (c >> 8);
  return ~c;
}

export function run(rounds: u64): u64 {
  let hash: u64 = 0;
  prepare();
  for (let i: usize = 0; i < LENGTH; i++) data[i] = truncate<u8>((i * 7) ^ (i >> 8));
  for (let round: u64 = 0; round < rounds; round++) {
    data[round % LENGTH] += 1;
    hash = hash * 31 + u64(crc32(addressOf(data[0]), LENGTH));
  }
  return hash;
}
