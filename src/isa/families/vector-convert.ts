/**
 * Conversions between floating-point formats and integers: CVTPS2PD, CVTDQ2PS, CVTTSD2SI and kin, those of MMX registers
 * included (SDM vol. 2A).
 *
 * CVTPI2PS, CVTPS2PI, CVTPI2PD, CVTPD2PI and their truncating forms turn x87 state into MMX state; they are of both units
 * (SDM vol. 3B §23.25.3: #UD without OSFXSR, #MF for a pending x87 exception). Not so from memory to xmm: the manual says
 * it for CVTPI2PD only, Zen 4 does it for CVTPI2PS too.
 */

import type { FpOp } from "../fp.ts";
import type { Ops, Semantics } from "../ops.ts";
import { op, type Row, type RowOptions } from "../row.ts";
import { readVector, sse } from "./vector.ts";

type Bits = 32 | 64;

/** Lanes 0 … count − 1 converted, in a vector whose other lanes are 0. */
function lanes<V>(o: Ops<V>, name: FpOp, source: V, from: Bits, to: Bits, count: number): V {
  let r = o.const(128, 0);
  for (let i = 0; i < count; i++) r = o.insert(r, i * to, o.fp(name, o.bits(source, i * from, from)));
  return r;
}

/** All that is written is the destination's width; a narrower result than 128 bits leaves zeros above. */
const packed =
  (name: FpOp, from: Bits, to: Bits, count: number, before?: Semantics): Semantics =>
  (o) => {
    const r = lanes(o, name, readVector(o, 1), from, to, count);
    before?.(o);
    o.fpCommit();
    o.write(0, o.low(r, o.width(0)));
  };

/** With an mm register: on Zen 4 x87 state is left even if #XM follows. */
const packedMmx = (name: FpOp, from: Bits, to: Bits): Semantics =>
  packed(name, from, to, 2, (o) => o.enterMmx());

const scalar =
  (name: FpOp): Semantics =>
  (o) => {
    const r = o.fp(name, o.read(1));
    o.fpCommit();
    o.write(0, r);
  };

/** Between scalars and general-purpose registers of either size. */
const fromRegister =
  (to: Bits): Semantics =>
  (o) =>
    scalar(`f${to}.from_i${o.width(1) === 64 ? 64 : 32}`)(o);
const toRegister =
  (from: Bits, how: "round" | "trunc"): Semantics =>
  (o) =>
    scalar(`i${o.width(0) === 64 ? 64 : 32}.${how}_f${from}`)(o);

const both = (options: RowOptions): RowOptions => ({ ...options, unit: "mmx sse" });

/** Latencies: within the vector units; through general-purpose registers; two lanes of different widths. */
const ONE = [3, 1] as const;
const CROSS = [7, 2] as const;
const WIDEN = [4, 2] as const;

export const VECTOR_CONVERT: readonly Row[] = [
  op(0x0f2a, "cvtpi2ps", "Vq,Nq", packedMmx("f32.from_i32", 32, 32), {
    ...both(sse("none", "sse", WIDEN)),
    mod: "reg",
  }),
  op(0x0f2a, "cvtpi2ps", "Vq,Mq", packed("f32.from_i32", 32, 32, 2), {
    ...sse("none", "sse", WIDEN),
    mod: "mem",
  }),
  op(0x0f2a, "cvtpi2pd", "Vpd,Nq", packedMmx("f64.from_i32", 32, 64), {
    ...both(sse("66", "sse2", WIDEN)),
    mod: "reg",
  }),
  op(0x0f2a, "cvtpi2pd", "Vpd,Mq", packed("f64.from_i32", 32, 64, 2), {
    ...sse("66", "sse2", WIDEN),
    mod: "mem",
  }),
  op(0x0f2a, "cvtsi2ss", "Vss,Ey", fromRegister(32), sse("f3", "sse", CROSS)),
  op(0x0f2a, "cvtsi2sd", "Vsd,Ey", fromRegister(64), sse("f2", "sse2", CROSS)),
  op(0x0f2c, "cvttps2pi", "Pq,Wq", packedMmx("i32.trunc_f32", 32, 32), both(sse("none", "sse", WIDEN))),
  op(0x0f2c, "cvttpd2pi", "Pq,Wpd", packedMmx("i32.trunc_f64", 64, 32), both(sse("66", "sse2", WIDEN))),
  op(0x0f2c, "cvttss2si", "Gy,Wss", toRegister(32, "trunc"), sse("f3", "sse", CROSS)),
  op(0x0f2c, "cvttsd2si", "Gy,Wsd", toRegister(64, "trunc"), sse("f2", "sse2", CROSS)),
  op(0x0f2d, "cvtps2pi", "Pq,Wq", packedMmx("i32.round_f32", 32, 32), both(sse("none", "sse", WIDEN))),
  op(0x0f2d, "cvtpd2pi", "Pq,Wpd", packedMmx("i32.round_f64", 64, 32), both(sse("66", "sse2", WIDEN))),
  op(0x0f2d, "cvtss2si", "Gy,Wss", toRegister(32, "round"), sse("f3", "sse", CROSS)),
  op(0x0f2d, "cvtsd2si", "Gy,Wsd", toRegister(64, "round"), sse("f2", "sse2", CROSS)),
  op(0x0f5a, "cvtps2pd", "Vpd,Wq", packed("f64.promote_f32", 32, 64, 2), sse("none", "sse2", WIDEN)),
  op(0x0f5a, "cvtpd2ps", "Vps,Wpd", packed("f32.demote_f64", 64, 32, 2), sse("66", "sse2", WIDEN)),
  op(0x0f5a, "cvtss2sd", "Vsd,Wss", scalar("f64.promote_f32"), sse("f3", "sse2", ONE)),
  op(0x0f5a, "cvtsd2ss", "Vss,Wsd", scalar("f32.demote_f64"), sse("f2", "sse2", ONE)),
  op(0x0f5b, "cvtdq2ps", "Vps,Wdq", packed("f32.from_i32", 32, 32, 4), sse("none", "sse2", ONE)),
  op(0x0f5b, "cvtps2dq", "Vdq,Wps", packed("i32.round_f32", 32, 32, 4), sse("66", "sse2", ONE)),
  op(0x0f5b, "cvttps2dq", "Vdq,Wps", packed("i32.trunc_f32", 32, 32, 4), sse("f3", "sse2", ONE)),
  op(0x0fe6, "cvttpd2dq", "Vdq,Wpd", packed("i32.trunc_f64", 64, 32, 2), sse("66", "sse2", WIDEN)),
  op(0x0fe6, "cvtpd2dq", "Vdq,Wpd", packed("i32.round_f64", 64, 32, 2), sse("f2", "sse2", WIDEN)),
  op(0x0fe6, "cvtdq2pd", "Vpd,Wq", packed("f64.from_i32", 32, 64, 2), sse("f3", "sse2", WIDEN)),
];
