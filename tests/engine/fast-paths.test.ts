/*
 * The wasm forms of pure and floating-point functions against their definitions: random and edge arguments, every
 * rounding mode, masks, DAZ and FTZ. Where a floating-point form does not ask JavaScript, the definition must raise
 * nothing that mxcsr does not already record, masked.
 */
import { describe, expect, it } from "vitest";
import { at } from "../../src/engine/code.ts";
import { typeOf } from "../../src/engine/node.ts";
import { buildRuntime } from "../../src/engine/runtime.ts";
import {
  FLOAT_PATHS,
  HOST_FUNCTIONS,
  PURE_PATHS,
  RuntimeCalls,
  type RuntimeFunction,
} from "../../src/engine/runtime-calls.ts";
import { FP, type FpContext, type FpFunction, settle } from "../../src/isa/fp.ts";
import { PURE, type PureFunction } from "../../src/isa/pure.ts";
import * as S from "../../src/isa/state.ts";
import type { Width } from "../../src/isa/width.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import { functionType } from "../../src/wasm/types.ts";

/** xorshift, 64 bits. */
class Random {
  #state: bigint;
  constructor(seed: bigint) {
    this.#state = seed;
  }
  bits(): bigint {
    let x = this.#state;
    x ^= BigInt.asUintN(64, x << 13n);
    x ^= x >> 7n;
    x ^= BigInt.asUintN(64, x << 17n);
    this.#state = x;
    return x;
  }
  below(n: number): number {
    return Number((this.bits() >> 11n) % BigInt(n));
  }
}

/** Arguments lie at ARGUMENTS, 16 bytes each, the result at RESULT; the CPU block is at 0. */
const ARGUMENTS = 0x2000;
const RESULT = 0x2100;

class Functions {
  readonly view: DataView;
  /** What JavaScript was asked for. */
  asked = 0;
  readonly #exports: WebAssembly.Exports;

