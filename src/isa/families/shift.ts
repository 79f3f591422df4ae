/**
 * Shifts and rotates: SHL, SHR, SAR, ROL, ROR, RCL, RCR, SHLD, SHRD (SDM vol. 2B). Those of BMI2 are in bmi.ts.
 *
 * Counts are taken modulo 32, or 64 for 64-bit operands; a count of 0 leaves the flags alone. What a count above 1
 * does to of, and what a count of 16 and more does to SHLD and SHRD of 16 bits, the manual leaves open: here it is
 * what Zen 4 does.
 */
import type { FlagThunks, Ops, Semantics, Width } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";

/** Result of an operation on `a` by a count that is masked and not above what the operation takes, and its flags. */
interface Shifted<V> {
  readonly result: V;
  readonly flags: FlagThunks<V>;
}
/** `count` is 8 bits wide: 0–31 or 0–63. The flags are asked for only where it is not 0. */
type Operation = <V>(o: Ops<V>, a: V, count: V) => Shifted<V>;

/** The width that shifts of `size` bits are done in: counts up to 31 are below it. */
const workWidth = (size: Width): Width => (size === 64 ? 64 : 32);

const countBefore = <V>(o: Ops<V>, count: V, width: Width): V => o.sub(count, o.const(width, 1));

/** Of a shift or rotate right: the two top bits of the result differ. */
const topBitsDiffer = <V>(o: Ops<V>, r: V): V => o.msb(o.xor(r, o.shl(r, o.const(o.size, 1))));

/** The manual leaves af undefined; silicon sets it. */
const set =
  <V>(o: Ops<V>) =>
  () =>
    o.const(1, 1);

const shl: Operation = (o, a, count) => {
  const work = workWidth(o.size);
  const wide = o.zext(a, work);
  const c = o.zext(count, work);
  const shifted = o.shl(wide, c);
  const r = o.low(shifted, o.size);
  const cf = () => (work === o.size ? o.bit(o.rotl(a, c), 0) : o.bit(shifted, o.size));
  return { result: r, flags: { result: () => r, cf, of: () => o.xor(o.msb(r), cf()), af: set(o) } };
};

const shr: Operation = (o, a, count) => {
  const work = workWidth(o.size);
  const wide = o.zext(a, work);
  const c = o.zext(count, work);
  const r = o.low(o.shr(wide, c), o.size);
  return {
    result: r,
    flags: {
      result: () => r,
      cf: () => o.bit(o.shr(wide, countBefore(o, c, work)), 0),
      of: () => topBitsDiffer(o, r),
      af: set(o),
    },
  };
};

const sar: Operation = (o, a, count) => {
  const work = workWidth(o.size);
  const wide = o.sext(a, work);
  const c = o.zext(count, work);
  const r = o.low(o.sar(wide, c), o.size);
  return {
    result: r,
    flags: {
      result: () => r,
      cf: () => o.bit(o.sar(wide, countBefore(o, c, work)), 0),
      of: () => o.const(1, 0),
      af: set(o),
    },
  };
};

const rol: Operation = (o, a, count) => {
  const r = o.rotl(a, o.zext(count, o.size));
  return { result: r, flags: { cf: () => o.bit(r, 0), of: () => o.xor(o.msb(r), o.bit(r, 0)) } };
};

const ror: Operation = (o, a, count) => {
  const r = o.rotr(a, o.zext(count, o.size));
  return { result: r, flags: { cf: () => o.msb(r), of: () => topBitsDiffer(o, r) } };
};

/** The count of a rotate through carry of 8 or 16 bits: modulo 9 or 17, 32 bits wide. */
function countThroughCarry<V>(o: Ops<V>, count: V): V {
  const c = o.zext(count, 32);
  const times = (n: V, factor: number) => o.mul(n, o.const(32, factor));
  if (o.size === 16) {
    return o.select(o.ltu(c, o.const(32, 17)), c, o.sub(c, o.const(32, 17)));
  }
  // c / 9 for c below 32
  const ninths = o.shr(times(c, 57), o.const(32, 9));
  return o.sub(c, times(ninths, 9));
}

/** cf above the value, as one number of 32 bits that rotates whole; for 8 and 16 bits. */
function rotateNarrow<V>(o: Ops<V>, a: V, count: V, left: boolean): { r: V; carry: V } {
  const size = o.size;
  const x = o.or(o.zext(a, 32), o.shl(o.zext(o.flag("cf"), 32), o.const(32, size)));
  const c = countThroughCarry(o, count);
  const rest = o.sub(o.const(32, size + 1), c);
  const turned = left ? o.or(o.shl(x, c), o.shr(x, rest)) : o.or(o.shr(x, c), o.shl(x, rest));
  return { r: o.low(turned, size), carry: o.bit(turned, size) };
}

/** For 32 and 64 bits: the parts before and after the carry are shifted by hand; by 0 nothing changes. */
function rotateWide<V>(o: Ops<V>, a: V, count: V, left: boolean): { r: V; carry: V } {
  const size = o.size;
  const one = o.const(size, 1);
  const c = o.zext(count, size);
  const carryIn = o.zext(o.flag("cf"), size);
  const before = o.and(countBefore(o, c, size), o.const(size, size - 1));
  const rest = o.and(o.neg(c), o.const(size, size - 1));
  const turned = left
    ? o.or(o.or(o.shl(a, c), o.shl(carryIn, before)), o.shr(o.shr(a, one), rest))
    : o.or(o.or(o.shr(a, c), o.shl(carryIn, rest)), o.shl(o.shl(a, one), rest));
  const out = left ? o.bit(o.rotl(a, c), 0) : o.msb(o.rotr(a, c));
  return { r: o.select(o.isZero(c), a, turned), carry: out };
}

