/**
 * The value operators of the evaluate reading: bit vectors over bigint. They know no processor; each checks the widths
 * that its row gave it, and throws Error where they do not fit: a row that does that is wrong.
 */
import { LANES, type LaneFunction, type LaneOp } from "../lanes.ts";
import { valueWidth } from "../operand.ts";
import type { Width } from "../ops.ts";
import { PURE, type PureFunction, type PureName } from "../pure.ts";

/** A value: an unsigned pattern and its width in bits. */
export interface Bits {
  readonly w: Width;
  readonly n: bigint;
}

export const make = (w: Width, n: bigint): Bits => ({ w, n: BigInt.asUintN(w, n) });
export const signed = (a: Bits): bigint => BigInt.asIntN(a.w, a.n);

/** The width of both. Throws Error if they differ. */
export function sameWidth(a: Bits, b: Bits): Width {
  if (a.w !== b.w) throw new Error(`operand widths ${a.w} and ${b.w} differ`);
  return a.w;
}

export class BitsOps {
  const(width: Width, value: number | bigint): Bits {
    return make(width, BigInt(value));
  }
  add(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), a.n + b.n);
  }
  sub(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), a.n - b.n);
  }
  mul(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), a.n * b.n);
  }
  and(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), a.n & b.n);
  }
  or(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), a.n | b.n);
  }
  xor(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), a.n ^ b.n);
  }
  not(a: Bits): Bits {
    return make(a.w, ~a.n);
  }
  neg(a: Bits): Bits {
    return make(a.w, -a.n);
  }
  #count(a: Bits, count: Bits): bigint {
    sameWidth(a, count);
    if (count.n >= BigInt(a.w)) throw new Error(`shift of ${a.w} bits by ${count.n}`);
    return count.n;
  }
  shl(a: Bits, count: Bits): Bits {
    return make(a.w, a.n << this.#count(a, count));
  }
  shr(a: Bits, count: Bits): Bits {
    return make(a.w, a.n >> this.#count(a, count));
  }
  sar(a: Bits, count: Bits): Bits {
    return make(a.w, signed(a) >> this.#count(a, count));
  }
  rotl(a: Bits, count: Bits): Bits {
    sameWidth(a, count);
    const n = count.n % BigInt(a.w);
    return make(a.w, (a.n << n) | (a.n >> (BigInt(a.w) - n)));
  }
  rotr(a: Bits, count: Bits): Bits {
    sameWidth(a, count);
    const n = count.n % BigInt(a.w);
    return make(a.w, (a.n >> n) | (a.n << (BigInt(a.w) - n)));
  }
  mulhu(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), (a.n * b.n) >> BigInt(a.w));
  }
  mulhs(a: Bits, b: Bits): Bits {
    return make(sameWidth(a, b), (signed(a) * signed(b)) >> BigInt(a.w));
  }
  protected truth(value: boolean): Bits {
    return { w: 1, n: value ? 1n : 0n };
  }
  eq(a: Bits, b: Bits): Bits {
    sameWidth(a, b);
    return this.truth(a.n === b.n);
  }
  ne(a: Bits, b: Bits): Bits {
    sameWidth(a, b);
    return this.truth(a.n !== b.n);
  }
  ltu(a: Bits, b: Bits): Bits {
    sameWidth(a, b);
    return this.truth(a.n < b.n);
  }
  lts(a: Bits, b: Bits): Bits {
    sameWidth(a, b);
    return this.truth(signed(a) < signed(b));
  }
  isZero(a: Bits): Bits {
    return this.truth(a.n === 0n);
  }
  protected isTrue(condition: Bits): boolean {
    if (condition.w !== 1) throw new Error(`a condition is ${condition.w} bits wide`);
    return condition.n === 1n;
  }
  select(condition: Bits, a: Bits, b: Bits): Bits {
    sameWidth(a, b);
    return this.isTrue(condition) ? a : b;
  }
  zext(a: Bits, width: Width): Bits {
    if (width < a.w) throw new Error(`zext from ${a.w} to ${width}`);
    return make(width, a.n);
  }
  sext(a: Bits, width: Width): Bits {
    if (width < a.w) throw new Error(`sext from ${a.w} to ${width}`);
    return make(width, signed(a));
  }
  low(a: Bits, width: Width): Bits {
    if (width > a.w) throw new Error(`low ${width} bits of ${a.w}`);
    return make(width, a.n);
  }
  bits(a: Bits, lo: number, width: Width): Bits {
    if (lo + width > a.w || (a.w === 128 && lo % width !== 0))
      throw new Error(`bits ${lo}+${width} of ${a.w}`);
    return make(width, a.n >> BigInt(lo));
  }
  insert(a: Bits, lo: number, part: Bits): Bits {
    if (lo + part.w > a.w || (a.w === 128 && lo % part.w !== 0))
      throw new Error(`insert ${lo}+${part.w} in ${a.w}`);
    const mask = ((1n << BigInt(part.w)) - 1n) << BigInt(lo);
    return make(a.w, (a.n & ~mask) | (part.n << BigInt(lo)));
  }
  concat(hi: Bits, lo: Bits): Bits {
    const w = sameWidth(hi, lo);
    return make(valueWidth(w * 2), (hi.n << BigInt(w)) | lo.n);
  }
  bit(a: Bits, i: number): Bits {
    return make(1, a.n >> BigInt(i));
  }
  msb(a: Bits): Bits {
    return make(1, a.n >> BigInt(a.w - 1));
  }
  popcount(a: Bits): Bits {
    let n = 0;
    for (let v = a.n; v !== 0n; v &= v - 1n) n++;
    return make(a.w, BigInt(n));
  }
  clz(a: Bits): Bits {
    return make(a.w, BigInt(a.n === 0n ? a.w : a.w - a.n.toString(2).length));
  }
  ctz(a: Bits): Bits {
    let n = 0;
    while (n < a.w && ((a.n >> BigInt(n)) & 1n) === 0n) n++;
    return make(a.w, BigInt(n));
  }
  protected checked(name: string, widths: readonly Width[], args: readonly Bits[]): bigint[] {
    if (widths.length !== args.length || widths.some((w, i) => args[i]?.w !== w)) {
      throw new Error(`${name} wants widths ${widths.join()}, got ${args.map((a) => a.w).join()}`);
    }
    return args.map((a) => a.n);
  }
  pure(name: PureName, ...args: readonly Bits[]): Bits {
    const f: PureFunction = PURE[name];
    return make(f.result, f.evaluate(...this.checked(name, f.args, args)));
  }
  lanes(op: LaneOp, ...args: readonly Bits[]): Bits {
    const f: LaneFunction = LANES[op];
    return make(f.result, f.evaluate(...this.checked(op, f.args, args)));
  }
}
