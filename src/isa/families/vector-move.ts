/**
 * Moves of vectors and parts of them: MOVAPS, MOVUPS, MOVDQA, MOVSS, MOVLPS, MOVHPS, MOVD, MOVQ, MOVNTPS, MOVMSKPS,
 * PMOVMSKB, MASKMOVDQU and kin, LDMXCSR, STMXCSR (SDM vol. 2). Not here: what rearranges lanes by an immediate
 * (vector-shuffle.ts).
 *
 * Non-temporal moves are plain moves: nothing here caches.
 */

import type { Feature } from "../features.ts";
import type { LaneOp } from "../lanes.ts";
import type { Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";
import { laneOp, mmx, readVector, SIMPLE, sse } from "./vector.ts";

/** Aligned if it is 16 bytes. */
const move: Semantics = (o) => {
  if (o.width(0) === 128) {
    o.requireAligned(0);
    o.requireAligned(1);
  }
  o.write(0, o.read(1));
};

const moveUnaligned: Semantics = (o) => {
  o.write(0, o.read(1));
};

/** The rest of an xmm destination becomes zero. */
const moveZext: Semantics = (o) => {
  o.writeZext(0, o.read(1));
};

/** To and from general-purpose registers, which may be narrower or wider than what is moved. */
const toVector: Semantics = (o) => {
  o.write(0, o.zext(o.read(1), o.width(0)));
};
const fromVector: Semantics = (o) => {
  o.write(0, o.low(o.read(1), o.width(0)));
};

/** MOVHLPS: the source's high half into the low half. MOVHPS to memory. */
const moveHigh: Semantics = (o) => {
  o.write(0, o.bits(o.read(1), 64, 64));
};
/** MOVLHPS, MOVHPS from memory: into the high half. */
const moveToHigh: Semantics = (o) => {
  const b = o.read(1);
  o.write(0, o.insert(o.read(0), 64, b));
};

const duplicateLow: Semantics = (o) => {
  o.write(0, o.lanes("i64x2.splat", o.read(1)));
};
/** Each even (or odd) lane of 32 bits twice. */
const duplicate =
  (name: "shuffle.pair_even32" | "shuffle.pair_odd32"): Semantics =>
  (o) => {
    const b = readVector(o, 1);
    o.write(0, laneOp(name)(o, b, b));
  };

/** Signs of the lanes as bits. */
const mask =
  (name: LaneOp & `${string}.bitmask`): Semantics =>
  (o) => {
    o.write(0, o.zext(o.lanes(name, o.zext(o.read(1), 128)), o.width(0)));
  };

/** An mm register to its own use and memory. */
const mm = (feature: Feature, cost: readonly [latency: number, uops: number] = SIMPLE): RowOptions => ({
  prefix: "none",
  unit: "mmx",
  feature,
  cost,
});

/** Zen 4 has left x87 state before the store faults. */
const maskmovq: Semantics = (o) => {
  o.enterMmx();
  o.helper("maskmovq");
};

/** Between general-purpose and vector registers. */
const CROSS = [3, 1] as const;

/** A load and a store that are each other's mirror. */
const bothWays = (
  load: number,
  store: number,
  name: string,
  type: "ps" | "pd" | "dq",
  semantics: Semantics,
  options: RowOptions,
): readonly Row[] => [
  op(load, name, `V${type},W${type}`, semantics, options),
  op(store, name, `W${type},V${type}`, semantics, options),
];

/** MOVSS, MOVSD: from memory they clear the rest. */
const scalar = (name: string, type: "ss" | "sd", options: RowOptions): readonly Row[] => [
  op(0x0f10, name, `V${type},U${type}`, moveUnaligned, { ...options, mod: "reg" }),
  op(0x0f10, name, `V${type},M${type}`, moveZext, { ...options, mod: "mem" }),
  op(0x0f11, name, `W${type},V${type}`, moveUnaligned, options),
];

export const VECTOR_MOVE: readonly Row[] = [
  ...bothWays(0x0f10, 0x0f11, "movups", "ps", moveUnaligned, sse("none", "sse")),
  ...bothWays(0x0f10, 0x0f11, "movupd", "pd", moveUnaligned, sse("66", "sse2")),
  ...bothWays(0x0f28, 0x0f29, "movaps", "ps", move, sse("none", "sse")),
  ...bothWays(0x0f28, 0x0f29, "movapd", "pd", move, sse("66", "sse2")),
  ...bothWays(0x0f6f, 0x0f7f, "movdqa", "dq", move, sse("66", "sse2")),
  ...bothWays(0x0f6f, 0x0f7f, "movdqu", "dq", moveUnaligned, sse("f3", "sse2")),
  op(0x0ff0, "lddqu", "Vdq,Mdq", moveUnaligned, sse("f2", "pni")),
  ...scalar("movss", "ss", sse("f3", "sse")),
  ...scalar("movsd", "sd", sse("f2", "sse2")),

  op(0x0f12, "movhlps", "Vq,Udq", moveHigh, { ...sse("none", "sse"), mod: "reg" }),
  op(0x0f12, "movlps", "Vq,Mq", moveUnaligned, { ...sse("none", "sse"), mod: "mem" }),
  op(0x0f12, "movlpd", "Vq,Mq", moveUnaligned, sse("66", "sse2")),
  op(0x0f13, "movlps", "Mq,Vq", moveUnaligned, sse("none", "sse")),
  op(0x0f13, "movlpd", "Mq,Vq", moveUnaligned, sse("66", "sse2")),
  op(0x0f16, "movlhps", "Vdq,Uq", moveToHigh, { ...sse("none", "sse"), mod: "reg" }),
  op(0x0f16, "movhps", "Vdq,Mq", moveToHigh, { ...sse("none", "sse"), mod: "mem" }),
  op(0x0f16, "movhpd", "Vdq,Mq", moveToHigh, sse("66", "sse2")),
  op(0x0f17, "movhps", "Mq,Vdq", moveHigh, sse("none", "sse")),
  op(0x0f17, "movhpd", "Mq,Vdq", moveHigh, sse("66", "sse2")),
  op(0x0f12, "movddup", "Vdq,Wq", duplicateLow, sse("f2", "pni")),
  op(0x0f12, "movsldup", "Vdq,Wdq", duplicate("shuffle.pair_even32"), sse("f3", "pni")),
  op(0x0f16, "movshdup", "Vdq,Wdq", duplicate("shuffle.pair_odd32"), sse("f3", "pni")),

  op(0x0f6e, "movd", "Pq,Ed", mmx(toVector), { ...mm("mmx", CROSS), w: 0 }),
  op(0x0f6e, "movq", "Pq,Eq", mmx(toVector), { ...mm("mmx", CROSS), w: 1 }),
  op(0x0f6e, "movd", "Vdq,Ed", toVector, { ...sse("66", "sse2", CROSS), w: 0 }),
  op(0x0f6e, "movq", "Vdq,Eq", toVector, { ...sse("66", "sse2", CROSS), w: 1 }),
  op(0x0f7e, "movd", "Ed,Pq", mmx(fromVector), { ...mm("mmx", CROSS), w: 0 }),
  op(0x0f7e, "movq", "Eq,Pq", mmx(fromVector), { ...mm("mmx", CROSS), w: 1 }),
  op(0x0f7e, "movd", "Ed,Vdq", fromVector, { ...sse("66", "sse2", CROSS), w: 0 }),
  op(0x0f7e, "movq", "Eq,Vdq", fromVector, { ...sse("66", "sse2", CROSS), w: 1 }),
  op(0x0f6f, "movq", "Pq,Qq", mmx(move), mm("mmx")),
  op(0x0f7f, "movq", "Qq,Pq", mmx(move), mm("mmx")),
  op(0x0f7e, "movq", "Vq,Wq", moveZext, sse("f3", "sse2")),
  op(0x0fd6, "movq", "Wq,Vq", moveZext, sse("66", "sse2")),
  op(0x0fd6, "movq2dq", "Vq,Nq", mmx(moveZext), { ...sse("f3", "sse2"), unit: "mmx sse" }),
  op(0x0fd6, "movdq2q", "Pq,Uq", mmx(move), { ...sse("f2", "sse2"), unit: "mmx sse" }),

  op(0x0f2b, "movntps", "Mps,Vps", move, sse("none", "sse")),
  op(0x0f2b, "movntpd", "Mpd,Vpd", move, sse("66", "sse2")),
  op(0x0fe7, "movntdq", "Mdq,Vdq", move, sse("66", "sse2")),
  op(0x0fe7, "movntq", "Mq,Pq", mmx(move), mm("sse")),
  op(0x0f382a, "movntdqa", "Vdq,Mdq", move, sse("66", "sse4_1")),
  op(0x0ff7, "maskmovq", "Pq,Nq", maskmovq, mm("sse", [4, 18])),
  op(0x0ff7, "maskmovdqu", "Vdq,Udq", (o) => o.helper("maskmovdqu"), sse("66", "sse2", [4, 76])),

  op(0x0f50, "movmskps", "Gd,Ups", mask("i32x4.bitmask"), sse("none", "sse", CROSS)),
  op(0x0f50, "movmskpd", "Gd,Upd", mask("i64x2.bitmask"), sse("66", "sse2", CROSS)),
  op(0x0fd7, "pmovmskb", "Gd,Nq", mmx(mask("i8x16.bitmask")), mm("sse", CROSS)),
  op(0x0fd7, "pmovmskb", "Gd,Udq", mask("i8x16.bitmask"), sse("66", "sse2", CROSS)),

  op(0x0fae, "ldmxcsr", "Md", (o) => o.helper("ldmxcsr"), { ...sse("none", "sse", [8, 7]), digit: 2 }),
  op(0x0fae, "stmxcsr", "Md", (o) => o.helper("stmxcsr"), { ...sse("none", "sse", [4, 2]), digit: 3 }),
];
