// Numbers worth computing with: the edges of every width and format, and what lies between.

import type { Values } from "./plan.ts";
import type { Random } from "./random.ts";

const EDGES_32 = [
  0, 1, 2, -1, -2, 0x7fffffff, 0x80000000, 0x80000001, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff,
  0x10000, 0x80808080, 0x7f7f7f7f, 0x80008000, 0x7fff7fff, 0x55555555, 0xaaaaaaaa, 0x0f0f0f0f,
];

const FLOATS_32 = [
  0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x40000000, 0x3f000000, 0x3fc00000, 0x40200000, 0xc0200000,
  0x7f7fffff, 0xff7fffff, 0x00800000, 0x80800000, 0x00000001, 0x807fffff, 0x7f800000, 0xff800000, 0x7fc00000,
  0xffc00000, 0x7f800001, 0xffbfffff, 0x4effffff, 0x4f000000, 0xcf000000, 0x4f800000, 0x5f000000, 0x3effffff,
  0x33800000, 0x4b000000, 0x4b7fffff,
];

const FLOATS_64 = [
  [0, 0],
  [0, 0x80000000],
  [0, 0x3ff00000],
  [0, 0xbff00000],
  [0, 0x40000000],
  [0, 0x3fe00000],
  [0, 0x3ff80000],
  [0, 0x40040000],
  [0, 0xc0040000],
  [-1, 0x7fefffff],
  [-1, 0xffefffff],
  [0, 0x00100000],
  [0, 0x80100000],
  [1, 0],
  [-1, 0x800fffff],
  [0, 0x7ff00000],
  [0, 0xfff00000],
  [0, 0x7ff80000],
  [0, 0xfff80000],
  [1, 0x7ff00000],
  [-1, 0xfff7ffff],
  [0xffc00000, 0x41dfffff],
  [0, 0x41e00000],
  [0, 0xc1e00000],
  [0x00200000, 0xc1e00000],
  [0, 0x41f00000],
  [0, 0x43e00000],
  [0, 0xc3e00000],
  [-1, 0x43dfffff],
  [0, 0x43f00000],
  [0xe0000000, 0x47efffff],
  [0xf0000000, 0x47efffff],
  [0, 0x36a00000],
  [0, 0x38100000],
  [0, 0x3ca00000],
  [0, 0x43300000],
] as const;

// Mantissa low, mantissa high, sign and exponent.
const FLOATS_80 = [
  [0, 0, 0],
  [0, 0, 0x8000],
  [0, 0x80000000, 0x3fff],
  [0, 0x80000000, 0xbfff],
  [0, 0x80000000, 0x4000],
  [0, 0x80000000, 0x3ffe],
  [0, 0xc0000000, 0x3fff],
  [0, 0xa0000000, 0x4002],
  [0x2168c235, 0xc90fdaa2, 0x4000],
  [0x2168c235, 0xc90fdaa2, 0x3ffe],
  [-1, -1, 0x7ffe],
  [-1, -1, 0xfffe],
  [0, 0x80000000, 1],
  [0, 0x80000000, 0x8001],
  [1, 0, 0],
  [-1, 0x7fffffff, 0x8000],
  [0, 0x80000000, 0],
  [0, 0x80000000, 0x7fff],
  [0, 0x80000000, 0xffff],
  [0, 0xc0000000, 0x7fff],
  [0, 0xc0000000, 0xffff],
  [1, 0x80000000, 0x7fff],
  [-1, 0xbfffffff, 0xffff],
  [0, 0, 0x7fff],
  [5, 0x40000000, 0x7fff],
  [0, 0x40000000, 0x3fff],
  [-1, 0x7fffffff, 0x4010],
  [0, 0xfffe0000, 0x400d],
  [0, 0x80000000, 0xc00e],
  [0, 0xfffffffe, 0x401d],
  [0, 0x80000000, 0xc01e],
  [-2, -1, 0x403d],
  [0, 0x80000000, 0xc03e],
  [0, 0x80000000, 0x403e],
  [0, 0x80000000, 0x3f81],
  [0, 0xffffff80, 0x407e],
  [0, 0x80000000, 0x3c01],
  [0xfffffc00, -1, 0x43fe],
  [0, 0x80000000, 0x3fbf],
  [0xa763ffff, 0xde0b6b3, 0x403a],
] as const;

