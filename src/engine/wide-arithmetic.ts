/** Runtime functions for 64 × 64 → 128 and 128 / 64 bits, which wasm lacks, and division that does not trap. */
import type { FunctionBuilder } from "../wasm/function.ts";
import type { RuntimeFunction } from "./runtime-calls.ts";

export function writeWideArithmetic(get: (name: RuntimeFunction) => FunctionBuilder): void {
  writeMulhu(get("mulhu64"));
  writeMulhs(get("mulhs64"), get("mulhu64"));
  writeDivide(get("divu128"), false);
  writeDivide(get("remu128"), true);
  const overflows = get("divu128_overflows");
  overflows.localGet(0).localGet(2).op("i64.ge_u");
  writeNarrow(get("divu64"), false, false);
  writeNarrow(get("remu64"), true, false);
  writeNarrow(get("divs64"), false, true);
  writeNarrow(get("rems64"), true, true);
  writeSigned(get("divs128"), "quotient", get);
  writeSigned(get("rems128"), "remainder", get);
  writeSigned(get("divs128_overflows"), "overflow", get);
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

/** n, d: 0 by 0; the least number by −1 gives itself, remainder 0. Wasm traps on both. */
function writeNarrow(f: FunctionBuilder, remainder: boolean, signed: boolean): void {
  const [n, d] = [0, 1];
  f.localGet(d).op("i64.eqz").if();
  f.i64(0).return().end();
  if (signed) {
    f.localGet(d).i64(-1).op("i64.eq").if();
    f.i64(0);
    if (!remainder) f.localGet(n).op("i64.sub");
    f.return().end();
  }
  f.localGet(n).localGet(d);
  if (signed) f.op(remainder ? "i64.rem_s" : "i64.div_s");
  else f.op(remainder ? "i64.rem_u" : "i64.div_u");
}

/**
 * hi, lo, d: quotient (or remainder) of hi:lo / d where hi < d; 0 where the quotient does not fit. Two digits of 32
 * bits, each estimated from the divisor's upper half and corrected at most twice (Knuth, TAOCP vol. 2, §4.3.1, D).
 */
function writeDivide(f: FunctionBuilder, remainder: boolean): void {
  const [hi, lo, d] = [0, 1, 2];
  f.localGet(hi).localGet(d).op("i64.ge_u").if();
  f.i64(0).return().end();
  f.localGet(hi).op("i64.eqz").if();
  f.localGet(lo).localGet(d);
  f.op(remainder ? "i64.rem_u" : "i64.div_u").return();
  f.end();
  const [shift, d1, d0, r, q1] = [
    f.local("i64"),
    f.local("i64"),
    f.local("i64"),
    f.local("i64"),
    f.local("i64"),
  ];
  // Normalise: the divisor's top bit is set.
  f.localGet(d).op("i64.clz").localTee(shift).op("i64.eqz").op("i32.eqz").if();
  f.localGet(d).localGet(shift).op("i64.shl").localSet(d);
  f.localGet(hi).localGet(shift).op("i64.shl").localGet(lo).i64(64).localGet(shift).op("i64.sub");
  f.op("i64.shr_u").op("i64.or").localSet(hi);
  f.localGet(lo).localGet(shift).op("i64.shl").localSet(lo);
  f.end();
  f.localGet(d).i64(32).op("i64.shr_u").localSet(d1);
  f.localGet(d).i64(LOW).op("i64.and").localSet(d0);
  const push1 = (): void => void f.localGet(lo).i64(32).op("i64.shr_u");
  const push0 = (): void => void f.localGet(lo).i64(LOW).op("i64.and");
  writeDigit(f, hi, { d, d1, d0, r }, push1);
  f.localSet(q1);
  writeDigit(f, hi, { d, d1, d0, r }, push0);
  if (remainder) {
    f.drop().localGet(hi).localGet(shift).op("i64.shr_u");
  } else {
    f.localGet(q1).i64(32).op("i64.shl").op("i64.or");
  }
}
const LOW = 0xffffffff;

/** Pushes the next digit of hi : next / d, and leaves the remainder in hi. */
function writeDigit(
  f: FunctionBuilder,
  hi: number,
  { d, d1, d0, r }: { d: number; d1: number; d0: number; r: number },
  next: () => void,
): void {
  const q = f.local("i64");
  f.localGet(hi).localGet(d1).op("i64.div_u").localTee(q);
  f.localGet(d1).op("i64.mul").localSet(r);
  f.localGet(hi).localGet(r).op("i64.sub").localSet(r);
  for (let turn = 0; turn < 2; turn++) {
    // Too large if q does not fit 32 bits, or q × d0 exceeds r : next; once r is wide, it does not.
    f.localGet(r).i64(32).op("i64.shr_u").op("i64.eqz").if();
    f.localGet(q).i64(32).op("i64.shr_u").op("i64.eqz").op("i32.eqz");
    f.localGet(q).localGet(d0).op("i64.mul").localGet(r).i64(32).op("i64.shl");
    next();
    f.op("i64.or").op("i64.gt_u").op("i32.or").if();
    f.localGet(q).i64(1).op("i64.sub").localSet(q).localGet(r).localGet(d1).op("i64.add").localSet(r);
    f.end().end();
  }
  f.localGet(hi).i64(32).op("i64.shl");
  next();
  f.op("i64.or").localGet(q).localGet(d).op("i64.mul").op("i64.sub").localSet(hi);
  f.localGet(q);
}

/**
 * hi, lo, d: the signed quotient (or remainder, or 1 if the quotient does not fit or d is 0) by the unsigned ones. A
 * quotient that does not fit gives 0.
 */
function writeSigned(
  f: FunctionBuilder,
  kind: "quotient" | "remainder" | "overflow",
  get: (name: RuntimeFunction) => FunctionBuilder,
): void {
  const [hi, lo, d] = [0, 1, 2];
  const [dividend, divisor] = [f.local("i64"), f.local("i64")];
  f.localGet(d).op("i64.eqz").if();
  if (kind === "overflow") f.i32(1);
  else f.i64(0);
  f.return().end();
  // A dividend of 64 bits, which is what nearly all are.
  f.localGet(lo).i64(63).op("i64.shr_s").localGet(hi).op("i64.eq").localGet(d).i64(-1).op("i64.ne");
  f.op("i32.and").if();
  if (kind === "overflow") f.i32(0);
  else
    f.localGet(lo)
      .localGet(d)
      .op(kind === "quotient" ? "i64.div_s" : "i64.rem_s");
  f.return().end();
  // Magnitudes: x ^ sign, less sign, where sign is 0 or −1.
  f.localGet(hi).i64(63).op("i64.shr_s").localSet(dividend);
  f.localGet(d).i64(63).op("i64.shr_s").localSet(divisor);
  f.localGet(d).localGet(divisor).op("i64.xor").localGet(divisor).op("i64.sub").localSet(d);
  f.localGet(dividend).op("i64.eqz").op("i32.eqz").if();
  f.i64(0).localGet(hi).op("i64.sub").localGet(lo).op("i64.eqz").op("i32.eqz").op("i64.extend_i32_u");
  f.op("i64.sub").localSet(hi).i64(0).localGet(lo).op("i64.sub").localSet(lo);
  f.end();
  if (kind === "overflow") {
    f.localGet(hi).localGet(d).op("i64.ge_u").if();
    f.i32(1).return().end();
    // Signs that differ allow 2^63.
    f.localGet(hi).localGet(lo).localGet(d).call(get("divu128"));
    f.i64((1n << 63n) - 1n)
      .localGet(dividend)
      .localGet(divisor)
      .op("i64.xor")
      .op("i64.sub");
    f.op("i64.gt_u");
    return;
  }
  if (kind === "quotient") f.localGet(dividend).localGet(divisor).op("i64.xor").localSet(dividend);
  f.localGet(hi)
    .localGet(lo)
    .localGet(d)
    .call(get(kind === "quotient" ? "divu128" : "remu128"));
  f.localGet(dividend).op("i64.xor").localGet(dividend).op("i64.sub");
}
