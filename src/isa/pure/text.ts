/**
 * Pure functions: SSE4.2 string comparisons (SDM vol. 1 §12.3, vol. 2B §4.1): PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM.
 *
 * imm8: bits 1:0 unsigned bytes, unsigned words, signed bytes, signed words; 3:2 equal any, ranges, equal each, equal
 * ordered; 5:4 polarity (bit 4 negates, bit 5 only where the second string is valid). Bits 6 and 7 are the row's.
 */
import type { PureFunction } from "./function.ts";

/** Elements of a string: the numbers compared. */
function elements(v: bigint, imm8: number): number[] {
  const bits = imm8 & 1 ? 16 : 8;
  return Array.from({ length: 128 / bits }, (_, i) => {
    const element = v >> BigInt(bits * i);
    return Number(imm8 & 2 ? BigInt.asIntN(bits, element) : BigInt.asUintN(bits, element));
  });
}

/** Elements before the first zero. */
function length(v: bigint, imm8: bigint): bigint {
  const all = elements(v, Number(imm8));
  const end = all.indexOf(0);
  return BigInt(end < 0 ? all.length : end);
}

const ANY = 0;
const RANGES = 1;
const EACH = 2;

/**
 * IntRes2, a bit for each element of the second string: first and second string, how many elements of each are valid
 * (0 to their number), imm8. Comparisons with invalid elements are overridden as vol. 2B table 4-7 says.
 */
function compare(a: bigint, b: bigint, validA: bigint, validB: bigint, imm8Bits: bigint): bigint {
  const imm8 = Number(imm8Bits);
  const first = elements(a, imm8);
  const second = elements(b, imm8);
  const n = first.length;
  const lengthA = Number(validA);
  const lengthB = Number(validB);
  const operation = (imm8 >> 2) & 3;

  const holds = (j: number): boolean => {
    const x = second[j]!;
    switch (operation) {
      case ANY:
        return j < lengthB && first.some((y, i) => i < lengthA && x === y);
      case RANGES:
        if (j >= lengthB) return false;
        for (let i = 0; i + 1 < lengthA; i += 2) if (first[i]! <= x && x <= first[i + 1]!) return true;
        return false;
      case EACH:
        return j < lengthA && j < lengthB ? first[j] === x : j >= lengthA && j >= lengthB;
      default:
        // The whole of the first string at j; past the vector's end nothing more is asked.
        for (let i = 0; i < lengthA && i + j < n; i++) {
          if (i + j >= lengthB || first[i] !== second[i + j]) return false;
        }
        return true;
    }
  };

  let result = 0;
  for (let j = 0; j < n; j++) {
    const negated = (imm8 & 0x10) !== 0 && ((imm8 & 0x20) === 0 || j < lengthB);
    if (holds(j) !== negated) result |= 1 << j;
  }
  return BigInt(result);
}

export const TEXT_FUNCTIONS = {
  /** Valid elements of an implicit-length string: vector, imm8. */
  string_length: { args: [128, 8], result: 32, evaluate: length },
  string_compare: { args: [128, 128, 32, 32, 8], result: 16, evaluate: compare },
} as const satisfies Record<string, PureFunction>;
