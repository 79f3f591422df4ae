// What each operation of native/operations.h must leave behind according to src/isa/float: the table behind the
// comparison with silicon, live (native/compare.ts) and recorded (silicon.test.ts).

import { reciprocal, reciprocalSquareRoot } from "../../../src/isa/float/approximate.ts";
import type { Arithmetic } from "../../../src/isa/float/arithmetic.ts";
import * as bcd from "../../../src/isa/float/bcd.ts";
import * as compare from "../../../src/isa/float/compare.ts";
import { type Constant, x87Constant } from "../../../src/isa/float/constants.ts";
import * as convert from "../../../src/isa/float/convert.ts";
import { Environment } from "../../../src/isa/float/environment.ts";
import { BINARY32, BINARY64, decode, EXTENDED, type Format, QNAN } from "../../../src/isa/float/format.ts";
import * as logarithmic from "../../../src/isa/float/logarithmic.ts";
import { x87Remainder } from "../../../src/isa/float/remainder.ts";
import * as scale from "../../../src/isa/float/scale.ts";
import * as sse from "../../../src/isa/float/sse.ts";
import * as trigonometric from "../../../src/isa/float/trigonometric.ts";
import * as x87 from "../../../src/isa/float/x87.ts";
import type { Shape } from "./operands.ts";
import type { Reply, Request } from "./silicon.ts";

/** The fields of a reply that an operation defines, with the bits of the status word to be compared. */
export interface Expected {
  /** Bits of st0 and st1 that are defined: 80 unless told. */
  readonly width?: number;
  readonly st0?: bigint;
  /** How many units in the last place results may differ: none unless told. */
  readonly ulps?: bigint;
  readonly st1?: bigint;
  readonly memory?: bigint;
  readonly status?: number;
  readonly statusMask?: number;
  readonly trapped?: boolean;
  readonly flags?: number;
}

export interface Operation {
  readonly a: Shape;
  readonly b: Shape;
  readonly c: Shape;
  readonly unit: "x87" | "sse";
  readonly expect: (request: Request) => Expected;
}

export const operations = new Map<string, Operation>();

const ES = 0x8080;
const EXCEPTIONS = 0x3f;
const STOPPING = 7;
const UNTOUCHED = 0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaan;

function statusOf(env: Environment, codes = 0): number {
  return env.flags | (env.unmasked !== 0 ? ES : 0) | (env.c1 ? x87.C1 : 0) | codes;
}

/** An x87 operation on registers that replaces st(0). */
function x87Register(name: string, b: Shape, run: (r: Request, env: Environment) => bigint): void {
  const expect = (r: Request): Expected => {
    const env = new Environment().setControlWord(r.control);
    const result = run(r, env);
    const st0 = (env.unmasked & STOPPING) === 0 ? result : r.a;
    return { st0, status: statusOf(env), statusMask: ES | EXCEPTIONS | x87.C1 };
  };
  operations.set(name, { a: "f80", b, c: "none", unit: "x87", expect });
}

const MEMORY: readonly [string, Shape, Format][] = [
  ["_m32", "f32", BINARY32],
  ["_m64", "f64", BINARY64],
];
const INTEGER: readonly [string, Shape, 16 | 32][] = [
  ["_m16", "i16", 16],
  ["_m32", "i32", 32],
];

