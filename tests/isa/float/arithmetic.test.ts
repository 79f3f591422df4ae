// In round-to-nearest, binary64 and binary32 arithmetic is JavaScript's own; and some laws that hold in every mode.

import fc from "fast-check";
import { expect, test } from "vitest";
import { sseCompare } from "../../../src/isa/float/compare.ts";
import { extend, narrow, sseConvert, sseRound, sseToInteger } from "../../../src/isa/float/convert.ts";
import { DOWN, Environment, type Rounding, UP } from "../../../src/isa/float/environment.ts";
import { BINARY32, BINARY64 } from "../../../src/isa/float/format.ts";
import { type SseBinaryOp, sseBinary, sseFused, sseSquareRoot } from "../../../src/isa/float/sse.ts";
import { x87Binary } from "../../../src/isa/float/x87.ts";

const view = new DataView(new ArrayBuffer(8));

function bits64(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

function bits32(x: number): bigint {
  view.setFloat32(0, x);
  return BigInt(view.getUint32(0));
}

function number64(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

function number32(bits: bigint): number {
  view.setUint32(0, Number(bits));
  return view.getFloat32(0);
}

const doubles = fc.double();
const singles = fc.float();
const modes = fc.constantFrom<Rounding>(0, 1, 2, 3);
const OPERATIONS: readonly [SseBinaryOp, (a: number, b: number) => number][] = [
  ["add", (a, b) => a + b],
  ["sub", (a, b) => a - b],
  ["mul", (a, b) => a * b],
  ["div", (a, b) => a / b],
];
const RUNS = { numRuns: 2000 };

function inMode(rounding: Rounding): Environment {
  const env = new Environment();
  env.rounding = rounding;
  return env;
}

test.each(OPERATIONS)("%s of doubles is JavaScript's", (op, host) => {
  const law = (a: number, b: number) => {
    expect(number64(sseBinary(op, 64, bits64(a), bits64(b), new Environment()))).toBe(host(a, b));
  };
  fc.assert(fc.property(doubles, doubles, law), RUNS);
});

test.each(OPERATIONS)("%s of singles is JavaScript's, rounded once more", (op, host) => {
  const law = (a: number, b: number) => {
    const result = number32(sseBinary(op, 32, bits32(a), bits32(b), new Environment()));
    expect(result).toBe(Math.fround(host(a, b)));
  };
  fc.assert(fc.property(singles, singles, law), RUNS);
});

test("square root, conversion, comparison and truncation are JavaScript's", () => {
  const law = (a: number, b: number) => {
    const env = new Environment();
    expect(number64(sseSquareRoot(64, bits64(a), env))).toBe(Math.sqrt(a));
    expect(number32(sseConvert(64, bits64(a), env))).toBe(Math.fround(a));
    expect(number64(sseRound(64, bits64(a), 3, env))).toBe(Math.trunc(a));
    const relation = sseCompare(BINARY64, bits64(a), bits64(b), false, env);
    expect(relation).toBe(a < b ? -1 : a > b ? 1 : a === b ? 0 : 2);
    if (Math.abs(a) < 2 ** 31) {
      expect(BigInt.asIntN(32, sseToInteger(64, 32, bits64(a), true, env))).toBe(BigInt(Math.trunc(a)));
    }
  };
  fc.assert(fc.property(doubles, doubles, law), RUNS);
});

test("a number survives extended precision and back in every mode, unless it is a signalling NaN", () => {
  const law = (a: number, mode: Rounding) => {
    const env = inMode(mode);
    expect(narrow(64, extend(64, bits64(a), env), env)).toBe(bits64(a));
    expect(env.flags & ~2).toBe(0);
  };
  fc.assert(fc.property(doubles, modes, law), RUNS);
});

test("x87 with 53 bits of precision computes normal doubles", () => {
  const ordinary = fc.double({ min: 1e-100, max: 1e100, noNaN: true });
  const law = (a: number, b: number, mode: Rounding) => {
    const env = inMode(mode);
    env.precision = 53;
    const [x, y] = [bits64(a), bits64(b)];
    const quotient = x87Binary("div", extend(64, x, env), y, env, BINARY64);
    expect(narrow(64, quotient, env)).toBe(sseBinary("div", 64, x, y, inMode(mode)));
  };
  fc.assert(fc.property(ordinary, ordinary, modes, law), RUNS);
});

test("rounding down and up enclose the sum, and differ only if it is inexact", () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
  const law = (a: number, b: number) => {
    const down = inMode(DOWN);
    const up = inMode(UP);
    const low = number64(sseBinary("add", 64, bits64(a), bits64(b), down));
    const high = number64(sseBinary("add", 64, bits64(a), bits64(b), up));
    expect(low).toBeLessThanOrEqual(high);
    expect(down.flags & 32).toBe(up.flags & 32);
    if (low !== high) expect(down.flags & 32).toBe(32);
  };
  fc.assert(fc.property(finite, finite, law), RUNS);
});

test("a fused product of singles with nothing added is the product", () => {
  const law = (a: number, b: number, mode: Rounding) => {
    const [x, y] = [bits32(a), bits32(b)];
    const product = sseBinary("mul", 32, x, y, inMode(mode));
    const zero = (x ^ y) & BINARY32.signBit;
    expect(sseFused("madd", 32, x, y, zero, inMode(mode))).toBe(product);
  };
  const number = fc.float({ noNaN: true });
  fc.assert(fc.property(number, number, modes, law), RUNS);
});
