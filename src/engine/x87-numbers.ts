/**
 * The arithmetic of x87-arithmetic.ts: sums, products and quotients of normal extended numbers, rounded as FCW says, with C1
 * and PE in FSW. Each function touches nothing and gives 0 where operands or result are not normal numbers, the inexact
 * exception is not masked, or precision is 24 bits; the rest of the instruction is the caller's.
 * SDM vol. 1 §4.8.4 (rounding), §8.1.5 (control word).
 */
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";
import type { RuntimeCalls, RuntimeFunction } from "./runtime-calls.ts";

export const BIAS = 16383;
/** Greatest exponent. */
export const MAX = 0x7fff;
export const SIGN = 0x8000;
export const TOP_BIT = 1n << 63n;
const PE = 0x20;
export const C1 = 0x200;

export function writeX87Numbers(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  writeFinish(get("x87_finish"));
  writeSum(get("x87_sum"), calls);
  writeProduct(get("x87_product"), calls);
  writeQuotient(get("x87_quotient"), calls);
}

/**
 * cpu, to, sign (0 or 0x8000), exponent, significand, guard: rounds a normalised significand, with 64 bits below it of
 * which the last stands for all lower ones, and stores it at `to` with C1 and PE. 0 if it is not a normal number.
 */
function writeFinish(f: FunctionBuilder): void {
  const [cpu, to, sign, exponent, s, g] = [0, 1, 2, 3, 4, 5];
  const [fcw, away, unit] = [f.local("i32"), f.local("i32"), f.local("i64")];
  f.localGet(cpu).op("i32.load16_u", at(S.FCW)).localSet(fcw);
  f.i64(1).localSet(unit);
  // Precision control: 0 is 24 bits, 2 is 53.
  f.localGet(fcw).i32(0x300).op("i32.and").op("i32.eqz");
  f.if();
  f.i32(0).return().end();
  f.localGet(fcw).i32(0x300).op("i32.and").i32(0x200).op("i32.eq");
  f.if();
  f.i64(0x800).localSet(unit);
  f.localGet(s).i64(53).op("i64.shl").localGet(g).i64(11).op("i64.shr_u").op("i64.or");
  f.localGet(g).i64(0x7ff).op("i64.and").op("i64.eqz").op("i32.eqz").op("i64.extend_i32_u").op("i64.or");
  f.localSet(g);
  f.localGet(s).i64(-0x800).op("i64.and").localSet(s);
  f.end();
  pushAway(f, { fcw, sign, s, g, unit });
  f.localSet(away);
  refuseInexact(f, fcw, g);
  f.localGet(away);
  f.if();
  f.localGet(s).localGet(unit).op("i64.add").localTee(s).op("i64.eqz");
  f.if();
  f.i64(TOP_BIT).localSet(s).localGet(exponent).i32(1).op("i32.add").localSet(exponent);
  f.end();
  f.end();
  // At the least normal number the question is whether it is tiny.
  f.localGet(exponent)
    .i32(2)
    .op("i32.sub")
    .i32(MAX - 2)
    .op("i32.ge_u");
  f.if();
  f.i32(0).return().end();
  f.localGet(to).localGet(s).op("i64.store", at(0));
  f.localGet(to).localGet(sign).localGet(exponent).op("i32.or").op("i32.store", at(8));
  reportRounding(f, g, away);
  f.i32(1);
}

/** Pushes 1 if what `guard` says of is rounded away from zero. */
export function pushAway(
  f: FunctionBuilder,
  { fcw, sign, s, g, unit }: { fcw: number; sign: number; s: number; g: number; unit: number },
): void {
  const mode = f.local("i32");
  f.localGet(fcw).i32(10).op("i32.shr_u").i32(3).op("i32.and").localTee(mode).op("i32.eqz");
  f.if("i32");
  f.localGet(g).i64(TOP_BIT).op("i64.gt_u");
  f.localGet(g)
    .i64(TOP_BIT)
    .op("i64.eq")
    .localGet(s)
    .localGet(unit)
    .op("i64.and")
    .op("i64.eqz")
    .op("i32.eqz");
  f.op("i32.and").op("i32.or");
  f.else();
  // 1 is down, 2 up.
  f.localGet(g).op("i64.eqz").op("i32.eqz");
  f.localGet(mode).i32(1).i32(2).localGet(sign).select().op("i32.eq").op("i32.and");
  f.end();
}
/** Gives 0 if guard bits are lost and the inexact exception is not masked. */
export function refuseInexact(f: FunctionBuilder, fcw: number, g: number): void {
  f.localGet(g).op("i64.eqz").op("i32.eqz").localGet(fcw).i32(PE).op("i32.and").op("i32.eqz").op("i32.and");
  f.if();
  f.i32(0).return().end();
}
/** C1 and PE in FSW. */
export function reportRounding(f: FunctionBuilder, g: number, away: number): void {
  f.localGet(0).localGet(0).op("i32.load16_u", at(S.FSW)).i32(~C1).op("i32.and");
  f.i32(PE).i32(0).localGet(g).op("i64.eqz").op("i32.eqz").select().op("i32.or");
  f.i32(C1).i32(0).localGet(away).select().op("i32.or").op("i32.store16", at(S.FSW));
}