for (const op of ["add", "mul", "sub", "subr", "div", "divr"] satisfies Arithmetic[]) {
  x87Register(`f${op}`, "f80", (r, env) => x87.x87Binary(op, r.a, r.b, env));
  for (const [suffix, shape, format] of MEMORY) {
    x87Register(`f${op}${suffix}`, shape, (r, env) => x87.x87Binary(op, r.a, r.b, env, format));
  }
  for (const [suffix, shape, width] of INTEGER) {
    const run = (r: Request, env: Environment) =>
      x87.x87Binary(op, r.a, convert.extendInteger(width, r.b), env);
    x87Register(`fi${op}${suffix}`, shape, run);
  }
}
x87Register("fsqrt", "none", (r, env) => x87.x87SquareRoot(r.a, env));
x87Register("fchs", "none", (r) => x87.x87Negate(r.a));
x87Register("fabs", "none", (r) => x87.x87Absolute(r.a));
for (const [suffix, shape] of MEMORY) {
  const width = suffix === "_m32" ? 32 : 64;
  operations.set(`fst${suffix}`, {
    ...{ a: "f80", b: "none", c: "none", unit: "x87" },
    expect: (r) => {
      const env = new Environment().setControlWord(r.control);
      const result = convert.narrow(width, r.a, env);
      const stored = (env.unmasked & (STOPPING | 24)) === 0;
      const memory = stored ? ((UNTOUCHED >> BigInt(width)) << BigInt(width)) | result : UNTOUCHED;
      return { memory, status: statusOf(env), statusMask: ES | EXCEPTIONS | x87.C1 };
    },
  });
  operations.set(`fld${suffix}`, {
    ...{ a: shape, b: "none", c: "none", unit: "x87" },
    expect: (r) => {
      const env = new Environment().setControlWord(r.control);
      const result = convert.extend(width, r.a, env);
      const st0 = (env.unmasked & STOPPING) === 0 ? { st0: result } : {};
      return { ...st0, status: statusOf(env), statusMask: ES | EXCEPTIONS };
    },
  });
}
for (const width of [16, 32, 64] as const) {
  for (const truncate of [false, true]) {
    operations.set(`${truncate ? "fisttp" : "fistp"}_m${width}`, {
      ...{ a: "f80", b: "none", c: "none", unit: "x87" },
      expect: (r) => {
        const env = new Environment().setControlWord(r.control);
        const result = convert.x87ToInteger(width, r.a, truncate, env);
        const stored = (env.unmasked & STOPPING) === 0;
        const memory = stored ? ((UNTOUCHED >> BigInt(width)) << BigInt(width)) | result : UNTOUCHED;
        return { memory, status: statusOf(env), statusMask: ES | EXCEPTIONS | x87.C1 };
      },
    });
  }
  operations.set(`fild_m${width}`, {
    ...{ a: `i${width}`, b: "none", c: "none", unit: "x87" },
    expect: (r) => ({ st0: convert.extendInteger(width, r.a), status: 0, statusMask: ES | EXCEPTIONS }),
  });
}

function x87Comparison(name: string, b: Shape, run: (r: Request, env: Environment) => number): void {
  operations.set(name, {
    ...{ a: "f80", b, c: "none", unit: "x87" },
    expect: (r) => {
      const env = new Environment().setControlWord(r.control);
      const codes = run(r, env);
      const stopped = (env.unmasked & STOPPING) !== 0;
      const mask = ES | EXCEPTIONS | (stopped ? 0 : x87.C0 | x87.C1 | x87.C2 | x87.C3);
      return { status: statusOf(env, codes), statusMask: mask };
    },
  });
}
x87Comparison("fcom", "f80", (r, env) => x87.x87Compare(r.a, r.b, false, env));
x87Comparison("fucom", "f80", (r, env) => x87.x87Compare(r.a, r.b, true, env));
x87Comparison("ftst", "none", (r, env) => x87.x87Compare(r.a, 0n, false, env));
x87Comparison("fxam", "none", (r) => x87.x87Examine(r.a));
for (const [suffix, shape, format] of MEMORY) {
  x87Comparison(`fcom${suffix}`, shape, (r, env) => x87.x87Compare(r.a, r.b, false, env, format));
}
for (const [suffix, shape, width] of INTEGER) {
  const run = (r: Request, env: Environment) =>
    x87.x87Compare(r.a, convert.extendInteger(width, r.b), false, env, EXTENDED);
  x87Comparison(`ficom${suffix}`, shape, run);
}

x87Register("fscale", "f80", (r, env) => scale.x87Scale(r.a, r.b, env));
x87Register("frndint", "none", (r, env) => scale.x87RoundToInteger(r.a, env));
for (const name of ["fprem", "fprem1"]) {
  operations.set(name, {
    ...{ a: "f80", b: "f80", c: "none", unit: "x87" },
    expect: (r) => {
      const env = new Environment().setControlWord(r.control);
      const { value, codes } = x87Remainder(r.a, r.b, name === "fprem1", env);
      const stopped = (env.unmasked & STOPPING) !== 0;
      const mask =
        ES | EXCEPTIONS | (stopped || (env.flags & 1) !== 0 ? 0 : x87.C0 | x87.C1 | x87.C2 | x87.C3);
      return { st0: stopped ? r.a : value, status: statusOf(env, codes), statusMask: mask };
    },
  });
}
operations.set("fxtract", {
  ...{ a: "f80", b: "none", c: "none", unit: "x87" },
  expect: (r) => {
    const env = new Environment().setControlWord(r.control);
    const { exponent, significand } = scale.x87Extract(r.a, env);
    const stopped = (env.unmasked & STOPPING) !== 0;
    const results = stopped ? { st0: r.a } : { st0: significand, st1: exponent };
    return { ...results, status: statusOf(env), statusMask: ES | EXCEPTIONS | x87.C1 };
  },
});
operations.set("fbstp", {
  ...{ a: "f80", b: "none", c: "none", unit: "x87" },
  expect: (r) => {
    const env = new Environment().setControlWord(r.control);
    const result = bcd.toPackedDecimal(r.a, env);
    const memory = (env.unmasked & STOPPING) === 0 ? ((UNTOUCHED >> 80n) << 80n) | result : UNTOUCHED;
    return { memory, status: statusOf(env), statusMask: ES | EXCEPTIONS | x87.C1 };
  },
});
operations.set("fbld", {
  ...{ a: "bcd", b: "none", c: "none", unit: "x87" },
  expect: (r) => ({ st0: bcd.fromPackedDecimal(r.a), status: 0, statusMask: ES | EXCEPTIONS }),
});
for (const name of ["fld1", "fldl2t", "fldl2e", "fldpi", "fldlg2", "fldln2", "fldz"] satisfies Constant[]) {
  operations.set(name, {
    ...{ a: "none", b: "none", c: "none", unit: "x87" },
    expect: (r) => ({
      st0: x87Constant(name, new Environment().setControlWord(r.control)),
      status: 0,
      statusMask: ES | EXCEPTIONS,
    }),
  });
}