  constructor() {
    const memory = new WebAssembly.Memory({ initial: 1 });
    this.view = new DataView(memory.buffer);
    const host = Object.fromEntries(Object.keys(HOST_FUNCTIONS).map((name) => [name, () => 0]));
    const fp = (_cpu: number, id: number): number => this.#fp(id);
    const runtime = new WebAssembly.Instance(new WebAssembly.Module(buildRuntime()), {
      vitrine: { memory, ...host, fp },
    });
    const m = new ModuleBuilder();
    m.importMemory("vitrine", "memory", { initial: 1 });
    const calls = new RuntimeCalls(m);
    const wrap = (name: RuntimeFunction, { args, result }: PureFunction | FpFunction, cpu: boolean): void => {
      const f = m.function(functionType("->"), name);
      f.i32(RESULT);
      if (cpu) f.i32(0);
      args.forEach((w, i) => {
        f.i32(ARGUMENTS + 16 * i).op(`${typeOf(w)}.load` as "i32.load", at(0)); // as: every type has a load
      });
      f.call(calls.index(name)).op(`${typeOf(result)}.store` as "i32.store", at(0)); // as: and a store
      m.export(name, f);
    };
    for (const name of PURE_PATHS) wrap(name, PURE[name], false);
    for (const name of FLOAT_PATHS) wrap(name, FP[name], true);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(m.finish()), {
      vitrine: { memory, ...host, fp, ...runtime.exports },
    });
    this.#exports = instance.exports;
  }
  #read(place: number, w: Width): bigint {
    const low = this.view.getBigUint64(place, true);
    return BigInt.asUintN(w, low | (this.view.getBigUint64(place + 8, true) << 64n));
  }
  #fp(id: number): number {
    this.asked++;
    const f: FpFunction | undefined = Object.values(FP)[id];
    if (f === undefined) throw new Error(`function ${id}`);
    const context: FpContext = { mxcsr: this.view.getUint32(S.MXCSR, true), raised: 0 };
    const result = f.evaluate(context, ...f.args.map((w, i) => this.#read(S.SCRATCH + 16 * i, w)));
    this.view.setBigUint64(S.SCRATCH, BigInt.asUintN(64, result), true);
    return 0;
  }
  call(name: RuntimeFunction, f: PureFunction | FpFunction, args: readonly bigint[]): bigint {
    args.forEach((a, i) => {
      this.view.setBigUint64(ARGUMENTS + 16 * i, BigInt.asUintN(64, a), true);
      this.view.setBigUint64(ARGUMENTS + 16 * i + 8, a >> 64n, true);
    });
    // as: the wrappers are made so
    (this.#exports[name] as () => void)();
    return this.#read(RESULT, f.result);
  }
}
const functions = new Functions();

const hex = (values: readonly bigint[]): string => values.map((v) => v.toString(16)).join(" ");

// ---------------------------------------------------------------------------------------------------------- pure

const EDGES = [
  0n,
  1n,
  2n,
  0x7fffffffn,
  0xffffffffn,
  1n << 32n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];

function pureArgument(r: Random, w: Width): bigint {
  const part = (): bigint => {
    switch (r.below(4)) {
      case 0:
        return EDGES[r.below(EDGES.length)] ?? 0n;
      case 1:
        return r.bits() >> BigInt(r.below(64));
      case 2:
        return BigInt.asUintN(64, -(r.bits() >> BigInt(r.below(64))));
      default:
        return r.bits();
    }
  };
  return BigInt.asUintN(w, (part() << 64n) | part());
}

describe("pure functions in wasm", () => {
  it.each(PURE_PATHS)("%s", (name) => {
    const f: PureFunction = PURE[name];
    const overflows =
      name.startsWith("divs128") || name === "rems128" ? "divs128_overflows" : "divu128_overflows";
    const divides = /^(div|rem)[us]128$/.test(name);
    const r = new Random(12345n);
    for (let i = 0; i < 3000; i++) {
      const args = f.args.map((w) => pureArgument(r, w));
      // Quotients that do not fit are never asked for.
      if (divides && PURE[overflows].evaluate(args[0]!, args[1]!, args[2]!) !== 0n) continue;
      const got = functions.call(name, f, args);
      const wanted = BigInt.asUintN(f.result, f.evaluate(...args));
      if (got !== wanted) expect.fail(`${name} ${hex(args)}: ${hex([got])}, not ${hex([wanted])}`);
    }
  });

  it("every entry of the AES substitution boxes", () => {
    for (const name of ["aesenclast", "aesdeclast"] as const) {
      for (let x = 0n; x < 256n; x++) {
        const args = [x * 0x0101_0101_0101_0101_0101_0101_0101_0101n, 0n];
        expect(functions.call(name, PURE[name], args)).toBe(PURE[name].evaluate(args[0]!, 0n));
      }
    }
  });

  it.each(["divu128", "remu128", "divs128", "rems128", "divs128_overflows"] as const)(
    "%s where digits are hard to estimate",
    (name) => {
      const f: PureFunction = PURE[name];
      const r = new Random(99n);
      const signed = name.includes("divs") || name === "rems128";
      for (let i = 0; i < 3000; i++) {
        // A product and a little: dividends just below, at and above multiples of the divisor.
        const d = pureArgument(r, 64) | (r.below(2) ? 1n << 63n : 1n);
        const q = pureArgument(r, 64);
        const value = signed
          ? BigInt.asIntN(64, d) * BigInt.asIntN(64, q) + BigInt(r.below(5) - 2)
          : d * q + BigInt(r.below(5) - 2);
        const args = [BigInt.asUintN(64, value >> 64n), BigInt.asUintN(64, value), d];
        const check = signed ? PURE.divs128_overflows : PURE.divu128_overflows;
        if (name !== "divs128_overflows" && check.evaluate(args[0]!, args[1]!, d) !== 0n) continue;
        const got = functions.call(name, f, args);
        const wanted = f.evaluate(...args);
        if (got !== wanted) expect.fail(`${name} ${hex(args)}: ${hex([got])}, not ${hex([wanted])}`);
      }
    },
  );
});

// ------------------------------------------------------------------------------------------------ floating point

const bytes = new DataView(new ArrayBuffer(8));
function pattern(w: 32 | 64, x: number): bigint {
  if (w === 32) {
    bytes.setFloat32(0, x);
    return BigInt(bytes.getUint32(0));
  }
  bytes.setFloat64(0, x);
  return bytes.getBigUint64(0);
}
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -2.5,
  3,
  1 / 3,
  10,
  1e10,
  -1e10,
  2 ** 23,
  2 ** 24 + 2,
  2 ** 31,
  -(2 ** 31),
  2 ** 31 - 1,
  -(2 ** 31) - 1,
  2 ** 52,
  2 ** 53,
  2 ** 62,
  2 ** 63,
  -(2 ** 63),
  2 ** -126,
  2 ** -127,
  2 ** -149,
  2 ** -1022,
  2 ** -1023,
  2 ** -1074,
  3.4028234663852886e38,
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** -64,
  2 ** -511,
  2 ** 512,
];
function number(r: Random, w: 32 | 64): bigint {
  switch (r.below(6)) {
    case 0:
      return BigInt.asUintN(w, r.bits());
    case 1:
      return pattern(w, NUMBERS[r.below(NUMBERS.length)] ?? 0);
    case 2: // beside one of them
      return BigInt.asUintN(w, pattern(w, NUMBERS[r.below(NUMBERS.length)] ?? 0) + BigInt(r.below(5) - 2));
    case 3: // short: products and sums are often exact
      return pattern(w, (r.below(4096) - 2048) / 2 ** r.below(12));
    case 4:
      return pattern(w, (r.below(1 << 24) - (1 << 23)) * 2 ** (r.below(40) - 20));
    default: // two near each other
      return pattern(w, 1 + r.below(1000) / 2 ** 20);
  }
}
/** Usual ones, and anything. */
function mxcsr(r: Random): number {
  switch (r.below(5)) {
    case 0:
      return 0x1f80;
    case 1:
      return 0x1fa0;
    case 2:
      return 0x1fa0 | (r.below(4) << 13) | (r.below(2) << 15) | (r.below(2) << 6);
    case 3:
      return 0x1f80 ^ (1 << (7 + r.below(6)));
    default:
      return r.below(0x10000);
  }
}

