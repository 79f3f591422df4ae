/**
 * x87 loads, stores and exchanges in wasm: real numbers of 32 and 64 bits, integers, registers.
 * SDM vol. 1 §4.8.4 (rounding), §8.2 (data types).
 */
import * as S from "../isa/state.ts";
import { at } from "./code.ts";
import { CPU, FLAGS, PLACE, TRUNCATES, X87Frame } from "./x87-frame.ts";
import { BIAS, MAX, pushAway, refuseInexact, reportRounding, SIGN } from "./x87-numbers.ts";

export class X87Moves extends X87Frame {
  load(bits: 32 | 64): void {
    const f = this.f;
    const n = this.physical(() => f.i32(7));
    this.refuseEmpty(n, true);
    const { se, s } = this.extend(bits);
    this.put(
      n,
      () => f.localGet(s),
      () => f.localGet(se),
    );
    this.push(n);
    this.done(true, false);
  }
  loadInteger(bits: number): void {
    const f = this.f;
    const n = this.physical(() => f.i32(7));
    this.refuseEmpty(n, true);
    const [x, zeros, se] = [f.local("i64"), f.local("i64"), f.local("i32")];
    f.localGet(PLACE).op(bits === 64 ? "i64.load" : bits === 32 ? "i64.load32_s" : "i64.load16_s", at(0));
    f.localTee(x).op("i64.eqz").op("i32.eqz");
    f.if();
    f.i32(0).i32(SIGN).localGet(x).i64(0).op("i64.ge_s").select().localSet(se);
    f.i64(0).localGet(x).op("i64.sub").localGet(x).localGet(se).select().localTee(x);
    f.op("i64.clz").localSet(zeros);
    f.localGet(x).localGet(zeros).op("i64.shl").localSet(x);
    f.localGet(se)
      .i32(BIAS + 63)
      .localGet(zeros)
      .op("i32.wrap_i64")
      .op("i32.sub")
      .op("i32.or")
      .localSet(se);
    f.end();
    this.put(
      n,
      () => f.localGet(x),
      () => f.localGet(se),
    );
    this.push(n);
    this.done(true, false);
  }

