// The binary floating-point formats, and taking their bit patterns apart and putting them together.
// A pattern is a non-negative bigint of the format's width. Nothing here rounds or raises an exception.
//
// Intel SDM vol. 1: 4.2.2 and table 4-3 (formats), 4.8.3 (classes), 8.2.2 and table 8-3 (unsupported encodings).

export interface Format {
  /** Bits of the pattern: 16, 32, 64 or 80. */
  readonly width: 16 | 32 | 64 | 80;
  /** Bits of the significand, counting the integer bit whether stored or not. */
  readonly precision: number;
  /** Exponent of the least and the greatest normal number, unbiased. */
  readonly minExponent: number;
  readonly maxExponent: number;
  readonly signBit: bigint;
  /** The pattern of +infinity. */
  readonly infinity: bigint;
  /** The significand bit that tells a quiet NaN. */
  readonly quietBit: bigint;
  /** QNaN floating-point indefinite: the masked response to an invalid operation. */
  readonly indefinite: bigint;
}

function ieee(width: 16 | 32 | 64, precision: number): Format {
  const fraction = precision - 1;
  const exponentBits = width - precision;
  const maxExponent = 2 ** (exponentBits - 1) - 1;
  const infinity = BigInt(2 ** exponentBits - 1) << BigInt(fraction);
  const signBit = 1n << BigInt(width - 1);
  const quietBit = 1n << BigInt(fraction - 1);
  return {
    width,
    precision,
    minExponent: 1 - maxExponent,
    maxExponent,
    signBit,
    infinity,
    quietBit,
    indefinite: signBit | infinity | quietBit,
  };
}

export const BINARY16: Format = ieee(16, 11);
export const BINARY32: Format = ieee(32, 24);
export const BINARY64: Format = ieee(64, 53);
/** Double extended precision: sign, 15 bits of exponent, 64 of significand with the integer bit stored. */
export const EXTENDED: Format = {
  width: 80,
  precision: 64,
  minExponent: -16382,
  maxExponent: 16383,
  signBit: 1n << 79n,
  infinity: 0x7fff8000000000000000n,
  quietBit: 1n << 62n,
  indefinite: 0xffffc000000000000000n,
};

/** Classes of value, ordered so that `<= NORMAL` is finite and `>= QNAN` has no value. */
export const ZERO_CLASS = 0;
export const DENORMAL = 1;
export const NORMAL = 2;
export const INFINITY = 3;
export const QNAN = 4;
export const SNAN = 5;
/** x87 encodings that the 387 and later refuse: unnormals, pseudo-infinities and pseudo-NaNs. */
export const UNSUPPORTED = 6;
export type Class = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * A number taken apart: (-1)^sign × significand × 2^exponent if finite. The significand is an integer that need not be
 * normalised; of a NaN it is the fraction moved up so that the quiet bit is bit 62, as in the extended format.
 */
export interface Value {
  readonly kind: Class;
  readonly sign: 0 | 1;
  readonly exponent: number;
  readonly significand: bigint;
}

/** Formats of the two SSE widths. */
export function formatOf(width: 32 | 64): Format {
  return width === 32 ? BINARY32 : BINARY64;
}

/** Takes a pattern of any format apart. With `daz`, a denormal becomes a zero of the same sign. */
export function decode(format: Format, bits: bigint, daz = false): Value {
  if (format === EXTENDED) return decodeExtended(bits);
  const fractionBits = format.precision - 1;
  const top = Number(bits >> SHIFT[fractionBits]!);
  const fraction = BigInt.asUintN(fractionBits, bits);
  const biased = top & (2 * format.maxExponent + 1);
  const sign = top === biased ? 0 : 1;
  if (biased === 0) {
    if (fraction === 0n || daz) return { kind: ZERO_CLASS, sign, exponent: 0, significand: 0n };
    return { kind: DENORMAL, sign, exponent: format.minExponent - fractionBits, significand: fraction };
  }
  if (biased === 2 * format.maxExponent + 1) {
    if (fraction === 0n) return { kind: INFINITY, sign, exponent: 0, significand: 0n };
    const kind = (fraction & format.quietBit) === 0n ? SNAN : QNAN;
    return { kind, sign, exponent: 0, significand: (fraction << SHIFT[63 - fractionBits]!) | INTEGER_BIT };
  }
  const exponent = biased - format.maxExponent - fractionBits;
  return { kind: NORMAL, sign, exponent, significand: fraction | SHIFTED_ONE[fractionBits]! };
}

