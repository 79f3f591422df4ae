/**
 * The usual x87 instructions in wasm: loads, stores, FADD … FDIVR, FILD, FIST, FXCH, for ordinary numbers in 64-bit mode. A
 * path does all of its instruction and gives 1, or has touched nothing and gives 0: then the helper in TypeScript runs.
 *
 * It takes normal operands and results (loads and stores also zeros), no stack fault, no exception pending, none but
 * the inexact one raised and that masked, and precision 53 or 64. The same is done, without wasm, by isa/float/limbs.ts.
 * SDM vol. 1 §4.8.4 (rounding), §8.1 (registers, pointers).
 */
import type { Instruction } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";
import * as L from "./layout.ts";
import {
  type RuntimeCalls,
  type RuntimeFunction,
  X87_MEMORY,
  X87_REGISTERS,
  type X87Path,
} from "./runtime-calls.ts";
import {
  BIAS,
  C1,
  MAX,
  pushAway,
  refuseInexact,
  reportRounding,
  SIGN,
  TOP_BIT,
  writeX87Numbers,
} from "./x87-numbers.ts";

/** How an instruction runs in wasm, if it can: the function, bytes of its memory operand, and its stack registers. */
export interface QuickX87 {
  readonly path: X87Path;
  /** 0 without a memory operand. */
  readonly bytes: number;
  readonly writes: boolean;
  /** Flags for the function: POPS, TRUNCATES; for registers which of destination and source is st(i): DESTINATION, SOURCE. */
  readonly flags: number;
}
const POPS = 1;
const TRUNCATES = 2;
const DESTINATION = 4;
const SOURCE = 8;

/** The wasm form of `insn`, whose semantics calls helper `name`. */
export function quickX87(insn: Instruction, name: string): QuickX87 | undefined {
  if (insn.row.unit !== "x87" || insn.mode !== 64) return undefined;
  const operand = insn.operands[0];
  if (operand?.kind === "memory") {
    const base = name
      .replace(/Memory$/, "")
      .replace(/^(fistp|fisttp)$/, "fist")
      .replace(/^fstp$/, "fst");
    const path = `${base}${operand.width}` as X87Path; // as: looked up in the next line
    if (!(X87_MEMORY as readonly string[]).includes(path)) return undefined;
    const stores = base === "fst" || base === "fist";
    const flags = (stores && /t?p(Memory)?$/.test(name) ? POPS : 0) | (name === "fisttp" ? TRUNCATES : 0);
    return { path, bytes: operand.width / 8, writes: stores, flags };
  }
  const isIndexed = insn.row.operands.map(({ code }) => code === "STi");
  const pops = /^f(add|mul|subr?|divr?|st)p$/.test(name);
  const path = (pops ? name.slice(0, -1) : name) as X87Path; // as: looked up in the next line
  if (!(X87_REGISTERS as readonly string[]).includes(path)) return undefined;
  const flags = (isIndexed[0] ? DESTINATION : 0) | (isIndexed[1] ? SOURCE : 0) | (pops ? POPS : 0);
  return { path, bytes: 0, writes: false, flags };
}

/** The opcode as FOP has it, which the record of an x87 instruction keeps in place of an immediate. */
export const fopOf = (insn: Instruction): number => ((insn.row.opcode & 7) << 8) | insn.modrm;

export function writeX87Paths(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  writeX87Numbers(get, calls);
  for (const name of X87_MEMORY) {
    const path = new Path(get(name), calls);
    const bits = Number(/\d+$/.exec(name)?.[0]);
    const base = name.replace(/\d+$/, "");
    path.refusePending();
    if (base === "fld") path.load(bits === 32 ? 32 : 64);
    else if (base === "fild") path.loadInteger(bits);
    else if (base === "fst") path.store(bits === 32 ? 32 : 64);
    else if (base === "fist") path.storeInteger(bits);
    else path.arithmeticMemory(base, bits === 32 ? 32 : 64);
  }
  for (const name of X87_REGISTERS) {
    const path = new Path(get(name), calls);
    path.refusePending();
    if (name === "fld") path.loadRegister();
    else if (name === "fst") path.storeRegister();
    else if (name === "fxch") path.exchange();
    else path.arithmeticRegisters(name);
  }
}

// ------------------------------------------------------------------------------------------------- instructions

// cpu, record, place of the memory operand, its effective address, flags.
const CPU = 0;
const [RECORD, PLACE, ADDRESS, FLAGS] = [1, 2, 3, 4];

