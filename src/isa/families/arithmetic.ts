/** Binary addition, subtraction and logic: ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, TEST, INC, DEC, NEG, NOT (SDM vol. 2). */
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";

/** Flags of a + b (+ carry) = r. */
export function additionFlags<V>(o: Ops<V>, a: V, b: V, r: V, carry: () => V): void {
  o.setFlags({
    result: () => r,
    cf: carry,
    of: () => o.msb(o.and(o.xor(a, r), o.xor(b, r))),
    af: () => o.bit(o.xor(o.xor(a, b), r), 4),
  });
}

/** Flags of a − b (− borrow) = r. */
export function subtractionFlags<V>(o: Ops<V>, a: V, b: V, r: V, borrow: () => V): void {
  o.setFlags({
    result: () => r,
    cf: borrow,
    of: () => o.msb(o.and(o.xor(a, b), o.xor(a, r))),
    af: () => o.bit(o.xor(o.xor(a, b), r), 4),
  });
}

function logicFlags<V>(o: Ops<V>, r: V): void {
  const zero = () => o.const(1, 0);
  o.setFlags({ result: () => r, cf: zero, of: zero, af: zero });
}

export const add: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  const r = o.add(a, b);
  o.write(0, r);
  additionFlags(o, a, b, r, () => o.ltu(r, a));
};

export const adc: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  const c = o.flag("cf");
  const s = o.add(a, b);
  const r = o.add(s, o.zext(c, o.width(0)));
  o.write(0, r);
  additionFlags(o, a, b, r, () => o.or(o.ltu(s, a), o.ltu(r, s)));
};

export const sub: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  const r = o.sub(a, b);
  o.write(0, r);
  subtractionFlags(o, a, b, r, () => o.ltu(a, b));
};

export const sbb: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  const c = o.flag("cf");
  const s = o.sub(a, b);
  const r = o.sub(s, o.zext(c, o.width(0)));
  o.write(0, r);
  subtractionFlags(o, a, b, r, () => o.or(o.ltu(a, b), o.and(o.isZero(s), c)));
};

export const cmp: Semantics = (o) => {
  const a = o.read(0);
  const b = o.read(1);
  subtractionFlags(o, a, b, o.sub(a, b), () => o.ltu(a, b));
};

export const and: Semantics = (o) => {
  const r = o.and(o.read(0), o.read(1));
  o.write(0, r);
  logicFlags(o, r);
};

export const or: Semantics = (o) => {
  const r = o.or(o.read(0), o.read(1));
  o.write(0, r);
  logicFlags(o, r);
};

export const xor: Semantics = (o) => {
  const r = o.xor(o.read(0), o.read(1));
  o.write(0, r);
  logicFlags(o, r);
};

export const test: Semantics = (o) => {
  logicFlags(o, o.and(o.read(0), o.read(1)));
};

export const inc: Semantics = (o) => {
  const a = o.read(0);
  const one = o.const(o.width(0), 1);
  const r = o.add(a, one);
  o.write(0, r);
  o.setFlags({
    result: () => r,
    of: () => o.msb(o.and(o.not(a), r)),
    af: () => o.bit(o.xor(o.xor(a, one), r), 4),
  });
};

export const dec: Semantics = (o) => {
  const a = o.read(0);
  const one = o.const(o.width(0), 1);
  const r = o.sub(a, one);
  o.write(0, r);
  o.setFlags({
    result: () => r,
    of: () => o.msb(o.and(a, o.not(r))),
    af: () => o.bit(o.xor(o.xor(a, one), r), 4),
  });
};

export const neg: Semantics = (o) => {
  const a = o.read(0);
  const r = o.neg(a);
  o.write(0, r);
  subtractionFlags(o, o.const(o.width(0), 0), a, r, () => o.xor(o.isZero(a), o.const(1, 1)));
};

export const not: Semantics = (o) => {
  o.write(0, o.not(o.read(0)));
};

const lock = true;

/** The eight operations whose encodings differ only by number (SDM vol. 2D table A-2, group 1). */
const group1: readonly (readonly [string, Semantics])[] = [
  ["add", add],
  ["or", or],
  ["adc", adc],
  ["sbb", sbb],
  ["and", and],
  ["sub", sub],
  ["xor", xor],
  ["cmp", cmp],
];

export const ARITHMETIC: readonly Row[] = [
  ...group1.flatMap(([name, semantics], n) => {
    const locks = name === "cmp" ? {} : { lock };
    const undef = name === "and" || name === "or" || name === "xor" ? ({ undefined: ["af"] } as const) : {};
    return [
      op(n * 8 + 0, name, "Eb,Gb", semantics, { ...locks, ...undef }),
      op(n * 8 + 1, name, "Ev,Gv", semantics, { ...locks, ...undef }),
      op(n * 8 + 2, name, "Gb,Eb", semantics, undef),
      op(n * 8 + 3, name, "Gv,Ev", semantics, undef),
      op(n * 8 + 4, name, "AL,Ib", semantics, undef),
      op(n * 8 + 5, name, "rAX,Iz", semantics, undef),
      op(0x80, name, "Eb,Ib", semantics, { ...locks, ...undef, digit: n }),
      op(0x81, name, "Ev,Iz", semantics, { ...locks, ...undef, digit: n }),
      op(0x82, name, "Eb,Ib", semantics, { ...locks, ...undef, digit: n, only: "i64", alternate: true }),
      op(0x83, name, "Ev,Ibs", semantics, { ...locks, ...undef, digit: n }),
    ];
  }),
  op(0x84, "test", "Eb,Gb", test, { undefined: ["af"] }),
  op(0x85, "test", "Ev,Gv", test, { undefined: ["af"] }),
  op(0xa8, "test", "AL,Ib", test, { undefined: ["af"] }),
  op(0xa9, "test", "rAX,Iz", test, { undefined: ["af"] }),
  op(0xf6, "test", "Eb,Ib", test, { digit: 0, undefined: ["af"] }),
  op(0xf6, "test", "Eb,Ib", test, { digit: 1, alternate: true, undefined: ["af"] }),
  op(0xf7, "test", "Ev,Iz", test, { digit: 0, undefined: ["af"] }),
  op(0xf7, "test", "Ev,Iz", test, { digit: 1, alternate: true, undefined: ["af"] }),
  op(0x40, "inc", "Zv", inc, { plus: true, only: "i64" }),
  op(0x48, "dec", "Zv", dec, { plus: true, only: "i64" }),
  op(0xfe, "inc", "Eb", inc, { digit: 0, lock }),
  op(0xff, "inc", "Ev", inc, { digit: 0, lock }),
  op(0xfe, "dec", "Eb", dec, { digit: 1, lock }),
  op(0xff, "dec", "Ev", dec, { digit: 1, lock }),
  op(0xf6, "not", "Eb", not, { digit: 2, lock }),
  op(0xf7, "not", "Ev", not, { digit: 2, lock }),
  op(0xf6, "neg", "Eb", neg, { digit: 3, lock }),
  op(0xf7, "neg", "Ev", neg, { digit: 3, lock }),
];
