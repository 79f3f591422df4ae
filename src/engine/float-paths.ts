/**
 * SSE floating point in wasm: exact for ordinary values, else by JavaScript.
 *
 * Wasm rounds to nearest and reports nothing. A path is taken where that is right:
 * - no operand is a NaN or denormal (which raise exceptions, or are taken for zero), and what overflows, divides by zero or
 *   may be tiny is refused, so that inexact is the only exception that can occur: DAZ, FTZ and the other masks do not matter;
 * - rounding is to nearest, where rounding matters at all;
 * - the result is exact, or the inexact exception is masked and already recorded (PM and PE set).
 * Exactness is known from the operands: the significant bits of a product are those of its factors together, or one
 * less; quotients and roots multiply back; a sum's error is itself a number (Knuth, TAOCP vol. 2, §4.2.2).
 */
import { FP } from "../isa/fp.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";
import { typeOf } from "./node.ts";
import { FLOAT_PATHS, type FloatPath, type RuntimeCalls, type RuntimeFunction } from "./runtime-calls.ts";

const IDS = new Map(Object.keys(FP).map((name, i) => [name, i]));

/** mxcsr: rounding control; masked and recorded inexact exception. */
const RC = 0x6000;
const PM_PE = 0x1020;

export function writeFloatPaths(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  for (const name of FLOAT_PATHS) {
    const path = new Path(get(name), name);
    path.write();
    path.fallBack(calls);
  }
}

type Bits = 32 | 64;
/** Least normal number, significand bits below the leading one, quiet infinity's magnitude. */
const LEAST = { 32: 2 ** -126, 64: 2 ** -1022 } as const;
const FRACTION = { 32: 23, 64: 52 } as const;

/** Relations that make base predicates 0–15 true, four bits each: less 1, equal 2, greater 4, unordered 8. */
const RELATIONS = [2, 1, 3, 8, 13, 14, 12, 7, 10, 9, 11, 0, 5, 6, 4, 15].reduce(
  (all, relations, i) => all | (BigInt(relations) << BigInt(4 * i)),
  0n,
);

class Path {
  readonly f: FunctionBuilder;
  readonly #name: FloatPath;

  constructor(f: FunctionBuilder, name: FloatPath) {
    this.f = f;
    this.#name = name;
  }

