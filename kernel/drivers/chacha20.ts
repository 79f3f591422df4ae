/** The ChaCha20 block function (RFC 8439 §2.3): 64 bytes that only who has the key can tell from random ones. */

const WORDS = 16;
const ROUNDS = 20;
/** "expand 32-byte k". */
const CONSTANTS: array<u32, 4> = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

export class ChaChaKey extends Struct {
  words: array<u32, 8>;
}
export class ChaChaBlock extends Struct {
  words: array<u32, typeof WORDS>;
}
static_assert(sizeof<ChaChaKey>() === 32 && sizeof<ChaChaBlock>() === 64);

function quarterRound(x: ptr<u32>, a: u32, b: u32, c: u32, d: u32): void {
  x[a] += x[b];
  x[d] = rotateLeft(x[d] ^ x[a], 16);
  x[c] += x[d];
  x[b] = rotateLeft(x[b] ^ x[c], 12);
  x[a] += x[b];
  x[d] = rotateLeft(x[d] ^ x[a], 8);
  x[c] += x[d];
  x[b] = rotateLeft(x[b] ^ x[c], 7);
}
/** The block with a number; `nonce`: three words. */
export function chachaBlock(key: ptr<ChaChaKey>, counter: u32, nonce: ptr<u32>, to: ptr<ChaChaBlock>): void {
  const start: ChaChaBlock = zeroed();
  for (let i: u32 = 0; i < 4; i++) start.words[i] = CONSTANTS[i];
  for (let i: u32 = 0; i < 8; i++) start.words[4 + i] = key.words[i];
  start.words[12] = counter;
  for (let i: u32 = 0; i < 3; i++) start.words[13 + i] = nonce[i];
  to.value = start;
  const x = addressOf(to.words[0]);
  for (let i: u32 = 0; i < ROUNDS; i += 2) {
    for (let k: u32 = 0; k < 4; k++) quarterRound(x, k, 4 + k, 8 + k, 12 + k);
    for (let k: u32 = 0; k < 4; k++)
      quarterRound(x, k, 4 + ((k + 1) & 3), 8 + ((k + 2) & 3), 12 + ((k + 3) & 3));
  }
  for (let i: u32 = 0; i < WORDS; i++) x[i] += start.words[i];
}
