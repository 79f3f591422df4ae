/**
 * Floating-point arithmetic and comparison of vectors and scalars: ADDPS and kin, SQRT, RCP, RSQRT, CMP, COMIS, UCOMIS,
 * ROUND, HADD, HSUB, ADDSUB, DPPS, DPPD (SDM vol. 2). Conversions are in vector-convert.ts, logic in vector-integer.ts.
 *
 * Each lane is computed by a scalar operation of fp.ts, in order; then `fpCommit` settles exceptions, before anything is
 * written. Lanes are `bits` wide: 32 or 64.
 */

import type { Ops, Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { readVector, sse } from "./vector.ts";
import { lanesOfMask } from "./vector-shuffle.ts";

export type FloatBits = 32 | 64;

/** The vector whose lanes are f(i), each `bits` wide. */
function vectorBy<V>(o: Ops<V>, bits: FloatBits, f: (i: number) => V): V {
  let v = o.const(128, 0);
  for (let i = 0; i < 128 / bits; i++) v = o.insert(v, i * bits, f(i));
  return v;
}

type Arithmetic = "add" | "sub" | "mul" | "div" | "min" | "max";

/** Makes, once for an instruction, the function of a lane: of the destination's and the source's, or the source's. */
type LaneBinary = <V>(o: Ops<V>, bits: FloatBits) => (a: V, b: V) => V;
type LaneUnary = <V>(o: Ops<V>, bits: FloatBits) => (a: V) => V;

const packedBinary =
  (bits: FloatBits, make: LaneBinary): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const a = o.read(0);
    const f = make(o, bits);
    const r = vectorBy(o, bits, (i) => f(o.bits(a, i * bits, bits), o.bits(b, i * bits, bits)));
    o.fpCommit();
    o.write(0, r);
  };

const scalarBinary =
  (bits: FloatBits, make: LaneBinary): Semantics =>
  (o) => {
    const b = o.read(1);
    const r = make(o, bits)(o.read(0), b);
    o.fpCommit();
    o.write(0, r);
  };

const packedUnary =
  (bits: FloatBits, make: LaneUnary): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const f = make(o, bits);
    const r = vectorBy(o, bits, (i) => f(o.bits(b, i * bits, bits)));
    o.fpCommit();
    o.write(0, r);
  };

const scalarUnary =
  (bits: FloatBits, make: LaneUnary): Semantics =>
  (o) => {
    const r = make(o, bits)(o.read(1));
    o.fpCommit();
    o.write(0, r);
  };

const arithmetic =
  (name: Arithmetic): LaneBinary =>
  (o, bits) =>
  (a, b) =>
    o.fp(`f${bits}.${name}`, a, b);

const squareRoot: LaneUnary = (o, bits) => (a) => o.fp(`f${bits}.sqrt`, a);
const reciprocal: LaneUnary = (o) => (a) => o.fp("f32.rcp", a);
const reciprocalRoot: LaneUnary = (o) => (a) => o.fp("f32.rsqrt", a);

/** Of the immediate three bits count; the rest are for VEX. */
const compare: LaneBinary = (o, bits) => {
  const predicate = o.and(o.read(2), o.const(8, 7));
  return (a, b) => o.fp(`f${bits}.cmp`, a, b, predicate);
};

const round: LaneUnary = (o, bits) => {
  const imm8 = o.read(2);
  return (a) => o.fp(`f${bits}.round`, a, imm8);
};

/** COMIS, UCOMIS: zf, pf and cf from the operation's result, the others 0. */
const ordered =
  (bits: FloatBits, name: "comi" | "ucomi"): Semantics =>
  (o) => {
    const b = o.read(1);
    const relation = o.fp(`f${bits}.${name}`, o.read(0), b);
    o.fpCommit();
    const zero = () => o.const(1, 0);
    o.setFlags({
      zf: () => o.bit(relation, 6),
      pf: () => o.bit(relation, 2),
      cf: () => o.bit(relation, 0),
      of: zero,
      sf: zero,
      af: zero,
    });
  };

/** Sums or differences of neighbours: the destination's, then the source's. */
const horizontal =
  (bits: FloatBits, name: "add" | "sub"): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const a = o.read(0);
    const pairs = 64 / bits;
    const r = vectorBy(o, bits, (i) => {
      const v = i < pairs ? a : b;
      const first = 2 * (i % pairs) * bits;
      return o.fp(`f${bits}.${name}`, o.bits(v, first, bits), o.bits(v, first + bits, bits));
    });
    o.fpCommit();
    o.write(0, r);
  };

/** Even lanes subtracted, odd ones added. */
const addSubtract =
  (bits: FloatBits): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const a = o.read(0);
    const r = vectorBy(o, bits, (i) =>
      o.fp(
        i % 2 === 0 ? `f${bits}.sub` : `f${bits}.add`,
        o.bits(a, i * bits, bits),
        o.bits(b, i * bits, bits),
      ),
    );
    o.fpCommit();
    o.write(0, r);
  };

/**
 * imm8: from bit 4 on the products that count, from bit 0 on the lanes that get their sum; all others are +0.
 * Products, sums of pairs and the sum of those are steps, each of which can end with an exception.
 */
const dotProduct =
  (bits: FloatBits): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    const imm8 = o.read(2);
    const chosen = lanesOfMask(o, o.shr(imm8, o.const(8, 4)), bits);
    // +0 × +0 is +0 and raises nothing.
    const left = o.and(o.read(0), chosen);
    const right = o.and(b, chosen);
    const product = (i: number) =>
      o.fp(`f${bits}.mul`, o.bits(left, i * bits, bits), o.bits(right, i * bits, bits));
    let terms = Array.from({ length: 128 / bits }, (_, i) => product(i));
    o.fpCommit();
    while (terms.length > 1) {
      const addends = terms;
      terms = Array.from({ length: addends.length / 2 }, (_, i) =>
        o.fp(`f${bits}.add`, addends[2 * i]!, addends[2 * i + 1]!),
      );
      o.fpCommit();
    }
    const sum = terms[0]!;
    o.write(
      0,
      o.and(
        vectorBy(o, bits, () => sum),
        lanesOfMask(o, imm8, bits),
      ),
    );
  };