  store(bits: 32 | 64): void {
    const f = this.f;
    const { se, s } = this.top();
    const [fraction, most, bias] = bits === 64 ? [52, 0x7ff, BIAS - 1023] : [23, 0xff, BIAS - 127];
    const drop = 63 - fraction;
    const [sign, exponent, g, fcw, away, unit, x] = [
      f.local("i32"),
      f.local("i32"),
      f.local("i64"),
      f.local("i32"),
      f.local("i32"),
      f.local("i64"),
      f.local("i64"),
    ];
    f.localGet(se).i32(SIGN).op("i32.and").localSet(sign);
    f.localGet(se)
      .i32(MAX)
      .op("i32.and")
      .op("i64.extend_i32_u")
      .localGet(s)
      .op("i64.or")
      .op("i64.eqz")
      .op("i32.eqz");
    f.if();
    f.localGet(se).i32(MAX).op("i32.and").i32(bias).op("i32.sub").localTee(exponent);
    // From 2 to two below the top: rounding reaches neither end.
    f.i32(2)
      .op("i32.sub")
      .i32(most - 3)
      .op("i32.ge_u");
    f.localGet(s).i64(0).op("i64.ge_s").op("i32.or");
    this.refuse();
    f.localGet(CPU).op("i32.load16_u", at(S.FCW)).localSet(fcw);
    f.localGet(s)
      .i64(64 - drop)
      .op("i64.shl")
      .localSet(g);
    f.i64(1n << BigInt(drop)).localSet(unit);
    pushAway(f, { fcw, sign, s, g, unit });
    f.localSet(away);
    refuseInexact(f, fcw, g);
    // The leading bit is one more in the exponent, as is a carry out of the fraction.
    f.localGet(exponent).i32(1).op("i32.sub").op("i64.extend_i32_u").i64(fraction).op("i64.shl");
    f.localGet(s).i64(drop).op("i64.shr_u").op("i64.add").localGet(away).op("i64.extend_i32_u").op("i64.add");
    f.localSet(x);
    f.end();
    f.localGet(PLACE).localGet(x).localGet(sign).op("i64.extend_i32_u");
    f.i64(bits - 16)
      .op("i64.shl")
      .op("i64.or");
    f.op(bits === 64 ? "i64.store" : "i64.store32", at(0));
    reportRounding(f, g, away);
    this.done(true, true);
  }
  storeInteger(bits: number): void {
    const f = this.f;
    const { se, s } = this.top();
    const [sign, g, fcw, away, unit, x, shift] = [
      f.local("i32"),
      f.local("i64"),
      f.local("i32"),
      f.local("i32"),
      f.local("i64"),
      f.local("i64"),
      f.local("i64"),
    ];
    // From 1 to below half of the least power of two that does not fit.
    f.localGet(se)
      .i32(MAX)
      .op("i32.and")
      .i32(BIAS)
      .op("i32.sub")
      .i32(bits - 2)
      .op("i32.ge_u");
    f.localGet(s).i64(0).op("i64.ge_s").op("i32.or");
    this.refuse();
    f.localGet(se).i32(SIGN).op("i32.and").localSet(sign);
    f.i32(BIAS + 63)
      .localGet(se)
      .i32(MAX)
      .op("i32.and")
      .op("i32.sub")
      .op("i64.extend_i32_u")
      .localSet(shift);
    f.localGet(s).localGet(shift).op("i64.shr_u").localSet(x);
    f.localGet(s).i64(0).localGet(shift).op("i64.sub").op("i64.shl").localSet(g);
    f.i64(1).localSet(unit);
    f.localGet(CPU).op("i32.load16_u", at(S.FCW)).localGet(FLAGS).i32(TRUNCATES).op("i32.and");
    // Rounding control 3 is towards zero; TRUNCATES is 2.
    f.i32(9).op("i32.shl").i32(3).op("i32.mul").op("i32.or").localSet(fcw);
    pushAway(f, { fcw, sign, s: x, g, unit });
    f.localSet(away);
    refuseInexact(f, fcw, g);
    f.localGet(x).localGet(away).op("i64.extend_i32_u").op("i64.add").localSet(x);
    f.localGet(PLACE);
    f.i64(0).localGet(x).op("i64.sub").localGet(x).localGet(sign).select();
    f.op(bits === 64 ? "i64.store" : bits === 32 ? "i64.store32" : "i64.store16", at(0));
    reportRounding(f, g, away);
    this.done(true, true);
  }

  loadRegister(): void {
    const f = this.f;
    const n = this.physical(() => f.i32(7));
    const from = this.physical(this.pushI);
    this.refuseEmpty(n, true);
    this.refuseEmpty(from);
    this.put(
      n,
      () => this.pushSignificand(from),
      () => this.pushSignExponent(from),
    );
    this.push(n);
    this.done(false, false);
  }
  storeRegister(): void {
    const f = this.f;
    const to = this.physical(this.pushI);
    const from = this.physical(() => f.i32(0));
    this.refuseEmpty(from);
    this.put(
      to,
      () => this.pushSignificand(from),
      () => this.pushSignExponent(from),
    );
    this.valid(to);
    this.clearC1();
    this.storeStatus();
    this.done(false, true);
  }
  exchange(): void {
    const f = this.f;
    const a = this.physical(() => f.i32(0));
    const b = this.physical(this.pushI);
    this.refuseEmpty(a);
    this.refuseEmpty(b);
    const [se, s] = [f.local("i32"), f.local("i64")];
    this.pushSignExponent(a);
    f.localSet(se);
    this.pushSignificand(a);
    f.localSet(s);
    this.put(
      a,
      () => this.pushSignificand(b),
      () => this.pushSignExponent(b),
    );
    this.put(
      b,
      () => f.localGet(s),
      () => f.localGet(se),
    );
    this.valid(a);
    this.valid(b);
    this.clearC1();
    this.storeStatus();
    this.done(false, false);
  }
}