class Path {
  readonly #f: FunctionBuilder;
  readonly #calls: RuntimeCalls;
  readonly #fsw: number;
  constructor(f: FunctionBuilder, calls: RuntimeCalls) {
    this.#f = f;
    this.#calls = calls;
    this.#fsw = f.local("i32");
  }
  /** Gives 0 if an exception is pending, or recorded and not masked. */
  refusePending(): void {
    const f = this.#f;
    f.localGet(CPU).op("i32.load16_u", at(S.FSW)).localTee(this.#fsw);
    f.localGet(CPU)
      .op("i32.load16_u", at(S.FCW))
      .i32(0x3f)
      .op("i32.and")
      .i32(0xbf)
      .op("i32.xor")
      .op("i32.and");
    this.#refuse();
  }
  #refuse(): void {
    const f = this.#f;
    f.if();
    f.i32(0).return().end();
  }
  /** Number of the physical register that is st(i), `i` pushed by the argument. */
  #physical(i: () => void): number {
    const f = this.#f;
    const n = f.local("i32");
    f.localGet(this.#fsw).i32(11).op("i32.shr_u");
    i();
    f.op("i32.add").i32(7).op("i32.and").localSet(n);
    return n;
  }
  /** Gives 0 if physical register `n` is empty (or, with `full`, is not). */
  #refuseEmpty(n: number, full = false): void {
    const f = this.#f;
    f.localGet(CPU).op("i32.load16_u", at(S.FTW)).localGet(n).i32(1).op("i32.shl").op("i32.shr_u");
    f.i32(3)
      .op("i32.and")
      .i32(3)
      .op(full ? "i32.ne" : "i32.eq");
    this.#refuse();
  }
  /** Pushes the place of physical register `n`, less S.X87. */
  #pushRegister(n: number): void {
    this.#f.localGet(CPU).localGet(n).i32(4).op("i32.shl").op("i32.add");
  }
  #pushSignExponent(n: number): void {
    this.#pushRegister(n);
    this.#f.op("i32.load16_u", at(S.X87 + 8));
  }
  #pushSignificand(n: number): void {
    this.#pushRegister(n);
    this.#f.op("i64.load", at(S.X87));
  }
  readonly #pushI = (): void =>
    void this.#f.localGet(RECORD).op("i32.load8_u", at(L.RECORD_IMMEDIATE)).i32(7).op("i32.and");
  /** st(i) if the flag is set, else st(0). */
  #operand(flag: number): number {
    return this.#physical(() => {
      this.#pushI();
      this.#f.i32(0).localGet(FLAGS).i32(flag).op("i32.and").select();
    });
  }

  /** Instruction and data pointers; gives 1. Takes `pops` from the flags where they may say so. */
  #done(memory: boolean, pops: boolean): void {
    const f = this.#f;
    if (pops) {
      f.localGet(FLAGS).i32(POPS).op("i32.and");
      f.if();
      const top = f.local("i32");
      f.localGet(CPU).op("i32.load16_u", at(S.FSW)).localSet(this.#fsw);
      f.localGet(this.#fsw).i32(11).op("i32.shr_u").i32(7).op("i32.and").localSet(top);
      f.localGet(CPU).localGet(CPU).op("i32.load16_u", at(S.FTW));
      f.i32(3).localGet(top).i32(1).op("i32.shl").op("i32.shl").op("i32.or").op("i32.store16", at(S.FTW));
      this.#moveTop(1);
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
  /** Moves the top by `change`; local #fsw is the status word now. */
  #moveTop(change: number): void {
    const f = this.#f;
    f.localGet(CPU).localGet(this.#fsw).i32(~0x3800).op("i32.and");
    f.localGet(this.#fsw)
      .i32(change << 11)
      .op("i32.add")
      .i32(0x3800)
      .op("i32.and")
      .op("i32.or")
      .op("i32.store16", at(S.FSW));
  }
  /** Marks `n` valid. */
  #valid(n: number): void {
    const f = this.#f;
    f.localGet(CPU).localGet(CPU).op("i32.load16_u", at(S.FTW));
    f.i32(3).localGet(n).i32(1).op("i32.shl").op("i32.shl").i32(-1).op("i32.xor").op("i32.and");
    f.op("i32.store16", at(S.FTW));
  }
  /** Pushes as st(0) what has been put into register `n`, the one above the top; C1 becomes 0. */
  #push(n: number): void {
    this.#clearC1();
    this.#moveTop(-1);
    this.#valid(n);
  }
  /** Clears C1 in the local; the next store of the status word makes it so. */
  #clearC1(): void {
    this.#f.localGet(this.#fsw).i32(~C1).op("i32.and").localSet(this.#fsw);
  }
  #storeStatus(): void {
    this.#f.localGet(CPU).localGet(this.#fsw).op("i32.store16", at(S.FSW));
  }
  #put(n: number, s: () => void, se: () => void): void {
    this.#pushRegister(n);
    s();
    this.#f.op("i64.store", at(S.X87));
    this.#pushRegister(n);
    se();
    this.#f.op("i32.store", at(S.X87 + 8));
  }

  /** Reads the operand as an extended number into locals; gives 0 if it is not zero or normal. */
  #extend(bits: 32 | 64): { se: number; s: number } {
    const f = this.#f;
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
    this.#refuse();
    f.i64(0).localSet(s);
    f.else();
    f.localGet(se).i32(most).op("i32.eq");
    this.#refuse();
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
  load(bits: 32 | 64): void {
    const f = this.#f;
    const n = this.#physical(() => f.i32(7));
    this.#refuseEmpty(n, true);
    const { se, s } = this.#extend(bits);
    this.#put(
      n,
      () => f.localGet(s),
      () => f.localGet(se),
    );
    this.#push(n);
    this.#done(true, false);
  }
  loadInteger(bits: number): void {
    const f = this.#f;
    const n = this.#physical(() => f.i32(7));
    this.#refuseEmpty(n, true);
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
    this.#put(
      n,
      () => f.localGet(x),
      () => f.localGet(se),
    );
    this.#push(n);
    this.#done(true, false);
  }

  /** st(0) in locals: number, sign and exponent, significand. Refuses an empty register. */
  #top(): { n: number; se: number; s: number } {
    const f = this.#f;
    const n = this.#physical(() => f.i32(0));
    this.#refuseEmpty(n);
    const [se, s] = [f.local("i32"), f.local("i64")];
    this.#pushSignExponent(n);
    f.localSet(se);
    this.#pushSignificand(n);
    f.localSet(s);
    return { n, se, s };
  }
  store(bits: 32 | 64): void {
    const f = this.#f;
    const { se, s } = this.#top();
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
    this.#refuse();
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
    this.#done(true, true);
  }
  storeInteger(bits: number): void {
    const f = this.#f;
    const { se, s } = this.#top();
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
    this.#refuse();
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
    this.#done(true, true);
  }

  /** Pushes cpu, the place of `to`, and operands a and b in the operation's order, calls it, and refuses if it does. */
  #operate(name: string, to: number, a: () => void, b: () => void): void {
    const f = this.#f;
    f.localGet(CPU);
    this.#pushRegister(to);
    f.i32(S.X87).op("i32.add");
    if (name.endsWith("r")) {
      b();
      a();
    } else {
      a();
      b();
    }
    const core = name.startsWith("fmul")
      ? "x87_product"
      : name.startsWith("fdiv")
        ? "x87_quotient"
        : "x87_sum";
    f.call(this.#calls.index(core)).op("i32.eqz");
    this.#refuse();
    // The helper marks a quotient's register, as it does whatever it writes the slow way.
    if (name.startsWith("fdiv")) this.#valid(to);
  }
  /** Pushes an operand; a subtrahend's sign is flipped. */
  #pushNumber(name: string, second: boolean, se: () => void, s: () => void): void {
    const subtrahend = name === "fsub" ? second : name === "fsubr" ? !second : false;
    se();
    if (subtrahend) this.#f.i32(SIGN).op("i32.xor");
    s();
  }
  arithmeticMemory(name: string, bits: 32 | 64): void {
    const f = this.#f;
    const { n, se, s } = this.#top();
    const other = this.#extend(bits);
    const push = (second: boolean, x: { se: number; s: number }) => (): void =>
      this.#pushNumber(
        name,
        second,
        () => f.localGet(x.se),
        () => f.localGet(x.s),
      );
    this.#operate(name, n, push(false, { se, s }), push(true, other));
    this.#done(true, false);
  }
  arithmeticRegisters(name: string): void {
    const to = this.#operand(DESTINATION);
    const from = this.#operand(SOURCE);
    this.#refuseEmpty(to);
    this.#refuseEmpty(from);
    const push = (second: boolean, n: number) => (): void =>
      this.#pushNumber(
        name,
        second,
        () => this.#pushSignExponent(n),
        () => this.#pushSignificand(n),
      );
    this.#operate(name, to, push(false, to), push(true, from));
    this.#done(false, true);
  }

  loadRegister(): void {
    const f = this.#f;
    const n = this.#physical(() => f.i32(7));
    const from = this.#physical(this.#pushI);
    this.#refuseEmpty(n, true);
    this.#refuseEmpty(from);
    this.#put(
      n,
      () => this.#pushSignificand(from),
      () => this.#pushSignExponent(from),
    );
    this.#push(n);
    this.#done(false, false);
  }
  storeRegister(): void {
    const f = this.#f;
    const to = this.#physical(this.#pushI);
    const from = this.#physical(() => f.i32(0));
    this.#refuseEmpty(from);
    this.#put(
      to,
      () => this.#pushSignificand(from),
      () => this.#pushSignExponent(from),
    );
    this.#valid(to);
    this.#clearC1();
    this.#storeStatus();
    this.#done(false, true);
  }
  exchange(): void {
    const f = this.#f;
    const a = this.#physical(() => f.i32(0));
    const b = this.#physical(this.#pushI);
    this.#refuseEmpty(a);
    this.#refuseEmpty(b);
    const [se, s] = [f.local("i32"), f.local("i64")];
    this.#pushSignExponent(a);
    f.localSet(se);
    this.#pushSignificand(a);
    f.localSet(s);
    this.#put(
      a,
      () => this.#pushSignificand(b),
      () => this.#pushSignExponent(b),
    );
    this.#put(
      b,
      () => f.localGet(s),
      () => f.localGet(se),
    );
    this.#valid(a);
    this.#valid(b);
    this.#clearC1();
    this.#storeStatus();
    this.#done(false, false);
  }
}