type Cost = readonly [latency: number, uops: number];
const ADD = [3, 1] as const;

/** The four rows of an operation: packed and scalar, single and double. */
function fourRows(
  opcode: number,
  name: string,
  third: "" | ",Ib",
  semantics: { packed: (bits: FloatBits) => Semantics; scalar: (bits: FloatBits) => Semantics },
  cost: Cost,
  doubleCost: Cost = cost,
): readonly Row[] {
  const row = (suffix: string, codes: string, s: Semantics, options: ReturnType<typeof sse>): Row =>
    op(opcode, `${name}${suffix}`, `${codes}${third}`, s, options);
  return [
    row("ps", "Vps,Wps", semantics.packed(32), sse("none", "sse", cost)),
    row("pd", "Vpd,Wpd", semantics.packed(64), sse("66", "sse2", doubleCost)),
    row("ss", "Vss,Wss", semantics.scalar(32), sse("f3", "sse", cost)),
    row("sd", "Vsd,Wsd", semantics.scalar(64), sse("f2", "sse2", doubleCost)),
  ];
}

const binaryRows = (opcode: number, name: string, f: LaneBinary, cost: Cost, doubleCost?: Cost) =>
  fourRows(
    opcode,
    name,
    "",
    { packed: (bits) => packedBinary(bits, f), scalar: (bits) => scalarBinary(bits, f) },
    cost,
    doubleCost,
  );

export const VECTOR_FLOAT: readonly Row[] = [
  ...fourRows(
    0x0f51,
    "sqrt",
    "",
    { packed: (bits) => packedUnary(bits, squareRoot), scalar: (bits) => scalarUnary(bits, squareRoot) },
    [15, 1],
    [21, 1],
  ),
  op(0x0f52, "rsqrtps", "Vps,Wps", packedUnary(32, reciprocalRoot), sse("none", "sse", [4, 1])),
  op(0x0f52, "rsqrtss", "Vss,Wss", scalarUnary(32, reciprocalRoot), sse("f3", "sse", [4, 1])),
  op(0x0f53, "rcpps", "Vps,Wps", packedUnary(32, reciprocal), sse("none", "sse", [4, 1])),
  op(0x0f53, "rcpss", "Vss,Wss", scalarUnary(32, reciprocal), sse("f3", "sse", [4, 1])),
  ...binaryRows(0x0f58, "add", arithmetic("add"), ADD),
  ...binaryRows(0x0f59, "mul", arithmetic("mul"), ADD),
  ...binaryRows(0x0f5c, "sub", arithmetic("sub"), ADD),
  ...binaryRows(0x0f5d, "min", arithmetic("min"), [2, 1]),
  ...binaryRows(0x0f5e, "div", arithmetic("div"), [11, 1], [13, 1]),
  ...binaryRows(0x0f5f, "max", arithmetic("max"), [2, 1]),
  ...fourRows(
    0x0fc2,
    "cmp",
    ",Ib",
    { packed: (bits) => packedBinary(bits, compare), scalar: (bits) => scalarBinary(bits, compare) },
    [2, 1],
  ),
  op(0x0f2e, "ucomiss", "Vss,Wss", ordered(32, "ucomi"), sse("none", "sse", [5, 2])),
  op(0x0f2e, "ucomisd", "Vsd,Wsd", ordered(64, "ucomi"), sse("66", "sse2", [5, 2])),
  op(0x0f2f, "comiss", "Vss,Wss", ordered(32, "comi"), sse("none", "sse", [5, 2])),
  op(0x0f2f, "comisd", "Vsd,Wsd", ordered(64, "comi"), sse("66", "sse2", [5, 2])),
  op(0x0f7c, "haddps", "Vps,Wps", horizontal(32, "add"), sse("f2", "pni", [4, 3])),
  op(0x0f7c, "haddpd", "Vpd,Wpd", horizontal(64, "add"), sse("66", "pni", [4, 3])),
  op(0x0f7d, "hsubps", "Vps,Wps", horizontal(32, "sub"), sse("f2", "pni", [4, 3])),
  op(0x0f7d, "hsubpd", "Vpd,Wpd", horizontal(64, "sub"), sse("66", "pni", [4, 3])),
  op(0x0fd0, "addsubps", "Vps,Wps", addSubtract(32), sse("f2", "pni", ADD)),
  op(0x0fd0, "addsubpd", "Vpd,Wpd", addSubtract(64), sse("66", "pni", ADD)),
  op(0x0f3a08, "roundps", "Vps,Wps,Ib", packedUnary(32, round), sse("66", "sse4_1", ADD)),
  op(0x0f3a09, "roundpd", "Vpd,Wpd,Ib", packedUnary(64, round), sse("66", "sse4_1", ADD)),
  op(0x0f3a0a, "roundss", "Vss,Wss,Ib", scalarUnary(32, round), sse("66", "sse4_1", ADD)),
  op(0x0f3a0b, "roundsd", "Vsd,Wsd,Ib", scalarUnary(64, round), sse("66", "sse4_1", ADD)),
  op(0x0f3a40, "dpps", "Vps,Wps,Ib", dotProduct(32), sse("66", "sse4_1", [11, 8])),
  op(0x0f3a41, "dppd", "Vpd,Wpd,Ib", dotProduct(64), sse("66", "sse4_1", [9, 3])),
];