const throughCarry =
  (left: boolean): Operation =>
  (o, a, count) => {
    const { r, carry } =
      o.size === 64 || o.size === 32 ? rotateWide(o, a, count, left) : rotateNarrow(o, a, count, left);
    const of = () => (left ? o.xor(o.msb(r), carry) : topBitsDiffer(o, r));
    return { result: r, flags: { cf: () => carry, of } };
  };

const masked = <V>(o: Ops<V>, count: V): V => o.and(count, o.const(8, o.size === 64 ? 63 : 31));

/** A row's semantics: operand 0 by the count in operand 1. */
const by =
  (operation: Operation): Semantics =>
  (o) => {
    const count = masked(o, o.read(1));
    const { result, flags } = operation(o, o.read(0), count);
    o.write(0, result);
    o.when(o.ne(count, o.const(8, 0)), () => o.setFlags(flags));
  };

/** The forms that shift by one: nothing to ask at run time. */
const byOne =
  (operation: Operation): Semantics =>
  (o) => {
    const { result, flags } = operation(o, o.read(0), o.const(8, 1));
    o.write(0, result);
    o.setFlags(flags);
  };

/** Shifts of 32 or 64 bits that take in bits of operand 1. */
function doubleWide<V>(o: Ops<V>, a: V, b: V, count: V, left: boolean): Shifted<V> {
  const size = o.size;
  const c = o.zext(count, size);
  const one = o.const(size, 1);
  const rest = o.and(o.not(c), o.const(size, size - 1));
  // By size − c, in two steps: one shift cannot be by the whole width.
  const r = left
    ? o.or(o.shl(a, c), o.shr(o.shr(b, one), rest))
    : o.or(o.shr(a, c), o.shl(o.shl(b, one), rest));
  const cf = () => (left ? o.bit(o.rotl(a, c), 0) : o.msb(o.rotr(a, c)));
  const of = () => (left ? o.xor(o.msb(r), cf()) : topBitsDiffer(o, r));
  return { result: r, flags: { result: () => r, cf, of, af: set(o) } };
}

/**
 * Shifts of 16 bits: of the destination and the source twice in a row, so that counts up to 31 have bits to take. cf, and
 * of to the left, are those of a plain shift of the destination.
 */
function doubleNarrow<V>(o: Ops<V>, a: V, b: V, count: V, left: boolean): Shifted<V> {
  const c = o.zext(count, 64);
  const at = (v: V, place: number) => o.shl(o.zext(v, 64), o.const(64, place));
  const row = o.or(o.or(at(b, 16), at(a, left ? 32 : 0)), at(b, left ? 0 : 32));
  const r = left ? o.bits(o.shl(row, c), 32, 16) : o.bits(o.shr(row, c), 0, 16);
  const plain = left ? shl(o, a, count) : shr(o, a, count);
  const of = () => topBitsDiffer(o, r);
  const flags = left ? plain.flags : { ...plain.flags, of };
  return { result: r, flags: { ...flags, result: () => r } };
}

const double =
  (left: boolean): Semantics =>
  (o) => {
    const a = o.read(0);
    const count = masked(o, o.read(2));
    const { result, flags } = (o.size === 16 ? doubleNarrow : doubleWide)(o, a, o.read(1), count, left);
    o.write(0, result);
    o.when(o.ne(count, o.const(8, 0)), () => o.setFlags(flags));
  };

/** Group 2 (SDM vol. 2D table A-6) by modrm.reg: name, operation, undefined flags, and whether it is another's duplicate. */
const rotate: RowOptions = {};
const shift: RowOptions = { undefined: ["af"] };
const carriedLeft: RowOptions = { cost: [4, 9] };
const carriedRight: RowOptions = { cost: [3, 7] };
const GROUP2: readonly (readonly [name: string, operation: Operation, options: RowOptions])[] = [
  ["rol", rol, rotate],
  ["ror", ror, rotate],
  ["rcl", throughCarry(true), carriedLeft],
  ["rcr", throughCarry(false), carriedRight],
  ["shl", shl, { ...shift, aliases: ["sal"] }],
  ["shr", shr, shift],
  ["sal", shl, { ...shift, alternate: true }],
  ["sar", sar, shift],
];

export const SHIFT: readonly Row[] = [
  ...GROUP2.flatMap(([name, operation, options], digit) => [
    op(0xc0, name, "Eb,Ib", by(operation), { ...options, digit }),
    op(0xc1, name, "Ev,Ib", by(operation), { ...options, digit }),
    op(0xd0, name, "Eb,1", byOne(operation), { ...options, digit, cost: [1, 1] }),
    op(0xd1, name, "Ev,1", byOne(operation), { ...options, digit, cost: [1, 1] }),
    op(0xd2, name, "Eb,CL", by(operation), { ...options, digit }),
    op(0xd3, name, "Ev,CL", by(operation), { ...options, digit }),
  ]),
  op(0x0fa4, "shld", "Ev,Gv,Ib", double(true), { undefined: ["af"], cost: [2, 6] }),
  op(0x0fa5, "shld", "Ev,Gv,CL", double(true), { undefined: ["af"], cost: [2, 6] }),
  op(0x0fac, "shrd", "Ev,Gv,Ib", double(false), { undefined: ["af"], cost: [2, 6] }),
  op(0x0fad, "shrd", "Ev,Gv,CL", double(false), { undefined: ["af"], cost: [2, 6] }),
];
