/**
 * BMI1, BMI2 and ADX: ANDN, BEXTR, BLSI, BLSMSK, BLSR, BZHI, PDEP, PEXT, MULX, RORX, SARX, SHLX, SHRX, ADCX, ADOX (SDM
 * vol. 2A, 2B). TZCNT and LZCNT, which have no VEX, are in bits.ts. Flags that the manual leaves undefined are as Zen 4
 * has them: pf and sf of the result, af clear; BEXTR sets af and clears sf.
 */
import type { Ops, Semantics } from "../ops.ts";
import type { PureName } from "../pure.ts";
import { op, type Row, type RowOptions } from "../row.ts";
import { RDX } from "../state.ts";

const zero =
  <V>(o: Ops<V>) =>
  () =>
    o.const(1, 0);

const andn: Semantics = (o) => {
  const r = o.and(o.not(o.read(1)), o.read(2));
  o.write(0, r);
  o.setFlags({ result: () => r, cf: zero(o), of: zero(o), af: zero(o) });
};

/**
 * The lowest `count` bits of v, all of them where count (as wide as v, any value) is not below the width. A shift by
 * the whole width is done as two.
 */
function lowest<V>(o: Ops<V>, v: V, count: V): V {
  const size = o.size;
  const all = o.const(size, -1);
  const mask = o.not(o.shl(all, o.and(count, o.const(size, size - 1))));
  return o.select(o.ltu(count, o.const(size, size)), o.and(v, mask), v);
}

const bextr: Semantics = (o) => {
  const size = o.size;
  const source = o.read(1);
  const control = o.low(o.read(2), 32);
  const start = o.zext(o.low(control, 8), size);
  const length = o.zext(o.bits(control, 8, 8), size);
  const inside = o.ltu(start, o.const(size, size));
  const shifted = o.shr(source, o.and(start, o.const(size, size - 1)));
  const r = lowest(o, o.select(inside, shifted, o.const(size, 0)), length);
  o.write(0, r);
  o.setFlags({ result: () => r, cf: zero(o), of: zero(o), sf: zero(o), af: () => o.const(1, 1) });
};

const bzhi: Semantics = (o) => {
  const size = o.size;
  const count = o.zext(o.low(o.read(2), 8), size);
  const r = lowest(o, o.read(1), count);
  o.write(0, r);
  o.setFlags({ result: () => r, cf: () => o.ltu(o.const(size, size - 1), count), of: zero(o), af: zero(o) });
};

const blsi: Semantics = (o) => {
  const source = o.read(1);
  const r = o.and(source, o.neg(source));
  o.write(0, r);
  o.setFlags({ result: () => r, cf: () => o.ne(source, o.const(o.size, 0)), of: zero(o), af: zero(o) });
};

const blsmsk: Semantics = (o) => {
  const source = o.read(1);
  const r = o.xor(source, o.sub(source, o.const(o.size, 1)));
  o.write(0, r);
  o.setFlags({ result: () => r, cf: () => o.isZero(source), of: zero(o), af: zero(o) });
};

const blsr: Semantics = (o) => {
  const source = o.read(1);
  const r = o.and(source, o.sub(source, o.const(o.size, 1)));
  o.write(0, r);
  o.setFlags({ result: () => r, cf: () => o.isZero(source), of: zero(o), af: zero(o) });
};

/** PDEP and PEXT: of 32 bits with zeros above, whose mask selects nothing. */
const spread =
  (name: PureName): Semantics =>
  (o) => {
    o.write(0, o.low(o.pure(name, o.zext(o.read(1), 64), o.zext(o.read(2), 64)), o.size));
  };

/** Where both destinations are one register the upper half wins. */
const mulx: Semantics = (o) => {
  const a = o.reg(RDX);
  const b = o.read(2);
  const hi = o.mulhu(a, b);
  o.write(1, o.mul(a, b));
  o.write(0, hi);
};

const rorx: Semantics = (o) => {
  o.write(0, o.rotr(o.read(1), o.zext(o.read(2), o.size)));
};

const shiftBy =
  (shift: <V>(o: Ops<V>, a: V, count: V) => V): Semantics =>
  (o) => {
    const count = o.and(o.read(2), o.const(o.size, o.size - 1));
    o.write(0, shift(o, o.read(1), count));
  };

const shlx = shiftBy((o, a, count) => o.shl(a, count));
const sarx = shiftBy((o, a, count) => o.sar(a, count));
const shrx = shiftBy((o, a, count) => o.shr(a, count));

/** Addition that carries through one flag and leaves the others alone. */
const addThrough =
  (flag: "cf" | "of"): Semantics =>
  (o) => {
    const a = o.read(0);
    const s = o.add(a, o.read(1));
    const r = o.add(s, o.zext(o.flag(flag), o.width(0)));
    o.write(0, r);
    const carry = () => o.or(o.ltu(s, a), o.ltu(r, s));
    o.setFlags(flag === "cf" ? { cf: carry } : { of: carry });
  };

const bmi1: RowOptions = { vex: { l: 0 }, feature: "bmi1" };
const bmi2: RowOptions = { vex: { l: 0 }, feature: "bmi2" };
const undef = ["af", "pf"] as const;

export const BMI: readonly Row[] = [
  op(0x0f38f2, "andn", "Gy,By,Ey", andn, { ...bmi1, undefined: undef }),
  op(0x0f38f7, "bextr", "Gy,Ey,By", bextr, { ...bmi1, undefined: ["sf", "af", "pf"] }),
  op(0x0f38f3, "blsr", "By,Ey", blsr, { ...bmi1, digit: 1, undefined: undef }),
  op(0x0f38f3, "blsmsk", "By,Ey", blsmsk, { ...bmi1, digit: 2, undefined: undef }),
  op(0x0f38f3, "blsi", "By,Ey", blsi, { ...bmi1, digit: 3, undefined: undef }),
  op(0x0f38f5, "bzhi", "Gy,Ey,By", bzhi, { ...bmi2, undefined: undef }),
  op(0x0f38f5, "pext", "Gy,By,Ey", spread("pext"), { ...bmi2, prefix: "f3", cost: [3, 1] }),
  op(0x0f38f5, "pdep", "Gy,By,Ey", spread("pdep"), { ...bmi2, prefix: "f2", cost: [3, 1] }),
  op(0x0f38f6, "mulx", "Gy,By,Ey", mulx, { ...bmi2, prefix: "f2", cost: [3, 2] }),
  op(0x0f3af0, "rorx", "Gy,Ey,Ib", rorx, { ...bmi2, prefix: "f2" }),
  op(0x0f38f7, "shlx", "Gy,Ey,By", shlx, { ...bmi2, prefix: "66" }),
  op(0x0f38f7, "sarx", "Gy,Ey,By", sarx, { ...bmi2, prefix: "f3" }),
  op(0x0f38f7, "shrx", "Gy,Ey,By", shrx, { ...bmi2, prefix: "f2" }),
  op(0x0f38f6, "adcx", "Gy,Ey", addThrough("cf"), { prefix: "66", feature: "adx" }),
  op(0x0f38f6, "adox", "Gy,Ey", addThrough("of"), { prefix: "f3", feature: "adx" }),
];
