// Operands for comparing with silicon: edge cases of each format and random patterns that meet often (close exponents,
// few bits, boundaries), all from one deterministic seed.

/** xorshift128: 32 random bits per call, the same on every machine. */
export class Random {
  private x: number;
  private y = 362436069;
  private z = 521288629;
  private w = 88675123;

  constructor(seed: number) {
    this.x = (seed ^ 0x9e3779b9) >>> 0 || 1;
    for (let i = 0; i < 16; i++) this.next();
  }

  next(): number {
    const t = this.x ^ (this.x << 11);
    this.x = this.y;
    this.y = this.z;
    this.z = this.w;
    this.w = (this.w ^ (this.w >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return this.w;
  }

  below(n: number): number {
    return this.next() % n;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  bits(width: number): bigint {
    let result = 0n;
    for (let i = 0; i < width; i += 32) result = (result << 32n) | BigInt(this.next());
    return BigInt.asUintN(width, result);
  }

  /** Runs of ones and zeros, which carry and cancel. */
  runs(width: number): bigint {
    let result = 0n;
    for (let i = 0; i < 3; i++) {
      const low = this.below(width + 1);
      const high = this.below(width + 1);
      result ^= (1n << BigInt(Math.max(low, high))) - (1n << BigInt(Math.min(low, high)));
    }
    return BigInt.asUintN(width, result);
  }
}

export type Shape =
  | "f16"
  | "f32"
  | "f64"
  | "f80"
  | "i16"
  | "i32"
  | "i64"
  | "bcd"
  | "4f32"
  | "4i32"
  | "2f64"
  | "none";

const LAYOUT = { f16: [5, 10], f32: [8, 23], f64: [11, 52] } as const;

function fraction(random: Random, width: number): bigint {
  switch (random.below(8)) {
    case 0:
      return 0n;
    case 1:
      return BigInt(random.below(4));
    case 2:
      return BigInt.asUintN(width, -1n - BigInt(random.below(3)));
    case 3:
      return random.runs(width);
    case 4:
      return (random.bits(width) >> BigInt(width - 12)) << BigInt(width - 12);
    default:
      return random.bits(width);
  }
}

/** An exponent field: the ends of the range, near the middle, or anything. `near` narrows the middle. */
function exponentField(random: Random, bits: number, fractionBits: number): bigint {
  const max = 2 ** bits - 1;
  const bias = (max - 1) / 2;
  switch (random.below(16)) {
    case 0:
      return 0n;
    case 1:
      return BigInt(max);
    case 2:
      return BigInt(1 + random.below(3));
    case 3:
      return BigInt(max - 1 - random.below(3));
    case 4:
      return BigInt(random.below(max + 1));
    case 5:
      return BigInt(Math.min(max, 1 + random.below(fractionBits + 4)));
    case 6:
    case 7: // products of two such are near the smallest normal number, or near the largest
      return BigInt(Math.min(max - 1, Math.max(0, (bias >> 1) - 2 + random.below(5))));
    case 8:
      return BigInt(Math.min(max - 1, Math.max(0, bias + (bias >> 1) - 2 + random.below(5))));
    case 9:
    case 10:
      return BigInt(
        Math.min(max - 1, Math.max(0, bias - fractionBits - 4 + random.below(2 * fractionBits + 8))),
      );
    default:
      return BigInt(bias - 3 + random.below(7));
  }
}

function extended(random: Random): bigint {
  const sign = BigInt(random.below(2)) << 79n;
  const exponent = exponentField(random, 15, 63);
  let significand = fraction(random, 63);
  // Bit 63 is usually what a normalised number has; now and then the opposite.
  const proper = exponent !== 0n;
  if (random.below(24) === 0 ? !proper : proper) significand |= 1n << 63n;
  if (random.below(40) === 0) return sign;
  // Values with fewer bits, as if loaded from a single or a double.
  if (random.below(4) === 0) significand = (significand >> 40n) << 40n;
  return sign | (exponent << 64n) | significand;
}

function integer(random: Random, width: number): bigint {
  switch (random.below(4)) {
    case 0:
      return random.bits(width) >> BigInt(random.below(width));
    case 1:
      return BigInt.asUintN(width, -(random.bits(width) >> BigInt(random.below(width))));
    case 2:
      return random.runs(width);
    default:
      return random.bits(width);
  }
}

function packedDecimal(random: Random): bigint {
  let result = BigInt(random.below(2)) << 79n;
  const digits = random.below(19);
  for (let i = 0; i < digits; i++) result |= BigInt(random.below(10)) << BigInt(4 * i);
  return result;
}

/** A random pattern of a shape; floating-point shapes give every class of value often. */
export function operand(random: Random, shape: Shape): bigint {
  switch (shape) {
    case "none":
      return 0n;
    case "f80":
      return extended(random);
    case "bcd":
      return packedDecimal(random);
    case "4f32":
      return [0, 1, 2, 3].reduce((high) => (high << 32n) | operand(random, "f32"), 0n);
    case "4i32":
      return [0, 1, 2, 3].reduce((high) => (high << 32n) | operand(random, "i32"), 0n);
    case "2f64":
      return (operand(random, "f64") << 64n) | operand(random, "f64");
    case "i16":
    case "i32":
    case "i64":
      return integer(random, Number(shape.slice(1)));
    default: {
      const [exponentBits, fractionBits] = LAYOUT[shape];
      const sign = BigInt(random.below(2)) << BigInt(exponentBits + fractionBits);
      if (random.below(30) === 0) return sign;
      const exponent = exponentField(random, exponentBits, fractionBits) << BigInt(fractionBits);
      return sign | exponent | fraction(random, fractionBits);
    }
  }
}
