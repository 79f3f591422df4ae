/**
 * Pure functions: the rounds of AES (FIPS 197; SDM vol. 1 §12.13 for the order of bytes, vol. 2A for each instruction).
 *
 * Byte i of a 128-bit value is row i mod 4, column i div 4 of the state. The substitution box is computed, not listed.
 */
import type { PureFunction } from "./function.ts";

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let x = a, y = b; y !== 0; y >>= 1) {
    if (y & 1) product ^= x;
    x = (x << 1) ^ (x & 0x80 ? 0x11b : 0);
  }
  return product;
}

/** Inverse in the field, then the affine map of FIPS 197 §5.1.1. */
function substitution(): { forward: Uint8Array; inverse: Uint8Array } {
  const forward = new Uint8Array(256);
  const inverse = new Uint8Array(256);
  // 3 generates the multiplicative group: walking its powers up and its inverse's, 0xf6, visits every pair.
  let p = 1;
  let q = 1;
  const put = (x: number, inverted: number): void => {
    let s = 0x63;
    for (let turn = 0; turn < 5; turn++) s ^= ((inverted << turn) | (inverted >> (8 - turn))) & 0xff;
    forward[x] = s;
    inverse[s] = x;
  };
  put(0, 0);
  do {
    put(p, q);
    p = multiply(p, 3);
    q = multiply(q, 0xf6);
  } while (p !== 1);
  return { forward, inverse };
}
const { forward: SBOX, inverse: INVERSE_SBOX } = substitution();

const timesTable = (factor: number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, x) => multiply(x, factor));
const TIMES_2 = timesTable(2);
const TIMES_9 = timesTable(9);
const TIMES_11 = timesTable(11);
const TIMES_13 = timesTable(13);
const TIMES_14 = timesTable(14);

type State = Uint8Array;

function stateOf(bits: bigint): State {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, BigInt.asUintN(64, bits), true);
  view.setBigUint64(8, bits >> 64n, true);
  return new Uint8Array(view.buffer);
}
function bitsOf(state: State): bigint {
  const view = new DataView(state.buffer);
  return (view.getBigUint64(8, true) << 64n) | view.getBigUint64(0, true);
}

/** SubBytes and ShiftRows: row r turns left by r columns. */
const substituted = (s: State): State => s.map((_, i) => SBOX[s[(i + 4 * (i & 3)) & 15]!]!);
/** Their inverses: row r turns right. */
const unsubstituted = (s: State): State => s.map((_, i) => INVERSE_SBOX[s[(i - 4 * (i & 3)) & 15]!]!);

/** The byte `by` rows below `i` in its column. */
const below = (s: State, i: number, by: number): number => s[(i & 12) | ((i + by) & 3)]!;

/** MixColumns: each column times {03}x^3 + {01}x^2 + {01}x + {02}. */
const mixed = (s: State): State =>
  s.map((x, i) => {
    const next = below(s, i, 1);
    return TIMES_2[x]! ^ TIMES_2[next]! ^ next ^ below(s, i, 2) ^ below(s, i, 3);
  });
const unmixed = (s: State): State =>
  s.map(
    (x, i) => TIMES_14[x]! ^ TIMES_11[below(s, i, 1)]! ^ TIMES_13[below(s, i, 2)]! ^ TIMES_9[below(s, i, 3)]!,
  );

const round =
  (transform: (s: State) => State) =>
  (state: bigint, key: bigint): bigint =>
    bitsOf(transform(stateOf(state))) ^ key;

/** SubWord of dwords 1 and 3, and RotWord with the round constant beside each. */
function keyGenerationAssist(key: bigint, constant: bigint): bigint {
  const s = stateOf(key).map((x) => SBOX[x]!);
  const out = new Uint8Array(16);
  for (let half = 0; half < 16; half += 8) {
    for (let i = 0; i < 4; i++) {
      out[half + i] = s[half + 4 + i]!;
      out[half + 4 + i] = s[half + 4 + ((i + 1) & 3)]!;
    }
    out[half + 4]! ^= Number(constant);
  }
  return bitsOf(out);
}

export const AES_FUNCTIONS = {
  /** One round: state, round key. */
  aesenc: { args: [128, 128], result: 128, evaluate: round((s) => mixed(substituted(s))) },
  aesenclast: { args: [128, 128], result: 128, evaluate: round(substituted) },
  aesdec: { args: [128, 128], result: 128, evaluate: round((s) => unmixed(unsubstituted(s))) },
  aesdeclast: { args: [128, 128], result: 128, evaluate: round(unsubstituted) },
  aesimc: { args: [128], result: 128, evaluate: (key: bigint) => bitsOf(unmixed(stateOf(key))) },
  /** Key, round constant. */
  aeskeygenassist: { args: [128, 8], result: 128, evaluate: keyGenerationAssist },
} as const satisfies Record<string, PureFunction>;