/** A transcendental: correctly rounded here, within one unit in the last place on silicon; C1 is not compared. */
function transcendental(name: string, b: Shape, run: (r: Request, env: Environment) => Results): void {
  const expect = (r: Request): Expected => {
    const env = new Environment().setControlWord(r.control);
    const { st0, st1, codes = 0 } = run(r, env);
    const results =
      (env.unmasked & STOPPING) !== 0 || codes !== 0
        ? { st0: r.a }
        : st1 === undefined
          ? { st0 }
          : { st0, st1 };
    return { ...results, ulps: 1n, status: statusOf(env, codes), statusMask: ES | EXCEPTIONS | x87.C2 };
  };
  operations.set(name, { a: "f80", b, c: "none", unit: "x87", expect });
}

interface Results {
  readonly st0: bigint;
  readonly st1?: bigint;
  readonly codes?: number;
}

transcendental("fsin", "none", (r, env) => {
  const { value, codes } = trigonometric.x87Sine(r.a, env);
  return { st0: value, codes };
});
transcendental("fcos", "none", (r, env) => {
  const { value, codes } = trigonometric.x87Cosine(r.a, env);
  return { st0: value, codes };
});
transcendental("fsincos", "none", (r, env) => {
  const { sine, cosine, codes } = trigonometric.x87SineCosine(r.a, env);
  return { st0: cosine, st1: sine, codes };
});
transcendental("fptan", "none", (r, env) => {
  const { value, codes } = trigonometric.x87Tangent(r.a, env);
  const pushed = decode(EXTENDED, value).kind >= QNAN ? value : trigonometric.ONE;
  return { st0: pushed, st1: value, codes };
});
transcendental("fpatan", "f80", (r, env) => ({ st0: trigonometric.x87Arctangent(r.a, r.b, env) }));
transcendental("f2xm1", "none", (r, env) => ({ st0: logarithmic.x87PowerMinusOne(r.a, env) }));
transcendental("fyl2x", "f80", (r, env) => ({ st0: logarithmic.x87Logarithm(r.a, r.b, env) }));
transcendental("fyl2xp1", "f80", (r, env) => ({ st0: logarithmic.x87LogarithmPlusOne(r.a, r.b, env) }));

/** An SSE operation whose result is the low `width` bits of xmm0 or, if `general`, rax. */
function sseOperation(
  name: string,
  shapes: readonly [Shape, Shape, Shape],
  width: number,
  run: (r: Request, env: Environment) => bigint,
  general = false,
): void {
  const [a, b, c] = shapes;
  const expect = (r: Request): Expected => {
    const env = new Environment().setMxcsr(r.mxcsr);
    const result = BigInt.asUintN(width, run(r, env));
    const trapped = env.unmasked !== 0;
    const place = trapped ? {} : general ? { st1: result } : { st0: result };
    return { ...place, width, flags: env.flags, trapped };
  };
  operations.set(name, { a, b, c, unit: "sse", expect });
}

const COMPARISON_FLAGS = new Map<compare.Relation, bigint>([
  [-1, 0x03n],
  [0, 0x42n],
  [1, 0x02n],
  [2, 0x47n],
]);

