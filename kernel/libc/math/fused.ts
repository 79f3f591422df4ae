/** x · y + z, rounded once (ISO C §7.12.13.1): the product has 128 bits, and what of the sum lies further below only has to be known to be there. To nearest. */
import { fromBits } from "../floats.ts";
import { type Format, type Real, round } from "../real.ts";
import { add, type Extended, fromDouble, isFiniteNumber, isZero, multiply } from "./extended.ts";

const TOP: u64 = 0x8000_0000_0000_0000;
/** high · 2^64 + low, times 2^e; and a little more if `rest`. */
class Wide extends Struct {
  high: u64;
  low: u64;
  e: i64;
  rest: bool;
  negative: bool;
}
function normal(w: Wide): Wide {
  let high = w.high;
  let low = w.low;
  let e = w.e;
  if (high === 0) {
    high = low;
    low = 0;
    e -= 64;
  }
  if (high === 0) return { high, low, e, rest: w.rest, negative: w.negative };
  const shift = u64(clz(high));
  if (shift > 0) {
    high = (high << shift) | (low >> (64 - shift));
    low <<= shift;
  }
  return { high, low, e: e - i64(shift), rest: w.rest, negative: w.negative };
}
function powerOf(x: Extended): i64 {
  return i64((x.e & 0x7fff) === 0 ? 1 : x.e & 0x7fff) - 16383 - 63;
}
/** Down by some bits, the lowest of which become `rest`. */
function lowered(w: Wide, by: i64): Wide {
  let high = w.high;
  let low = w.low;
  let rest = w.rest;
  let left = by;
  if (left >= 64) {
    if (low !== 0) rest = true;
    low = high;
    high = 0;
    left -= 64;
  }
  if (left >= 64) {
    if (low !== 0) rest = true;
    low = 0;
  } else if (left > 0) {
    if (low << u64(64 - left) !== 0) rest = true;
    low = (low >> u64(left)) | (high << u64(64 - left));
    high >>= u64(left);
  }
  return { high, low, e: w.e + by, rest, negative: w.negative };
}
/** The exact sum. Both are normal, and not 0. */
function sum(p: Wide, q: Wide): Wide {
  const isFirst = p.e > q.e || (p.e === q.e && (p.high > q.high || (p.high === q.high && p.low >= q.low)));
  // A bit of room for the carry.
  const a = lowered(isFirst ? p : q, 1);
  const other = isFirst ? q : p;
  const b = lowered(other, a.e - other.e);
  const rest = a.rest || b.rest;
  if (a.negative === b.negative) {
    const low = a.low + b.low;
    const carry: u64 = low < a.low ? 1 : 0;
    return { high: a.high + b.high + carry, low, e: a.e, rest, negative: a.negative };
  }
  // What was lost is taken away too: one unit, and a little given back.
  const borrowed: u64 = b.rest ? 1 : 0;
  const low = a.low - b.low;
  const first: u64 = a.low < b.low ? 1 : 0;
  const second: u64 = low < borrowed ? 1 : 0;
  return { high: a.high - b.high - first - second, low: low - borrowed, e: a.e, rest, negative: a.negative };
}
/** False: an operand is 0 or not finite, and the plain operations are exact enough. */
function fused(x: Extended, y: Extended, z: Extended, real: ptr<Real>): bool {
  if (!isFiniteNumber(x) || !isFiniteNumber(y) || !isFiniteNumber(z)) return false;
  if (isZero(x) || isZero(y)) return false;
  const product = normal({
    high: mulHigh(x.m, y.m),
    low: x.m * y.m,
    e: powerOf(x) + powerOf(y),
    rest: false,
    negative: (x.e & 0x8000) !== (y.e & 0x8000),
  });
  const added = normal({
    high: z.m,
    low: 0,
    e: powerOf(z) - 64,
    rest: false,
    negative: (z.e & 0x8000) !== 0,
  });
  const result = normal(isZero(z) ? product : sum(product, added));
  real.value = zeroed();
  real.m = result.high;
  real.e = result.e + 64;
  real.guard = result.low >= TOP;
  real.rest = result.rest || result.low << 1 !== 0;
  real.negative = result.negative && result.high !== 0;
  return true;
}
const DOUBLE: Format = { bits: 53, most: 1023 };
const FLOAT: Format = { bits: 24, most: 127 };
const EXTENDED: Format = { bits: 64, most: 16383 };

/** @export */
export function fma(x: f64, y: f64, z: f64): f64 {
  const real: Real = zeroed();
  if (!fused(fromDouble(x), fromDouble(y), fromDouble(z), addressOf(real))) return x * y + z;
  const r = round(addressOf(real), DOUBLE);
  return fromBits((real.negative ? TOP : 0) | (r.exponent << 52) | (r.m & 0xf_ffff_ffff_ffff));
}
function widened(bits: u32): Extended {
  const own: u32 = bits;
  const to: Extended = zeroed();
  asm({
    in: { rdi: addressOf(own), rsi: addressOf(to) },
    clobbers: ["memory"],
  })`fld dword ptr [rdi]; fstp tbyte ptr [rsi]`;
  return to;
}
function narrowed(x: Extended): u32 {
  const own: Extended = x;
  const to: u32 = 0;
  asm({
    in: { rdi: addressOf(own), rsi: addressOf(to) },
    clobbers: ["memory"],
  })`fld tbyte ptr [rdi]; fstp dword ptr [rsi]`;
  return to;
}
/** Of floats' bits. */
export function fmaFloat(x: u32, y: u32, z: u32): u32 {
  const real: Real = zeroed();
  const a = widened(x);
  const b = widened(y);
  const c = widened(z);
  if (!fused(a, b, c, addressOf(real))) return narrowed(add(multiply(a, b), c));
  const r = round(addressOf(real), FLOAT);
  return (real.negative ? u32(0x8000_0000) : 0) | u32(r.exponent << 23) | u32(r.m & 0x7f_ffff);
}
function at(place: ptr<u64>): Extended {
  return { m: place[0], e: place[1] & 0xffff };
}
export function fmaExtended(x: ptr<u64>, y: ptr<u64>, z: ptr<u64>): Extended {
  const real: Real = zeroed();
  if (!fused(at(x), at(y), at(z), addressOf(real))) return add(multiply(at(x), at(y)), at(z));
  const r = round(addressOf(real), EXTENDED);
  return { m: r.m, e: r.exponent | (real.negative ? u64(0x8000) : 0) };
}