  /** The way through JavaScript, for what the path has not returned from. */
  fallBack(calls: RuntimeCalls): void {
    const { f } = this;
    const { args, result } = FP[this.#name];
    args.forEach((w, i) => {
      const type = typeOf(w);
      f.localGet(0)
        .localGet(1 + i)
        .op(`${type}.store` as "i32.store", at(S.SCRATCH + 16 * i)); // as: stores exist for every value type
    });
    f.localGet(0)
      .i32(IDS.get(this.#name) ?? -1)
      .call(calls.index("fp"))
      .drop();
    f.localGet(0).op(`${typeOf(result)}.load` as "i32.load", at(S.SCRATCH)); // as: so do loads
  }

  write(): void {
    const [to, operation] = this.#name.split(".") as [string, string]; // as: names are "result.operation"
    const bits: Bits = to.endsWith("64") ? 64 : 32;
    const from: Bits = operation.endsWith("64") ? 64 : 32;
    switch (operation) {
      case "add":
      case "sub":
      case "mul":
      case "div":
      case "sqrt":
        this.#arithmetic(bits, operation);
        return;
      case "min":
      case "max":
        this.#minMax(bits, operation);
        return;
      case "ucomi":
      case "comi":
        this.#ordered(bits);
        return;
      case "cmp":
        this.#compare(bits);
        return;
      case "round":
        this.#round(bits);
        return;
      case "promote_f32":
        this.#promote();
        return;
      case "demote_f64":
        this.#demote();
        return;
      default:
        if (operation.startsWith("from_")) this.#fromInteger(from, bits);
        else this.#toInteger(from, bits, operation.startsWith("trunc"));
    }
  }

  // ------------------------------------------------------------------------------------------------------ pieces

  #op(type: "i" | "f", bits: Bits, name: string): void {
    // as: the callers' names exist for both widths; a wrong one throws in the writer
    this.f.op(`${type}${bits}.${name}` as "i32.add");
  }
  /** Pushes parameter `i` (1, 2) as a number. */
  #number(bits: Bits, i: number): void {
    this.f.localGet(i);
    this.#op("f", bits, `reinterpret_i${bits}`);
  }
  #integer(bits: Bits, n: bigint): void {
    if (bits === 64) this.f.i64(n);
    else this.f.i32(n);
  }
  #constant(bits: Bits, x: number): void {
    if (bits === 64) this.f.f64(x);
    else this.f.f32(x);
  }
  /** Pushes 1 if parameter `i` is neither denormal nor, with `nan`, a NaN. */
  #ordinary(bits: Bits, i: number, nan: boolean): void {
    const { f } = this;
    // Twice the magnitude, less one: zero wraps to the top, denormals stay at the bottom.
    f.localGet(i);
    this.#integer(bits, 1n);
    this.#op("i", bits, "shl");
    this.#integer(bits, 1n);
    this.#op("i", bits, "sub");
    this.#integer(bits, (1n << BigInt(FRACTION[bits] + 1)) - 1n);
    this.#op("i", bits, "ge_u");
    if (!nan) return;
    this.#number(bits, i);
    this.#number(bits, i);
    this.#op("f", bits, "eq");
    f.op("i32.and");
  }
  #bothOrdinary(bits: Bits): void {
    this.#ordinary(bits, 1, true);
    this.#ordinary(bits, 2, true);
    this.f.op("i32.and");
  }
  #mxcsr(mask: number, value: number): void {
    this.f.localGet(0).op("i32.load", at(S.MXCSR)).i32(mask).op("i32.and").i32(value).op("i32.eq");
  }
  /** Pushes how many zeros end the significand of a number's pattern, pushed before; all ones but the leading at most. */
  #zeros(bits: Bits): void {
    this.#integer(bits, 1n << BigInt(FRACTION[bits]));
    this.#op("i", bits, "or");
    this.#op("i", bits, "ctz");
  }
  /** Pushes 1 if the product of two patterns that `push` pushes needs no rounding. */
  #shortProduct(bits: Bits, a: () => void, b: () => void): void {
    a();
    this.#zeros(bits);
    b();
    this.#zeros(bits);
    this.#op("i", bits, "add");
    this.#integer(bits, BigInt(FRACTION[bits] + 1));
    this.#op("i", bits, "ge_u");
  }
  /** Returns integer local `r` if 1 has been pushed and rounding is no matter: exact by `exact`, or recorded already. */
  #returnIf(r: number, exact: () => void, nearest: boolean): void {
    const { f } = this;
    f.if();
    if (nearest) {
      this.#mxcsr(RC | PM_PE, PM_PE);
      f.if();
      f.localGet(r).return().end();
      this.#mxcsr(RC, 0);
      f.if();
    } else {
      this.#mxcsr(PM_PE, PM_PE);
      f.if();
      f.localGet(r).return().end();
    }
    exact();
    f.if();
    f.localGet(r).return().end();
    if (nearest) f.end();
    f.end();
  }

  // -------------------------------------------------------------------------------------------------- operations

  #arithmetic(bits: Bits, op: "add" | "sub" | "mul" | "div" | "sqrt"): void {
    const { f } = this;
    const r = f.local(`f${bits}`);
    const pattern = f.local(`i${bits}`);
    const binary = op !== "sqrt";
    this.#number(bits, 1);
    if (binary) this.#number(bits, 2);
    this.#op("f", bits, op);
    f.localTee(r);
    this.#op("i", bits, `reinterpret_f${bits}`);
    f.localSet(pattern);
    this.#ordinary(bits, 1, false);
    if (binary) {
      this.#ordinary(bits, 2, false);
      f.op("i32.and");
    }
    // A NaN anywhere makes the result one, which is not below infinity.
    f.localGet(r);
    this.#op("f", bits, "abs");
    this.#constant(bits, Number.POSITIVE_INFINITY);
    this.#op("f", bits, "lt");
    f.op("i32.and");
    // The least normal number may be a tiny one rounded up.
    f.localGet(r);
    this.#op("f", bits, "abs");
    this.#constant(bits, LEAST[bits]);
    this.#op("f", bits, "gt");
    this.#isExactZero(bits, op, r);
    f.op("i32.or").op("i32.and");
    this.#returnIf(pattern, () => this.#isExact(bits, op, r, pattern), true);
  }
  /** Pushes 1 if a zero result is one exactly. */
  #isExactZero(bits: Bits, op: "add" | "sub" | "mul" | "div" | "sqrt", r: number): void {
    const isZero = (push: () => void): void => {
      push();
      this.#constant(bits, 0);
      this.#op("f", bits, "eq");
    };
    // Sums never underflow to zero; roots neither.
    if (op === "mul" || op === "div") {
      isZero(() => this.#number(bits, 1));
      if (op === "mul") {
        isZero(() => this.#number(bits, 2));
        this.f.op("i32.or");
      }
    } else {
      isZero(() => this.f.localGet(r));
    }
  }
  #isExact(bits: Bits, op: "add" | "sub" | "mul" | "div" | "sqrt", r: number, pattern: number): void {
    const { f } = this;
    const a = (): void => void f.localGet(1);
    const b = (): void => void f.localGet(2);
    const result = (): void => void f.localGet(pattern);
    switch (op) {
      case "mul":
        this.#shortProduct(bits, a, b);
        break;
      case "div":
      case "sqrt":
        this.#shortProduct(bits, result, op === "div" ? b : result);
        f.localGet(r);
        if (op === "div") this.#number(bits, 2);
        else f.localGet(r);
        this.#op("f", bits, "mul");
        this.#number(bits, 1);
        this.#op("f", bits, "eq");
        f.op("i32.and");
        break;
      default: {
        // The part of r that came from b, and what either operand lost.
        const second = f.local(`f${bits}`);
        const part = f.local(`f${bits}`);
        this.#number(bits, 2);
        if (op === "sub") this.#op("f", bits, "neg");
        f.localSet(second).localGet(r);
        this.#number(bits, 1);
        this.#op("f", bits, "sub");
        f.localSet(part);
        this.#number(bits, 1);
        f.localGet(r).localGet(part);
        this.#op("f", bits, "sub");
        this.#op("f", bits, "sub");
        f.localGet(second).localGet(part);
        this.#op("f", bits, "sub");
        this.#op("f", bits, "add");
        this.#constant(bits, 0);
        this.#op("f", bits, "eq");
      }
    }
  }

  #minMax(bits: Bits, op: "min" | "max"): void {
    const { f } = this;
    this.#bothOrdinary(bits);
    f.if();
    f.localGet(1).localGet(2);
    this.#relation(bits, op === "min" ? "lt" : "gt");
    f.select().return().end();
  }
  #relation(bits: Bits, name: "lt" | "eq" | "gt"): void {
    this.#number(bits, 1);
    this.#number(bits, 2);
    this.#op("f", bits, name);
  }
  /** cf in bit 0, zf in bit 6. */
  #ordered(bits: Bits): void {
    const { f } = this;
    this.#bothOrdinary(bits);
    f.if();
    this.#relation(bits, "lt");
    this.#relation(bits, "eq");
    f.i32(6).op("i32.shl").op("i32.or").return().end();
  }
  #compare(bits: Bits): void {
    const { f } = this;
    this.#bothOrdinary(bits);
    f.if();
    this.#integer(bits, -1n);
    this.#integer(bits, 0n);
    f.i64(RELATIONS).localGet(3).i32(15).op("i32.and").i32(2).op("i32.shl").op("i64.extend_i32_u");
    f.op("i64.shr_u").op("i32.wrap_i64");
    this.#relation(bits, "lt");
    this.#relation(bits, "eq");
    f.i32(1).op("i32.shl").op("i32.or");
    this.#relation(bits, "gt");
    f.i32(2).op("i32.shl").op("i32.or").op("i32.and");
    f.select().return().end();
  }

  /** Whether number local `a` is integral is what exactness asks. */
  #round(bits: Bits): void {
    const { f } = this;
    const mode = f.local("i32");
    const r = f.local(`f${bits}`);
    f.localGet(0).op("i32.load", at(S.MXCSR)).i32(13).op("i32.shr_u").localGet(2);
    f.localGet(2).i32(4).op("i32.and").select().i32(3).op("i32.and").localSet(mode);
    // Modes 0 to 3, the last where none is taken before.
    (["nearest", "floor", "ceil", "trunc"] as const).forEach((name, i) => {
      if (i < 3) f.localGet(mode).i32(i).op("i32.eq").if();
      this.#number(bits, 1);
      this.#op("f", bits, name);
      f.localSet(r);
      if (i < 3) f.else();
    });
    f.end().end().end();
    this.#ordinary(bits, 1, true);
    f.if();
    f.localGet(r);
    this.#number(bits, 1);
    this.#op("f", bits, "eq");
    // Bit 3 keeps the inexact exception quiet.
    f.localGet(2).i32(8).op("i32.and").op("i32.or");
    this.#mxcsr(PM_PE, PM_PE);
    f.op("i32.or").if();
    f.localGet(r);
    this.#op("i", bits, `reinterpret_f${bits}`);
    f.return().end().end();
  }

  #promote(): void {
    const { f } = this;
    this.#ordinary(32, 1, true);
    f.if();
    this.#number(32, 1);
    f.op("f64.promote_f32").op("i64.reinterpret_f64").return().end();
  }
  #demote(): void {
    const { f } = this;
    const r = f.local("f32");
    const pattern = f.local("i32");
    this.#number(64, 1);
    f.op("f32.demote_f64").localTee(r).op("i32.reinterpret_f32").localSet(pattern);
    this.#ordinary(64, 1, false);
    f.localGet(r).op("f32.abs").f32(Number.POSITIVE_INFINITY).op("f32.lt");
    f.localGet(r).op("f32.abs").f32(LEAST[32]).op("f32.gt");
    this.#number(64, 1);
    f.f64(0).op("f64.eq").op("i32.or").op("i32.and").op("i32.and");
    const exact = (): void => {
      f.localGet(r).op("f64.promote_f32");
      this.#number(64, 1);
      f.op("f64.eq");
    };
    this.#returnIf(pattern, exact, true);
  }

  /** A denormal rounds to zero, exactly where it is taken for one: PE already recorded makes that alike. */
  #toInteger(from: Bits, to: Bits, truncate: boolean): void {
    const { f } = this;
    const r = f.local(`f${from}`);
    const result = f.local(`i${to}`);
    this.#number(from, 1);
    this.#op("f", from, truncate ? "trunc" : "nearest");
    f.localTee(r);
    const limit = 2 ** (to - 1);
    this.#constant(from, -limit);
    this.#op("f", from, "ge");
    f.localGet(r);
    this.#constant(from, limit);
    this.#op("f", from, "lt");
    f.op("i32.and").if();
    f.localGet(r);
    this.#op("i", to, `trunc_sat_f${from}_s`);
    f.localSet(result);
    const exact = (): void => {
      f.localGet(r);
      this.#number(from, 1);
      this.#op("f", from, "eq");
    };
    f.i32(1);
    this.#returnIf(result, exact, !truncate);
    f.end();
  }
  /** Integers of no more bits than the significand are exact. */
  #fromInteger(from: Bits, to: Bits): void {
    const { f } = this;
    const r = f.local(`i${to}`);
    f.localGet(1);
    this.#op("f", to, `convert_i${from}_s`);
    this.#op("i", to, `reinterpret_f${to}`);
    if (from < to) {
      f.return();
      return;
    }
    f.localSet(r).i32(1);
    const most = 1n << BigInt(FRACTION[to] + 1);
    const exact = (): void => {
      f.localGet(1);
      this.#integer(from, most);
      this.#op("i", from, "add");
      this.#integer(from, 2n * most);
      this.#op("i", from, "le_u");
    };
    this.#returnIf(r, exact, true);
  }
}
