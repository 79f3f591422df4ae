/**
 * String comparison: PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM (SDM vol. 2B §4.1). The comparison itself is
 * pure/text.ts; here are lengths, results and flags. Memory need not be aligned.
 */

import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { RAX, RCX, RDX } from "../state.ts";
import { sse, vectorOf } from "./vector.ts";

/** Words rather than bytes: bit 0 of the immediate. */
const isWords = <V>(o: Ops<V>, imm8: V): V => o.bit(imm8, 0);

/** Elements of a vector: 8 or 16, 32 bits wide. */
const capacity = <V>(o: Ops<V>, imm8: V): V => o.select(isWords(o, imm8), o.const(32, 8), o.const(32, 16));

/** The magnitude of a register, but no more than there are elements; REX.W makes all 64 bits count. */
function explicitLength<V>(o: Ops<V>, register: number, imm8: V): V {
  const width = o.size === 64 ? 64 : 32;
  const n = o.reg(register, width);
  const magnitude = o.select(o.msb(n), o.neg(n), n);
  const most = capacity(o, imm8);
  return o.select(o.ltu(magnitude, o.zext(most, width)), o.low(magnitude, 32), most);
}

/** Number of the lowest or, by bit 6 of the immediate, the highest one in `result`; all elements if there is none. */
function index<V>(o: Ops<V>, result: V, imm8: V): V {
  const wide = o.zext(result, 32);
  const highest = o.sub(o.const(32, 31), o.clz(wide));
  const found = o.select(o.bit(imm8, 6), highest, o.ctz(wide));
  return o.select(o.isZero(wide), capacity(o, imm8), found);
}

/** A one for each element as a bit or, by bit 6 of the immediate, ones in the whole element. */
function mask<V>(o: Ops<V>, result: V, imm8: V): V {
  const expand = (name: "i8x16" | "i16x8", splat: V, weights: bigint): V => {
    const w = o.const(128, weights);
    return o.lanes(`${name}.eq`, o.and(splat, w), w);
  };
  const bits = Array.from({ length: 8 }, (_, i) => 1 << i);
  const everyWord = o.lanes("i16x8.splat", result);
  // Bytes 0–7 look at the low byte of the result, 8–15 at the high one.
  const halves = o.lanes(
    "i8x16.swizzle",
    everyWord,
    o.const(128, vectorOf(8, [...new Array<number>(8).fill(0), ...new Array<number>(8).fill(1)])),
  );
  const expanded = o.select(
    isWords(o, imm8),
    expand("i16x8", everyWord, vectorOf(16, bits)),
    expand("i8x16", halves, vectorOf(8, [...bits, ...bits])),
  );
  return o.select(o.bit(imm8, 6), expanded, o.zext(result, 128));
}

const compare =
  (lengths: "explicit" | "implicit", output: "index" | "mask"): Semantics =>
  (o) => {
    const b = o.read(1);
    const a = o.read(0);
    const imm8 = o.read(2);
    const lengthOf = (v: typeof a, register: number) =>
      lengths === "explicit" ? explicitLength(o, register, imm8) : o.pure("string_length", v, imm8);
    const lengthA = lengthOf(a, RAX);
    const lengthB = lengthOf(b, RDX);
    const result = o.pure("string_compare", a, b, lengthA, lengthB, imm8);
    const most = capacity(o, imm8);
    if (output === "index") o.setReg(RCX, index(o, result, imm8));
    else o.setXmm(0, mask(o, result, imm8));
    const zero = () => o.const(1, 0);
    o.setFlags({
      cf: () => o.ne(result, o.const(16, 0)),
      zf: () => o.ltu(lengthB, most),
      sf: () => o.ltu(lengthA, most),
      of: () => o.bit(result, 0),
      af: zero,
      pf: zero,
    });
  };

export const VECTOR_TEXT: readonly Row[] = [
  op(0x0f3a60, "pcmpestrm", "Vdq,Wdq,Ib", compare("explicit", "mask"), {
    ...sse("66", "sse4_2", [8, 7]),
    names: { 64: "pcmpestrm64" },
  }),
  op(0x0f3a61, "pcmpestri", "Vdq,Wdq,Ib", compare("explicit", "index"), {
    ...sse("66", "sse4_2", [8, 8]),
    names: { 64: "pcmpestri64" },
  }),
  op(0x0f3a62, "pcmpistrm", "Vdq,Wdq,Ib", compare("implicit", "mask"), sse("66", "sse4_2", [6, 3])),
  op(0x0f3a63, "pcmpistri", "Vdq,Wdq,Ib", compare("implicit", "index"), sse("66", "sse4_2", [6, 4])),
];