function floatArgument(name: string, w: Width, r: Random): bigint {
  if (w === 8) return BigInt(name.includes("round") ? r.below(16) : r.below(8));
  if (name.includes(".from_")) return pureArgument(r, w);
  return number(r, w === 32 ? 32 : 64);
}

describe("floating point in wasm", () => {
  it.each(FLOAT_PATHS)("%s", (name) => {
    const f: FpFunction = FP[name];
    const r = new Random(777n);
    let quick = 0;
    for (let i = 0; i < 20_000; i++) {
      const args = f.args.map((w) => floatArgument(name, w, r));
      const context: FpContext = { mxcsr: mxcsr(r), raised: 0 };
      const wanted = f.evaluate(context, ...args);
      functions.view.setUint32(S.MXCSR, context.mxcsr, true);
      functions.asked = 0;
      const got = functions.call(name, f, args);
      const place = `${name} ${hex(args)} mxcsr ${context.mxcsr.toString(16)}`;
      if (got !== wanted) expect.fail(`${place}: ${hex([got])}, not ${hex([wanted])}`);
      if (functions.asked > 0) continue;
      quick++;
      const after = settle(context.mxcsr, context.raised);
      if (after.faults || after.mxcsr !== context.mxcsr) expect.fail(`${place} raises ${context.raised}`);
    }
    expect(quick).toBeGreaterThan(2000);
  });

  it.each(["add", "sub", "mul", "div", "sqrt"] as const)(
    "%s is quick before the first inexact result",
    (op) => {
      for (const [a, b] of [
        [1, 2],
        [6.25, 2.5],
        [9, 3],
        [1024, 4],
      ] as const) {
        for (const w of [32, 64] as const) {
          const name = `f${w}.${op}` as const;
          if (op === "sqrt" && a === 1024) continue;
          functions.view.setUint32(S.MXCSR, 0x1f80, true);
          functions.asked = 0;
          functions.call(name, FP[name], op === "sqrt" ? [pattern(w, a)] : [pattern(w, a), pattern(w, b)]);
          expect(functions.asked, `${name} ${a} ${b}`).toBe(0);
        }
      }
    },
  );
});
