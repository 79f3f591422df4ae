/** Runtime functions for 64 × 64 → 128 and 128 / 64 bits, which wasm lacks. */
import type { FunctionBuilder } from "../wasm/function.ts";
import type { RuntimeFunction } from "./runtime-calls.ts";

export function writeWideArithmetic(get: (name: RuntimeFunction) => FunctionBuilder): void {
  writeMulhu(get("mulhu64"));
  writeMulhs(get("mulhs64"), get("mulhu64"));
  writeDivide(get("divu128"), false);
  writeDivide(get("remu128"), true);
}

/** Four 32-bit products (Hacker's Delight, §8–2). */
function writeMulhu(f: FunctionBuilder): void {
  const [a0, a1, b0, b1, t] = [
    f.local("i64"),
    f.local("i64"),
    f.local("i64"),
    f.local("i64"),
    f.local("i64"),
  ];
  const low = 0xffffffff;
  f.localGet(0).i64(low).op("i64.and").localSet(a0).localGet(0).i64(32).op("i64.shr_u").localSet(a1);
  f.localGet(1).i64(low).op("i64.and").localSet(b0).localGet(1).i64(32).op("i64.shr_u").localSet(b1);
  // t = a1*b0 + (a0*b0 >> 32)
  f.localGet(a1).localGet(b0).op("i64.mul").localGet(a0).localGet(b0).op("i64.mul").i64(32).op("i64.shr_u");
  f.op("i64.add").localSet(t);
  // a1*b1 + (t >> 32) + ((low(t) + a0*b1) >> 32)
  f.localGet(a1).localGet(b1).op("i64.mul").localGet(t).i64(32).op("i64.shr_u").op("i64.add");
  f.localGet(t)
    .i64(low)
    .op("i64.and")
    .localGet(a0)
    .localGet(b1)
    .op("i64.mul")
    .op("i64.add")
    .i64(32)
    .op("i64.shr_u");
  f.op("i64.add");
}

function writeMulhs(f: FunctionBuilder, unsigned: FunctionBuilder): void {
  f.localGet(0).localGet(1).call(unsigned);
  f.localGet(0).i64(63).op("i64.shr_s").localGet(1).op("i64.and").op("i64.sub");
  f.localGet(1).i64(63).op("i64.shr_s").localGet(0).op("i64.and").op("i64.sub");
}

/** hi, lo, d: quotient (or remainder) of hi:lo / d where hi < d; 0 where the quotient does not fit. */
function writeDivide(f: FunctionBuilder, remainder: boolean): void {
  const [hi, lo, d] = [0, 1, 2];
  const [i, carry] = [f.local("i32"), f.local("i64")];
  f.localGet(hi).localGet(d).op("i64.ge_u");
  f.if();
  f.i64(0).return();
  f.end();
  f.localGet(hi).op("i64.eqz");
  f.if();
  f.localGet(lo)
    .localGet(d)
    .op(remainder ? "i64.rem_u" : "i64.div_u")
    .return();
  f.end();
  f.i32(64).localSet(i);
  const loop = f.loop();
  // hi:lo <<= 1; subtract d where it fits, and shift the quotient's bit into lo.
  f.localGet(hi).i64(63).op("i64.shr_u").localSet(carry);
  f.localGet(hi).i64(1).op("i64.shl").localGet(lo).i64(63).op("i64.shr_u").op("i64.or").localSet(hi);
  f.localGet(lo).i64(1).op("i64.shl").localSet(lo);
  f.localGet(carry).op("i64.eqz").op("i32.eqz").localGet(hi).localGet(d).op("i64.ge_u").op("i32.or");
  f.if();
  f.localGet(hi).localGet(d).op("i64.sub").localSet(hi);
  f.localGet(lo).i64(1).op("i64.or").localSet(lo);
  f.end();
  f.localGet(i).i32(1).op("i32.sub").localTee(i);
  f.brIf(loop);
  f.end();
  f.localGet(remainder ? hi : lo);
}
