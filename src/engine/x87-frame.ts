/**
 * What x87 paths have in common: the register stack with its tags and top, the status word, the operand in memory, and
 * the pointers that an instruction leaves behind. A path that cannot go on refuses: it returns 0 and has touched nothing.
 * SDM vol. 1 §8.1 (registers, pointers).
 */
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";
import * as L from "./layout.ts";
import type { RuntimeCalls } from "./runtime-calls.ts";
import { BIAS, C1, SIGN, TOP_BIT } from "./x87-numbers.ts";

/** Parameters of a path: the CPU block, the record, the place of the memory operand, its effective address, flags. */
export const CPU = 0;
export const RECORD = 1;
export const PLACE = 2;
export const ADDRESS = 3;
export const FLAGS = 4;

/** Flags: it pops; it rounds towards zero whatever FCW says; the operation's destination, its source is st(i), not st(0). */
export const POPS = 1;
export const TRUNCATES = 2;
export const DESTINATION = 4;
export const SOURCE = 8;

export class X87Frame {
  protected readonly f: FunctionBuilder;
  protected readonly calls: RuntimeCalls;
  /** Local with the status word as it was, less what `clearC1` took. */
  protected readonly fsw: number;

  /** Begins a path in `f`: refuses while an exception is pending. */
  constructor(f: FunctionBuilder, calls: RuntimeCalls) {
    this.f = f;
    this.calls = calls;
    this.fsw = f.local("i32");
    this.#refusePending();
  }
  /** Pending is also what has been recorded and is not masked. */
  #refusePending(): void {
    const f = this.f;
    f.localGet(CPU).op("i32.load16_u", at(S.FSW)).localTee(this.fsw);
    f.localGet(CPU)
      .op("i32.load16_u", at(S.FCW))
      .i32(0x3f)
      .op("i32.and")
      .i32(0xbf)
      .op("i32.xor")
      .op("i32.and");
    this.refuse();
  }
  /** Refuses if what has been pushed is not 0. */
  protected refuse(): void {
    const f = this.f;
    f.if();
    f.i32(0).return().end();
  }
  /** Number of the physical register that is st(i), `i` pushed by the argument. */
  protected physical(i: () => void): number {
    const f = this.f;
    const n = f.local("i32");
    f.localGet(this.fsw).i32(11).op("i32.shr_u");
    i();
    f.op("i32.add").i32(7).op("i32.and").localSet(n);
    return n;
  }
  /** Refuses if physical register `n` is empty (or, with `full`, is not). */
  protected refuseEmpty(n: number, full = false): void {
    const f = this.f;
    f.localGet(CPU).op("i32.load16_u", at(S.FTW)).localGet(n).i32(1).op("i32.shl").op("i32.shr_u");
    f.i32(3)
      .op("i32.and")
      .i32(3)
      .op(full ? "i32.ne" : "i32.eq");
    this.refuse();
  }
  /** Pushes the place of physical register `n`, less S.X87. */
  protected pushRegister(n: number): void {
    this.f.localGet(CPU).localGet(n).i32(4).op("i32.shl").op("i32.add");
  }
  protected pushSignExponent(n: number): void {
    this.pushRegister(n);
    this.f.op("i32.load16_u", at(S.X87 + 8));
  }
  protected pushSignificand(n: number): void {
    this.pushRegister(n);
    this.f.op("i64.load", at(S.X87));
  }
  /** Pushes the i of st(i). */
  protected readonly pushI = (): void =>
    void this.f.localGet(RECORD).op("i32.load8_u", at(L.RECORD_IMMEDIATE)).i32(7).op("i32.and");
  /** st(i) if the flag is set, else st(0). */
  protected operand(flag: number): number {
    return this.physical(() => {
      this.pushI();
      this.f.i32(0).localGet(FLAGS).i32(flag).op("i32.and").select();
    });
  }

  /** Instruction and data pointers; gives 1. Takes `pops` from the flags where they may say so. */
  protected done(memory: boolean, pops: boolean): void {
    const f = this.f;
    if (pops) {
      f.localGet(FLAGS).i32(POPS).op("i32.and");
      f.if();
      const top = f.local("i32");
      f.localGet(CPU).op("i32.load16_u", at(S.FSW)).localSet(this.fsw);
      f.localGet(this.fsw).i32(11).op("i32.shr_u").i32(7).op("i32.and").localSet(top);
      f.localGet(CPU).localGet(CPU).op("i32.load16_u", at(S.FTW));
      f.i32(3).localGet(top).i32(1).op("i32.shl").op("i32.shl").op("i32.or").op("i32.store16", at(S.FTW));
      this.moveTop(1);
      f.end();
    }
    f.localGet(CPU).localGet(CPU).op("i64.load", at(S.RIP));
    f.localGet(RECORD).op("i64.load16_u", at(L.RECORD_START)).op("i64.add").op("i64.store", at(S.FIP));
    f.localGet(CPU)
      .localGet(CPU)
      .op("i32.load16_u", at(S.segmentOffset(S.CS) + S.SEGMENT_SELECTOR));
    f.op("i32.store16", at(S.FCS));
    f.localGet(CPU).localGet(RECORD).op("i32.load16_u", at(L.RECORD_IMMEDIATE)).op("i32.store16", at(S.FOP));
    if (memory) {
      f.localGet(CPU).localGet(ADDRESS).op("i64.store", at(S.FDP));
      f.localGet(CPU)
        .localGet(CPU)
        .localGet(RECORD)
        .op("i32.load8_u", at(L.RECORD_SCALE + 1));
      f.i32(5).op("i32.shl").op("i32.add");
      f.op("i32.load16_u", at(S.SEGMENTS + S.SEGMENT_SELECTOR)).op("i32.store16", at(S.FDS));
    }
    f.i32(1);
  }
  /** Moves the top by `change`; local fsw is the status word now. */
  protected moveTop(change: number): void {
    const f = this.f;
    f.localGet(CPU).localGet(this.fsw).i32(~0x3800).op("i32.and");
    f.localGet(this.fsw)
      .i32(change << 11)
      .op("i32.add")
      .i32(0x3800)
      .op("i32.and")
      .op("i32.or")
      .op("i32.store16", at(S.FSW));
  }
  /** Marks `n` valid. */
  protected valid(n: number): void {
    const f = this.f;
    f.localGet(CPU).localGet(CPU).op("i32.load16_u", at(S.FTW));
    f.i32(3).localGet(n).i32(1).op("i32.shl").op("i32.shl").i32(-1).op("i32.xor").op("i32.and");
    f.op("i32.store16", at(S.FTW));
  }
  /** Pushes as st(0) what has been put into register `n`, the one above the top; C1 becomes 0. */
  protected push(n: number): void {
    this.clearC1();
    this.moveTop(-1);
    this.valid(n);
  }
  /** Clears C1 in the local; the next store of the status word makes it so. */
  protected clearC1(): void {
    this.f.localGet(this.fsw).i32(~C1).op("i32.and").localSet(this.fsw);
  }
  protected storeStatus(): void {
    this.f.localGet(CPU).localGet(this.fsw).op("i32.store16", at(S.FSW));
  }
  /** Fills register `n`: significand, then sign and exponent, pushed by the arguments. */
  protected put(n: number, s: () => void, se: () => void): void {
    this.pushRegister(n);
    s();
    this.f.op("i64.store", at(S.X87));
    this.pushRegister(n);
    se();
    this.f.op("i32.store", at(S.X87 + 8));
  }

  /** Reads the operand as an extended number into locals; refuses what is neither zero nor normal. */
  protected extend(bits: 32 | 64): { se: number; s: number } {
    const f = this.f;
    const [se, s, x] = [f.local("i32"), f.local("i64"), f.local("i64")];
    const [fraction, most, bias] = bits === 64 ? [52, 0x7ff, BIAS - 1023] : [23, 0xff, BIAS - 127];
    f.localGet(PLACE)
      .op(bits === 64 ? "i64.load" : "i64.load32_u", at(0))
      .localTee(x);
    f.i64(fraction).op("i64.shr_u").op("i32.wrap_i64").i32(most).op("i32.and").localSet(se);
    f.localGet(x)
      .i64(63 - fraction)
      .op("i64.shl")
      .i64(TOP_BIT)
      .op("i64.or")
      .localSet(s);
    f.localGet(se).op("i32.eqz");
    f.if();
    f.localGet(s).i64(1).op("i64.shl").op("i64.eqz").op("i32.eqz");
    this.refuse();
    f.i64(0).localSet(s);
    f.else();
    f.localGet(se).i32(most).op("i32.eq");
    this.refuse();
    f.localGet(se).i32(bias).op("i32.add").localSet(se);
    f.end();
    f.localGet(se)
      .localGet(x)
      .i64(bits - 16)
      .op("i64.shr_u")
      .op("i32.wrap_i64")
      .i32(SIGN)
      .op("i32.and")
      .op("i32.or")
      .localSet(se);
    return { se, s };
  }
  /** st(0) in locals: number, sign and exponent, significand. Refuses an empty register. */
  protected top(): { n: number; se: number; s: number } {
    const f = this.f;
    const n = this.physical(() => f.i32(0));
    this.refuseEmpty(n);
    const [se, s] = [f.local("i32"), f.local("i64")];
    this.pushSignExponent(n);
    f.localSet(se);
    this.pushSignificand(n);
    f.localSet(s);
    return { n, se, s };
  }
}