function decodeExtended(bits: bigint): Value {
  const top = Number(bits >> 64n);
  const significand = BigInt.asUintN(64, bits);
  const biased = top & 0x7fff;
  const sign = top >= 0x8000 ? 1 : 0;
  const hasIntegerBit = significand >= INTEGER_BIT;
  if (biased === 0) {
    if (significand === 0n) return { kind: ZERO_CLASS, sign, exponent: 0, significand };
    return { kind: DENORMAL, sign, exponent: -16445, significand };
  }
  if (!hasIntegerBit) return { kind: UNSUPPORTED, sign, exponent: 0, significand };
  if (biased === 0x7fff) {
    if (significand === INTEGER_BIT) return { kind: INFINITY, sign, exponent: 0, significand };
    return { kind: (significand & EXTENDED.quietBit) === 0n ? SNAN : QNAN, sign, exponent: 0, significand };
  }
  return { kind: NORMAL, sign, exponent: biased - 16446, significand };
}

/**
 * Puts a rounded number together. `significand` has `precision` bits if `top`, the unbiased exponent of its leading bit,
 * is in the normal range; with `top` < minExponent it counts units of the least denormal of that precision.
 */
export function encode(
  format: Format,
  precision: number,
  sign: number,
  top: number,
  significand: bigint,
): bigint {
  const biased = top < format.minExponent ? 0 : top + format.maxExponent;
  if (format === EXTENDED) {
    const high = BigInt((sign << 15) | biased) << 64n;
    return high | (precision === 64 ? significand : significand << SHIFT[64 - precision]!);
  }
  const fractionBits = format.precision - 1;
  const high = BigInt(sign * (2 * format.maxExponent + 2) + biased) << SHIFT[fractionBits]!;
  return high | BigInt.asUintN(fractionBits, significand);
}

export function zero(format: Format, sign: number): bigint {
  return sign === 0 ? 0n : format.signBit;
}

export function infinity(format: Format, sign: number): bigint {
  return sign === 0 ? format.infinity : format.infinity | format.signBit;
}

/** The NaN of `format` with the leading fraction bits of an extended-format significand, quieted. */
export function quietNan(format: Format, sign: number, significand: bigint): bigint {
  if (format === EXTENDED) return infinity(format, sign) | significand | format.quietBit;
  const fraction = BigInt.asUintN(63, significand) >> SHIFT[64 - format.precision]!;
  return infinity(format, sign) | fraction | format.quietBit;
}

/** Bit 63: the integer bit of an extended-format significand. */
const INTEGER_BIT = 1n << 63n;

/** BigInt(n) and 1n << BigInt(n) for the counts that arithmetic needs, made once. */
export const SHIFT: readonly bigint[] = Array.from({ length: 512 }, (_, n) => BigInt(n));
export const SHIFTED_ONE: readonly bigint[] = SHIFT.map((n) => 1n << n);

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** Number of bits of a positive integer below 2^1023. */
export function bitLength(n: bigint): number {
  double[0] = Number(n);
  const high = words[1]!;
  const exponent = (high >>> 20) - 1023;
  // Conversion rounds, so a power of two may have come from just below it.
  if ((high & 0xfffff) === 0 && words[0] === 0 && n >> BigInt(exponent) === 0n) return exponent;
  return exponent + 1;
}