for (const width of [32, 64] as const) {
  const t = width === 32 ? "ss" : "sd";
  const f: Shape = `f${width}`;
  const format = width === 32 ? BINARY32 : BINARY64;
  const ones = (1n << BigInt(width)) - 1n;
  for (const op of ["add", "sub", "mul", "div", "min", "max"] satisfies sse.SseBinaryOp[]) {
    sseOperation(`${op}${t}`, [f, f, "none"], width, (r, env) => sse.sseBinary(op, width, r.a, r.b, env));
  }
  sseOperation(`sqrt${t}`, ["none", f, "none"], width, (r, env) => sse.sseSquareRoot(width, r.b, env));
  for (const op of ["comi", "ucomi"]) {
    const run = (r: Request, env: Environment) =>
      COMPARISON_FLAGS.get(compare.sseCompare(format, r.a, r.b, op === "comi", env))!;
    sseOperation(`${op}${t}`, [f, f, "none"], 8, run, true);
  }
  for (let i = 0; i < 32; i++) {
    const run = (r: Request, env: Environment) =>
      compare.ssePredicate(format, i, r.a, r.b, env) ? ones : 0n;
    sseOperation(`vcmp${t}_${i}`, [f, f, "none"], width, run);
  }
  for (let i = 0; i < 16; i++) {
    sseOperation(`round${t}_${i}`, ["none", f, "none"], width, (r, env) =>
      convert.sseRound(width, r.b, i, env),
    );
  }
  for (const to of [32, 64] as const) {
    for (const truncate of [false, true]) {
      const run = (r: Request, env: Environment) => convert.sseToInteger(width, to, r.b, truncate, env);
      sseOperation(`${truncate ? "cvtt" : "cvt"}${t}2si_${to}`, ["none", f, "none"], to, run, true);
    }
    const run = (r: Request, env: Environment) => convert.sseFromInteger(to, width, r.b, env);
    sseOperation(`cvtsi2${t}_${to}`, ["none", `i${to}`, "none"], width, run);
  }
  for (const op of ["madd", "msub", "nmadd", "nmsub"] satisfies sse.FusedOp[]) {
    const run = (r: Request, env: Environment) => sse.sseFused(op, width, r.b, r.a, r.c, env);
    sseOperation(`vf${op}213${t}`, [f, f, f], width, run);
  }
}
sseOperation("cvtss2sd", ["none", "f32", "none"], 64, (r, env) => convert.sseConvert(32, r.b, env));
sseOperation("cvtsd2ss", ["none", "f64", "none"], 32, (r, env) => convert.sseConvert(64, r.b, env));
sseOperation("vcvtph2ps", ["none", "f16", "none"], 32, (r, env) => convert.fromHalf(r.b, env));
for (let i = 0; i < 8; i++) {
  sseOperation(`vcvtps2ph_${i}`, ["none", "f32", "none"], 16, (r, env) => convert.toHalf(r.b, i, env));
}

function packed(name: string, shape: Shape, run: (r: Request, env: Environment) => bigint): void {
  sseOperation(name, [shape, shape, "none"], 128, run);
}

function split(bits: bigint, width: 32 | 64): bigint[] {
  return Array.from({ length: 128 / width }, (_, i) => BigInt.asUintN(width, bits >> BigInt(i * width)));
}

function join(elements: readonly bigint[], width: 32 | 64): bigint {
  return elements.reduceRight((high, element) => (high << BigInt(width)) | element, 0n);
}

for (const width of [32, 64] as const) {
  const t = width === 32 ? "ps" : "pd";
  const shape = width === 32 ? "4f32" : "2f64";
  for (const op of ["add", "sub", "mul", "div", "min", "max"] satisfies sse.SseBinaryOp[]) {
    packed(`${op}${t}`, shape, (r, env) => {
      const a = split(r.a, width);
      const b = split(r.b, width);
      const element = (i: number) => sse.sseBinary(op, width, a[i]!, b[i]!, env);
      return join(sse.ssePacked(a.length, env, element), width);
    });
  }
  for (const imm8 of width === 32 ? [0xff, 0xf1, 0x71, 0x3f, 0x51, 0xa5] : [0x33, 0x31, 0x13, 0x21]) {
    packed(`dp${t}_${imm8.toString(16)}`, shape, (r, env) =>
      join(sse.sseDotProduct(width, split(r.a, width), split(r.b, width), imm8, env), width),
    );
  }
}
for (const width of [32, 64] as const) {
  const [t, shape]: [string, Shape] = width === 32 ? ["ps", "4f32"] : ["pd", "2f64"];
  packed(`sqrt${t}`, shape, (r, env) => {
    const b = split(r.b, width);
    return join(
      sse.ssePacked(b.length, env, (i) => sse.sseSquareRoot(width, b[i]!, env)),
      width,
    );
  });
}
packed("haddps", "4f32", (r, env) => {
  const all = [...split(r.a, 32), ...split(r.b, 32)];
  const pair = (i: number) => sse.sseBinary("add", 32, all[2 * i]!, all[2 * i + 1]!, env);
  return join(sse.ssePacked(4, env, pair), 32);
});
packed("addsubps", "4f32", (r, env) => {
  const [a, b] = [split(r.a, 32), split(r.b, 32)];
  const element = (i: number) => sse.sseBinary((i & 1) === 0 ? "sub" : "add", 32, a[i]!, b[i]!, env);
  return join(sse.ssePacked(4, env, element), 32);
});