/** Gives 0 unless sign and exponent `se` and significand `s` are a normal number's. */
function refuseAbnormal(f: FunctionBuilder, se: number, s: number): void {
  f.localGet(s).i64(0).op("i64.ge_s");
  f.localGet(se)
    .i32(MAX)
    .op("i32.and")
    .i32(1)
    .op("i32.sub")
    .i32(MAX - 1)
    .op("i32.ge_u")
    .op("i32.or");
  f.if();
  f.i32(0).return().end();
}

// cpu, to, sign and exponent of a, significand of a, the same of b.
const [CPU, TO, SE_A, A, SE_B, B] = [0, 1, 2, 3, 4, 5];

function writeSum(f: FunctionBuilder, calls: RuntimeCalls): void {
  const [distance, swap, exponent] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const [g, t] = [f.local("i64"), f.local("i64")];
  refuseAbnormal(f, SE_A, A);
  refuseAbnormal(f, SE_B, B);
  const exponentOf = (se: number): void => void f.localGet(se).i32(MAX).op("i32.and");
  exponentOf(SE_A);
  exponentOf(SE_B);
  f.op("i32.sub").localTee(distance).i32(0).op("i32.lt_s");
  f.localGet(distance).op("i32.eqz").localGet(A).localGet(B).op("i64.lt_u").op("i32.and").op("i32.or");
  f.if();
  f.localGet(SE_A).localSet(swap).localGet(SE_B).localSet(SE_A).localGet(swap).localSet(SE_B);
  f.localGet(A).localSet(t).localGet(B).localSet(A).localGet(t).localSet(B);
  f.i32(0).localGet(distance).op("i32.sub").localSet(distance);
  f.end();
  exponentOf(SE_A);
  f.localSet(exponent);
  // b moved right by the distance, what leaves it in g.
  f.localGet(distance).op("i64.extend_i32_u").localSet(t);
  f.localGet(distance).i32(64).op("i32.ge_u");
  f.if();
  f.localGet(distance).i32(128).op("i32.ge_u");
  f.if();
  f.i64(1).localSet(g);
  f.else();
  f.localGet(B).localGet(t).op("i64.shr_u"); // modulo 64
  f.localGet(B).i64(0).localGet(t).op("i64.sub").op("i64.shl").i64(0).localGet(distance).i32(64).op("i32.ne");
  f.select().op("i64.eqz").op("i32.eqz").op("i64.extend_i32_u").op("i64.or").localSet(g);
  f.end();
  f.i64(0).localSet(B);
  f.else();
  f.localGet(distance);
  f.if();
  f.localGet(B).i64(0).localGet(t).op("i64.sub").op("i64.shl").localSet(g);
  f.localGet(B).localGet(t).op("i64.shr_u").localSet(B);
  f.end();
  f.end();
  f.localGet(SE_A).localGet(SE_B).op("i32.xor").i32(SIGN).op("i32.and").op("i32.eqz");
  f.if();
  f.localGet(A).localGet(B).op("i64.add").localTee(t).localGet(A).op("i64.lt_u");
  f.if();
  f.localGet(t).i64(63).op("i64.shl").localGet(g).i64(1).op("i64.shr_u").op("i64.or");
  f.localGet(g).i64(1).op("i64.and").op("i64.or").localSet(g);
  f.localGet(t).i64(1).op("i64.shr_u").i64(TOP_BIT).op("i64.or").localSet(t);
  f.localGet(exponent).i32(1).op("i32.add").localSet(exponent);
  f.end();
  f.else();
  f.localGet(A).localGet(B).op("i64.sub").localGet(g).op("i64.eqz").op("i32.eqz").op("i64.extend_i32_u");
  f.op("i64.sub").localSet(t);
  f.i64(0).localGet(g).op("i64.sub").localSet(g);
  f.localGet(t).op("i64.eqz");
  f.if();
  f.localGet(g).op("i64.eqz");
  f.if();
  f.i32(0).return().end();
  f.localGet(g).localSet(t).i64(0).localSet(g);
  f.localGet(exponent).i32(64).op("i32.sub").localSet(exponent);
  f.end();
  f.localGet(t).op("i64.clz").localTee(B).op("i64.eqz").op("i32.eqz");
  f.if();
  f.localGet(t).localGet(B).op("i64.shl").localGet(g).i64(0).localGet(B).op("i64.sub").op("i64.shr_u");
  f.op("i64.or").localSet(t);
  f.localGet(g).localGet(B).op("i64.shl").localSet(g);
  f.localGet(exponent).localGet(B).op("i32.wrap_i64").op("i32.sub").localSet(exponent);
  f.end();
  f.end();
  f.localGet(CPU)
    .localGet(TO)
    .localGet(SE_A)
    .i32(SIGN)
    .op("i32.and")
    .localGet(exponent)
    .localGet(t)
    .localGet(g);
  f.returnCall(calls.index("x87_finish"));
}

