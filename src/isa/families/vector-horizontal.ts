/**
 * Integer operations across lanes: PHADD, PHSUB, MPSADBW, PHMINPOSUW (SDM vol. 2B). PSADBW and PMADDWD, whose results
 * stay beside their arguments, are in vector-integer.ts.
 */

import type { LaneOp } from "../lanes.ts";
import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import {
  BYTE_NUMBERS,
  binary,
  neighbours,
  readVector,
  type SharedOptions,
  shared,
  sse,
  type VectorBinary,
  vectorOf,
} from "./vector.ts";
import { byteDifferences } from "./vector-integer.ts";

/** Even lanes of both operands and odd lanes of both. */
const acrossPairs =
  (bits: 16 | 32, name: LaneOp): VectorBinary =>
  (o, a, b) =>
    o.lanes(name, o.lanes(`shuffle.even${bits}`, a, b), o.lanes(`shuffle.odd${bits}`, a, b));

const SSSE3 = ["ssse3", "ssse3"] as const satisfies SharedOptions["features"];
const rows = (opcode: number, name: string, bits: 16 | 32, lanes: LaneOp): readonly Row[] => {
  const f = acrossPairs(bits, lanes);
  return shared(opcode, name, binary(f), { features: SSSE3, mm: neighbours(f), cost: [2, 3] });
};

/**
 * Eight sums of four differences: of a group of four bytes of the source (imm8 bits 1:0 say which) from the groups of the
 * destination that begin at byte 0 (4 if bit 2 is set), 1, 2 ….
 */
const mpsadbw: Semantics = (o) => {
  const b = readVector(o, 1);
  const a = o.read(0);
  const imm8 = o.read(2);
  const splat = (n: ReturnType<typeof o.read>) => o.lanes("i8x16.splat", n);
  const groups = o.lanes("i8x16.add", o.const(128, BYTE_NUMBERS), splat(o.and(imm8, o.const(8, 4))));
  const group = o.shl(o.and(imm8, o.const(8, 3)), o.const(8, 2));
  let sums = o.const(128, 0);
  for (let k = 0; k < 4; k++) {
    const k8 = o.const(8, k);
    const from = o.lanes("i8x16.swizzle", a, o.lanes("i8x16.add", groups, splat(k8)));
    const byte = o.lanes("i8x16.swizzle", b, splat(o.add(group, k8)));
    const differences = byteDifferences(o, from, byte);
    sums = o.lanes("i16x8.add", sums, o.lanes("i16x8.extend_low_i8x16_u", differences));
  }
  o.write(0, sums);
};

/** The least word and, above it, its number: the least of the doublewords made of both, word on top, turned round. */
const phminposuw: Semantics = (o) => {
  const b = readVector(o, 1);
  const numbers = o.const(128, vectorOf(16, [0, 1, 2, 3, 4, 5, 6, 7]));
  let least = o.lanes(
    "i32x4.min_u",
    o.lanes("shuffle.interleave_low16", numbers, b),
    o.lanes("shuffle.interleave_high16", numbers, b),
  );
  least = o.lanes("i32x4.min_u", least, o.lanes("shuffle.interleave_high64", least, least));
  least = o.lanes("i32x4.min_u", least, o.lanes("shuffle.odd32", least, least));
  o.write(0, o.zext(o.rotl(o.low(least, 32), o.const(32, 16)), 128));
};

export const VECTOR_HORIZONTAL: readonly Row[] = [
  ...rows(0x0f3801, "phaddw", 16, "i16x8.add"),
  ...rows(0x0f3802, "phaddd", 32, "i32x4.add"),
  ...rows(0x0f3803, "phaddsw", 16, "i16x8.add_sat_s"),
  ...rows(0x0f3805, "phsubw", 16, "i16x8.sub"),
  ...rows(0x0f3806, "phsubd", 32, "i32x4.sub"),
  ...rows(0x0f3807, "phsubsw", 16, "i16x8.sub_sat_s"),
  op(0x0f3a42, "mpsadbw", "Vdq,Wdq,Ib", mpsadbw, sse("66", "sse4_1", [4, 4])),
  op(0x0f3841, "phminposuw", "Vdq,Wdq", phminposuw, sse("66", "sse4_1", [3, 1])),
];
