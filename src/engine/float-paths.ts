/**
 * SSE arithmetic in wasm: exact for ordinary values when mxcsr is in its usual state, else by JavaScript.
 *
 * Wasm rounds to nearest and reports nothing. That is right when rounding is nearest, nothing is flushed, every
 * exception is masked, and the only exception that can occur is the inexact one, already recorded (PE set). So the
 * path demands: mxcsr bits 5–15 are 0x1fa0; no operand is denormal; the result is finite and, where it can
 * underflow, above the smallest normal number.
 */
import { FP } from "../isa/fp.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";
import type { RuntimeCalls, RuntimeFunction } from "./runtime-calls.ts";

const OPERATIONS = ["add", "sub", "mul", "div", "sqrt"] as const;
const IDS = new Map(Object.keys(FP).map((name, i) => [name, i]));

export function writeFloatPaths(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  for (const bits of [32, 64] as const) {
    for (const op of OPERATIONS) writeOperation(get(`f${bits}_${op}`), bits, op, calls);
  }
}

function writeOperation(
  f: FunctionBuilder,
  bits: 32 | 64,
  op: (typeof OPERATIONS)[number],
  calls: RuntimeCalls,
): void {
  const [i, fl] = [`i${bits}`, `f${bits}`] as ["i64", "f64"]; // as: every name below exists for both widths
  const binary = op !== "sqrt";
  const r = f.local(fl);
  const constant = (n: bigint): void => void (bits === 64 ? f.i64(n) : f.i32(Number(n)));
  const floating = (x: number): void => void (bits === 64 ? f.f64(x) : f.f32(x));
  const notDenormal = (local: number): void => {
    // Twice the magnitude, less one: zero wraps to the top, denormals stay at the bottom.
    f.localGet(local);
    constant(1n);
    f.op(`${i}.shl`);
    constant(1n);
    f.op(`${i}.sub`);
    constant(bits === 64 ? (1n << 53n) - 1n : (1n << 24n) - 1n);
    f.op(`${i}.ge_u`);
  };
  f.localGet(0).op("i32.load", at(S.MXCSR)).i32(0xffe0).op("i32.and").i32(0x1fa0).op("i32.eq");
  f.if();
  f.localGet(1).op(`${fl}.reinterpret_${i}`);
  if (binary) f.localGet(2).op(`${fl}.reinterpret_${i}`);
  f.op(`${fl}.${op}`).localSet(r);
  notDenormal(1);
  if (binary) {
    notDenormal(2);
    f.op("i32.and");
  }
  f.localGet(r).op(`${fl}.abs`);
  floating(Number.POSITIVE_INFINITY);
  f.op(`${fl}.lt`).op("i32.and");
  if (op === "mul" || op === "div") {
    // Tiny results are for the slow path, but a zero from a zero operand is exact.
    f.localGet(r).op(`${fl}.abs`);
    floating(bits === 64 ? 2 ** -1022 : 2 ** -126);
    f.op(`${fl}.gt`);
    f.localGet(1).op(`${fl}.reinterpret_${i}`);
    floating(0);
    f.op(`${fl}.eq`).op("i32.or");
    if (op === "mul") {
      f.localGet(2).op(`${fl}.reinterpret_${i}`);
      floating(0);
      f.op(`${fl}.eq`).op("i32.or");
    }
    f.op("i32.and");
  }
  f.if();
  f.localGet(r).op(`${i}.reinterpret_${fl}`).return();
  f.end();
  f.end();
  f.localGet(0).localGet(1).op(`${i}.store`, at(S.SCRATCH));
  if (binary)
    f.localGet(0)
      .localGet(2)
      .op(`${i}.store`, at(S.SCRATCH + 16));
  f.localGet(0)
    .i32(IDS.get(`${fl}.${op}`) ?? -1)
    .call(calls.index("fp"))
    .drop();
  f.localGet(0).op(`${i}.load`, at(S.SCRATCH));
}