/** Pushes cpu, to and the sign of a product or quotient. */
function pushPlace(f: FunctionBuilder): void {
  f.localGet(CPU).localGet(TO).localGet(SE_A).localGet(SE_B).op("i32.xor").i32(SIGN).op("i32.and");
}

function writeProduct(f: FunctionBuilder, calls: RuntimeCalls): void {
  const [exponent, high, low] = [f.local("i32"), f.local("i64"), f.local("i64")];
  refuseAbnormal(f, SE_A, A);
  refuseAbnormal(f, SE_B, B);
  f.localGet(SE_A).i32(MAX).op("i32.and").localGet(SE_B).i32(MAX).op("i32.and").op("i32.add");
  f.i32(BIAS - 1)
    .op("i32.sub")
    .localSet(exponent);
  f.localGet(A).localGet(B).op("i64.mul").localSet(low);
  f.localGet(A).localGet(B).call(calls.index("mulhu64")).localTee(high).i64(0).op("i64.ge_s");
  f.if();
  f.localGet(high).i64(1).op("i64.shl").localGet(low).i64(63).op("i64.shr_u").op("i64.or").localSet(high);
  f.localGet(low).i64(1).op("i64.shl").localSet(low);
  f.localGet(exponent).i32(1).op("i32.sub").localSet(exponent);
  f.end();
  pushPlace(f);
  f.localGet(exponent).localGet(high).localGet(low).returnCall(calls.index("x87_finish"));
}

function writeQuotient(f: FunctionBuilder, calls: RuntimeCalls): void {
  const [exponent, high, low, rest] = [f.local("i32"), f.local("i64"), f.local("i64"), f.local("i64")];
  refuseAbnormal(f, SE_A, A);
  refuseAbnormal(f, SE_B, B);
  f.localGet(SE_A).i32(MAX).op("i32.and").localGet(SE_B).i32(MAX).op("i32.and").op("i32.sub");
  f.i32(BIAS - 1)
    .op("i32.add")
    .localSet(exponent);
  f.localGet(A).localSet(high);
  f.localGet(A).localGet(B).op("i64.ge_u");
  f.if();
  f.localGet(A).i64(1).op("i64.shr_u").localSet(high).localGet(A).i64(63).op("i64.shl").localSet(low);
  f.localGet(exponent).i32(1).op("i32.add").localSet(exponent);
  f.end();
  f.localGet(high).localGet(low).localGet(B).call(calls.index("remu128")).localSet(rest);
  pushPlace(f);
  f.localGet(exponent).localGet(high).localGet(low).localGet(B).call(calls.index("divu128"));
  // The guard: less than, exactly or more than half, or nothing. The rest is compared with what would double to the divisor.
  f.i64(0).i64(1).localGet(rest).op("i64.eqz").select();
  f.i64(TOP_BIT);
  f.localGet(B).localGet(rest).op("i64.sub").localTee(low).localGet(rest).op("i64.eq").op("i64.extend_i32_u");
  f.i64(1).op("i64.xor").op("i64.or");
  f.localGet(rest).localGet(low).op("i64.lt_u").select();
  f.returnCall(calls.index("x87_finish"));
}