/** A conversion of the low `count` elements of xmm1; the rest of the result is zero. */
function packedConversion(
  name: string,
  shape: Shape,
  count: number,
  [from, to]: [32 | 64, 32 | 64],
  run: (bits: bigint, env: Environment) => bigint,
): void {
  packed(name, shape, (r, env) => {
    const b = split(r.b, from);
    return join(
      sse.ssePacked(count, env, (i) => run(b[i]!, env)),
      to,
    );
  });
}

packedConversion("cvtps2dq", "4f32", 4, [32, 32], (b, env) => convert.sseToInteger(32, 32, b, false, env));
packedConversion("cvttps2dq", "4f32", 4, [32, 32], (b, env) => convert.sseToInteger(32, 32, b, true, env));
packedConversion("cvtpd2dq", "2f64", 2, [64, 32], (b, env) => convert.sseToInteger(64, 32, b, false, env));
packedConversion("cvttpd2dq", "2f64", 2, [64, 32], (b, env) => convert.sseToInteger(64, 32, b, true, env));
packedConversion("cvtdq2ps", "4i32", 4, [32, 32], (b, env) => convert.sseFromInteger(32, 32, b, env));
packedConversion("cvtdq2pd", "4i32", 2, [32, 64], (b, env) => convert.sseFromInteger(32, 64, b, env));
packedConversion("cvtps2pd", "4f32", 2, [32, 64], (b, env) => convert.sseConvert(32, b, env));
packedConversion("cvtpd2ps", "2f64", 2, [64, 32], (b, env) => convert.sseConvert(64, b, env));
packed("rcpps", "4f32", (r) => join(split(r.b, 32).map(reciprocal), 32));
packed("rsqrtps", "4f32", (r) => join(split(r.b, 32).map(reciprocalSquareRoot), 32));
sseOperation("rcpss", ["none", "f32", "none"], 32, (r) => reciprocal(r.b));
sseOperation("rsqrtss", ["none", "f32", "none"], 32, (r) => reciprocalSquareRoot(r.b));

/** How many patterns of the same sign lie between two extended numbers; more than any tolerance if the signs differ. */
export function ulpsBetween(a: bigint, b: bigint): bigint {
  if (a === b) return 0n;
  const distance = linear(a) - linear(b);
  return distance < 0n ? -distance : distance;
}

/** Extended patterns numbered in order of magnitude: without the integer bit that follows from the exponent. */
function linear(bits: bigint): bigint {
  const { sign, significand } = decode(EXTENDED, BigInt.asUintN(80, bits));
  const exponent = (bits >> 64n) & 0x7fffn;
  const position = exponent === 0n ? significand : (exponent << 63n) | BigInt.asUintN(63, significand);
  return sign === 0 ? position : -position - 1n;
}

/** What differs between an expectation and a reply, in words; undefined if nothing does. */
export function difference(expected: Expected, reply: Reply): string | undefined {
  const parts: string[] = [];
  const words = (name: string, ours: bigint | number, theirs: bigint | number) => {
    if (ours !== theirs) parts.push(`${name} ${ours.toString(16)}, silicon ${theirs.toString(16)}`);
  };
  const { st0, st1, memory, status, flags, trapped } = expected;
  const width = expected.width ?? 80;
  const mask = expected.statusMask ?? 0xffff;
  const near = (name: string, ours: bigint, theirs: bigint) => {
    if (expected.ulps === undefined || ulpsBetween(ours, theirs) > expected.ulps) words(name, ours, theirs);
  };
  if (st0 !== undefined) near("result", st0, BigInt.asUintN(width, reply.st0));
  if (st1 !== undefined) near("second", st1, BigInt.asUintN(width, reply.st1));
  if (memory !== undefined) words("memory", memory, reply.memory);
  if (status !== undefined) words("status", status & mask, reply.status & mask);
  if (flags !== undefined) words("flags", flags, reply.mxcsr & EXCEPTIONS);
  if (trapped !== undefined && trapped !== reply.trapped) parts.push(`trapped: ${trapped}`);
  return parts.length === 0 ? undefined : parts.join("; ");
}