const ALPHABET = [0, 0, 0x61, 0x61, 0x62, 0x63, 0x41, 0x7a, 0xff, 0x80];

/** An integer of 64 bits into words[at], words[at + 1]. */
export function integer(random: Random, words: Uint32Array, at: number): void {
  const kind = random.below(16);
  let low = random.next();
  let high = random.next();
  if (kind < 2) {
    low = random.pick(EDGES_32);
    high = low >> 31;
  } else if (kind === 2) {
    low = 0;
    high = random.pick(EDGES_32);
  } else if (kind === 3) {
    low = random.pick(EDGES_32);
    high = random.pick(EDGES_32);
  } else if (kind === 4) {
    [low, high] = random.chance(128) ? [-1, 0x7fffffff] : [0, 0x80000000];
  } else if (kind < 7) {
    low = 1 << random.below(32);
    high = 0;
    if (random.chance(128)) [low, high] = [high, low];
    if (random.chance(64)) [low, high] = [~low, ~high];
  } else if (kind === 7) {
    low = random.between(-72, 72);
    high = low >> 31;
  } else if (kind === 8) {
    high = low >> 31;
  }
  words[at] = low;
  words[at + 1] = high;
}

export function float32(random: Random): number {
  const kind = random.below(16);
  const bits = random.next();
  if (kind < 5) return random.pick(FLOATS_32);
  if (kind === 5) return bits;
  if (kind === 6) return bits & 0x807fffff;
  const mantissa = kind < 10 ? bits & 0x007ff000 : bits & 0x007fffff;
  return (bits & 0x80000000) | (random.between(127 - 12, 127 + (kind === 7 ? 70 : 24)) << 23) | mantissa;
}

export function float64(random: Random, words: Uint32Array, at: number): void {
  const kind = random.below(16);
  let low = random.next();
  let high = random.next();
  if (kind < 5) {
    [low, high] = random.pick(FLOATS_64) as readonly [number, number];
  } else if (kind === 6) {
    high &= 0x800fffff;
  } else if (kind > 6) {
    if (kind < 10) low &= random.chance(128) ? 0xe0000000 : 0;
    const reach = kind === 7 ? 140 : kind < 12 ? 40 : 12;
    high = (high & 0x800fffff) | (random.between(1023 - reach, 1023 + reach) << 20);
  }
  words[at] = low;
  words[at + 1] = high;
}

/** Ten bytes at bytes[at]. */
export function float80(random: Random, bytes: DataView, at: number): void {
  const kind = random.below(16);
  let low = random.next();
  let high = random.next();
  let top = random.next() & 0xffff;
  if (kind < 5) {
    [low, high, top] = random.pick(FLOATS_80) as readonly [number, number, number];
  } else if (kind > 5) {
    high |= 0x80000000;
    if (kind < 8) low &= 0xfffff800;
    else if (kind < 10) [low, high] = [0, high & 0xffffff00];
    else if (kind === 10) [low, high] = [0, 0x80000000];
    else if (kind === 11) [low, high] = [0, high & 0xff000000];
    const reach = kind === 8 ? 140 : kind === 6 ? 1100 : kind === 12 ? 70 : 8;
    top = (top & 0x8000) | random.between(16383 - reach, 16383 + reach);
  }
  bytes.setInt32(at, low, true);
  bytes.setInt32(at + 4, high, true);
  bytes.setUint16(at + 8, top, true);
}

/** Fills words[from … to). */
export function fill(random: Random, values: Values, words: Uint32Array, from: number, to: number): void {
  for (let i = from; i < to; i += 2) {
    switch (values) {
      case "integer":
        integer(random, words, i);
        break;
      case "float32":
        words[i] = float32(random);
        words[i + 1] = float32(random);
        break;
      case "float64":
        float64(random, words, i);
        break;
      case "text": {
        const wide = random.chance(64);
        for (let j = 0; j < 2; j++) {
          let word = 0;
          for (let k = 0; k < 32; k += wide ? 16 : 8) word |= random.pick(ALPHABET) << k;
          words[i + j] = word;
        }
      }
    }
  }
}
