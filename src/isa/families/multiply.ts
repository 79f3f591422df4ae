/**
 * Multiplication and division: MUL, IMUL, DIV, IDIV (SDM vol. 2A, 2B). MULX is in bmi.ts.
 *
 * Division by zero and a quotient that does not fit raise #DE before anything changes. Dividends of up to 64 bits are
 * divided in 64; the 128-bit ones by functions of their own (pure/integer.ts).
 */
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RAX, RDX } from "../state.ts";

/** Writes a double-width result to rDX:rAX, or to AX for bytes. */
function setPair<V>(o: Ops<V>, hi: V, lo: V): void {
  if (o.size === 8) {
    o.setReg(RAX, o.concat(hi, lo));
  } else {
    o.setReg(RAX, lo);
    o.setReg(RDX, hi);
  }
}

const mul: Semantics = (o) => {
  const a = o.reg(RAX);
  const b = o.read(0);
  const hi = o.mulhu(a, b);
  setPair(o, hi, o.mul(a, b));
  const wide = () => o.ne(hi, o.const(o.size, 0));
  o.setFlags({ cf: wide, of: wide });
};

/** cf and of say that the upper half is more than the lower one's sign. */
function signedProductFlags<V>(o: Ops<V>, hi: V, lo: V): void {
  const wide = () => o.ne(hi, o.sar(lo, o.const(o.size, o.size - 1)));
  o.setFlags({ cf: wide, of: wide });
}

const imul: Semantics = (o) => {
  const a = o.reg(RAX);
  const b = o.read(0);
  const lo = o.mul(a, b);
  const hi = o.mulhs(a, b);
  setPair(o, hi, lo);
  signedProductFlags(o, hi, lo);
};

const imulTwo: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  const lo = o.mul(a, b);
  o.write(0, lo);
  signedProductFlags(o, o.mulhs(a, b), lo);
};

const imulThree: Semantics = (o) => {
  const a = o.read(1);
  const b = o.read(2);
  const lo = o.mul(a, b);
  o.write(0, lo);
  signedProductFlags(o, o.mulhs(a, b), lo);
};

/** The dividend of a division by `size` bits, 64 bits wide; size below 64. */
function dividend<V>(o: Ops<V>, extend: (v: V) => V): V {
  return o.size === 8 ? extend(o.reg(RAX, 16)) : extend(o.concat(o.reg(RDX), o.reg(RAX)));
}

/** All of them are undefined by the manual; silicon leaves cf and of alone. */
function divisionFlags<V>(o: Ops<V>): void {
  const clear = () => o.const(1, 0);
  o.setFlags({ af: () => o.const(1, 1), sf: clear, zf: clear, pf: clear });
}

const div: Semantics = (o) => {
  const d = o.read(0);
  if (o.size === 64) {
    const hi = o.reg(RDX);
    const lo = o.reg(RAX);
    o.raiseIf(o.pure("divu128_overflows", hi, lo, d), "DE");
    setPair(o, o.pure("remu128", hi, lo, d), o.pure("divu128", hi, lo, d));
    divisionFlags(o);
    return;
  }
  // The quotient fits exactly where the dividend's upper half is below the divisor; so d is not 0 either.
  const upper = o.size === 8 ? o.bits(o.reg(RAX, 16), 8, 8) : o.reg(RDX);
  o.raiseIf(o.xor(o.ltu(upper, d), o.const(1, 1)), "DE");
  const n = dividend(o, (v) => o.zext(v, 64));
  const wide = o.zext(d, 64);
  setPair(o, o.low(o.pure("remu64", n, wide), o.size), o.low(o.pure("divu64", n, wide), o.size));
  divisionFlags(o);
};

const idiv: Semantics = (o) => {
  const d = o.read(0);
  if (o.size === 64) {
    const hi = o.reg(RDX);
    const lo = o.reg(RAX);
    o.raiseIf(o.pure("divs128_overflows", hi, lo, d), "DE");
    setPair(o, o.pure("rems128", hi, lo, d), o.pure("divs128", hi, lo, d));
    divisionFlags(o);
    return;
  }
  o.raiseIf(o.isZero(d), "DE");
  const n = dividend(o, (v) => o.sext(v, 64));
  const wide = o.sext(d, 64);
  const quotient = o.pure("divs64", n, wide);
  const q = o.low(quotient, o.size);
  o.raiseIf(o.ne(o.sext(q, 64), quotient), "DE");
  setPair(o, o.low(o.pure("rems64", n, wide), o.size), q);
  divisionFlags(o);
};

const product = ["sf", "zf", "af", "pf"] as const;
const all = ["cf", "of", "sf", "zf", "af", "pf"] as const;

export const MULTIPLY: readonly Row[] = [
  op(0xf6, "mul", "Eb", mul, { digit: 4, undefined: product, cost: [3, 1] }),
  op(0xf7, "mul", "Ev", mul, { digit: 4, undefined: product, cost: [3, 2] }),
  op(0xf6, "imul", "Eb", imul, { digit: 5, undefined: product, cost: [3, 1] }),
  op(0xf7, "imul", "Ev", imul, { digit: 5, undefined: product, cost: [3, 2] }),
  op(0x0faf, "imul", "Gv,Ev", imulTwo, { undefined: product, cost: [3, 1] }),
  op(0x69, "imul", "Gv,Ev,Iz", imulThree, { undefined: product, cost: [3, 1] }),
  op(0x6b, "imul", "Gv,Ev,Ibs", imulThree, { undefined: product, cost: [3, 1] }),
  op(0xf6, "div", "Eb", div, { digit: 6, undefined: all, cost: [10, 2] }),
  op(0xf7, "div", "Ev", div, { digit: 6, undefined: all, cost: [12, 2] }),
  op(0xf6, "idiv", "Eb", idiv, { digit: 7, undefined: all, cost: [10, 2] }),
  op(0xf7, "idiv", "Ev", idiv, { digit: 7, undefined: all, cost: [12, 2] }),
];
