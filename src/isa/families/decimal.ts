/**
 * Decimal adjustment: AAA, AAS, AAM, AAD, DAA, DAS (SDM vol. 2A). They do not exist in 64-bit mode. Flags that the
 * manual leaves undefined are as Zen 4 has them.
 */
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RAX } from "../state.ts";
import { additionFlags } from "./arithmetic.ts";

/** Whether the low digit is above 9 or af says that it overflowed. */
function lowDigitOverflows<V>(o: Ops<V>, al: V): V {
  const digit = o.and(al, o.const(8, 0x0f));
  return o.or(o.ltu(o.const(8, 9), digit), o.flag("af"));
}

/** Of a + b = r, or a − b = r: whether the sign is wrong. */
const overflow = <V>(o: Ops<V>, subtract: boolean, a: V, b: V, r: V): V =>
  o.msb(o.and(o.xor(a, r), o.xor(subtract ? a : r, b)));

/** AAA and AAS: AX moves by 106h towards the next digit. */
const asciiAdjust =
  (subtract: boolean): Semantics =>
  (o) => {
    const ax = o.reg(RAX, 16);
    const adjust = lowDigitOverflows(o, o.low(ax, 8));
    const by = o.select(adjust, o.const(16, 0x106), o.const(16, 0));
    const moved = subtract ? o.sub(ax, by) : o.add(ax, by);
    const r = o.and(moved, o.const(16, 0xff0f));
    o.setReg(RAX, r);
    o.setFlags({
      result: () => moved,
      cf: () => adjust,
      af: () => adjust,
      of: () => overflow(o, subtract, ax, by, moved),
    });
  };

/** DAA and DAS: AL moves by 6 and by 60h. */
const decimalAdjust =
  (subtract: boolean): Semantics =>
  (o) => {
    const al = o.reg(RAX, 8);
    const low = lowDigitOverflows(o, al);
    const high = o.or(o.ltu(o.const(8, 0x99), al), o.flag("cf"));
    const part = (condition: typeof low, by: number) => o.select(condition, o.const(8, by), o.const(8, 0));
    const by = o.or(part(low, 0x06), part(high, 0x60));
    const r = subtract ? o.sub(al, by) : o.add(al, by);
    o.setReg(RAX, r);
    const borrowed = subtract ? o.or(high, o.and(low, o.ltu(al, o.const(8, 6)))) : high;
    o.setFlags({
      result: () => r,
      cf: () => borrowed,
      af: () => low,
      of: () => overflow(o, subtract, al, by, r),
    });
  };

/** The base is the immediate: 10 in the mnemonic's own form. */
const aam: Semantics = (o) => {
  const base = o.read(0);
  o.raiseIf(o.isZero(base), "DE");
  const al = o.zext(o.reg(RAX, 8), 64);
  const wide = o.zext(base, 64);
  const low = o.low(o.pure("remu64", al, wide), 8);
  o.setReg(RAX, o.concat(o.low(o.pure("divu64", al, wide), 8), low));
  const none = () => o.const(1, 0);
  o.setFlags({ result: () => low, cf: none, of: none, af: none });
};

const aad: Semantics = (o) => {
  const ax = o.reg(RAX, 16);
  const al = o.low(ax, 8);
  const tens = o.mul(o.bits(ax, 8, 8), o.read(0));
  const r = o.add(al, tens);
  o.setReg(RAX, o.zext(r, 16));
  additionFlags(o, al, tens, r, () => o.ltu(r, al));
};

const i64 = { only: "i64" } as const;

export const DECIMAL: readonly Row[] = [
  op(0x27, "daa", "", decimalAdjust(false), { ...i64, undefined: ["of"] }),
  op(0x2f, "das", "", decimalAdjust(true), { ...i64, undefined: ["of"] }),
  op(0x37, "aaa", "", asciiAdjust(false), { ...i64, undefined: ["of", "sf", "zf", "pf"] }),
  op(0x3f, "aas", "", asciiAdjust(true), { ...i64, undefined: ["of", "sf", "zf", "pf"] }),
  op(0xd4, "aam", "Ib", aam, { ...i64, undefined: ["of", "af", "cf"], cost: [13, 4] }),
  op(0xd5, "aad", "Ib", aad, { ...i64, undefined: ["of", "af", "cf"], cost: [5, 2] }),
];
