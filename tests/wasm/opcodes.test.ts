/*
 * The tables of opcodes. Types: the engine validates each instruction on operands of its types. Names: results are compared with
 * JavaScript's own arithmetic for each scalar instruction, and with lanes computed one by one for vector ones.
 */
import { describe, expect, it } from "vitest";
import type { FunctionBuilder } from "../../src/wasm/function.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import { joinTables, type Op, OpcodeSpace } from "../../src/wasm/op.ts";
import { type OpName, type OpNameWith, opcodes } from "../../src/wasm/opcodes.ts";
import { functionType, type ValueType } from "../../src/wasm/types.ts";
import { instantiate } from "./instantiate.ts";

const table: Readonly<Record<string, Op>> = opcodes;

/** `op` with immediates that are in order for it. */
function write(f: FunctionBuilder, op: Op): void {
  const name = op.name as OpName;
  if (op.immediate === "memory") f.op(name as OpNameWith<"memory">, { offset: 200 });
  else if (op.immediate === "lane") f.op(name as OpNameWith<"lane">, op.lanes - 1);
  else if (op.immediate === "memory lane") f.op(name as OpNameWith<"memory lane">, {}, op.lanes - 1);
  else if (op.immediate === "lanes") f.op(name as OpNameWith<"lanes">, Array<number>(16).fill(31));
  else f.op(name as OpNameWith<"none">);
}

/** A module with one function that is the instruction alone. */
function moduleOf(
  op: Op,
  params: readonly ValueType[],
  results: readonly ValueType[],
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.memory({ initial: 1 });
  const f = module.function({ params, results });
  params.forEach((_, local) => void f.localGet(local));
  write(f, op);
  module.export("f", f);
  return module.finish();
}

const run = (name: OpNameWith<"none">): ((...operands: unknown[]) => unknown) => {
  const op: Op = opcodes[name];
  return instantiate(moduleOf(op, op.params, op.results)).f as (...operands: unknown[]) => unknown;
};

describe("opcodes", () => {
  it("are all of MVP, sign extension, saturation and SIMD, and two of bulk memory", () => {
    const prefixed = (prefix: number) => Object.values(table).filter((op) => op.bytes[0] === prefix).length;
    expect(prefixed(0xfd)).toBe(235); // and v128.const
    expect(prefixed(0xfc)).toBe(10);
    expect(Object.keys(table).length).toBe(25 + 123 + 5 + 10 + 235);
  });

  it.each(Object.values(table).map((op) => [op.name, op] as const))("%s has its type", (_, op) => {
    const valid = (params: readonly ValueType[], results: readonly ValueType[]): boolean =>
      WebAssembly.validate(moduleOf(op, params, results));
    expect(valid(op.params, op.results)).toBe(true);
    // The engine would also accept too few results if it did not check them.
    expect(valid(op.params, [...op.results, "i32"])).toBe(false);
    const other = (type: ValueType): ValueType => (type === "i32" ? "i64" : "i32");
    op.params.forEach((type, i) => {
      expect(valid(op.params.with(i, other(type)), op.results)).toBe(false);
    });
  });

  it("refuse a name or a code that occurs twice, and bad types", () => {
    const one = new OpcodeSpace();
    const a = one.run(1, "i32 -> i32", "i32", "a b");
    expect(() => joinTables(a, one.run(2, "i32 -> i32", "i32", "c"))).toThrow("i32.c (2) and i32.b (2)");
    expect(() => joinTables(a, one.run(3, "i32 -> i32", "i32", "a"))).toThrow("i32.a (3) and i32.a (1)");
    expect(() => functionType("i32 -> int")).toThrow("int is no value type");
    expect(() => functionType("i32")).toThrow("is no function type");
    expect(() => functionType("i32 -> i32 -> i32")).toThrow("is no function type");
  });
});

/** What each scalar integer instruction should do, on the signed values a and b of `bits` bits. */
function integerOracle(bits: 32 | 64): Record<string, (a: bigint, b: bigint) => bigint> {
  const u = (n: bigint) => BigInt.asUintN(bits, n);
  const count = BigInt(bits);
  const flag = (c: boolean) => (c ? 1n : 0n);
  const digits = (n: bigint) => u(n).toString(2).padStart(bits, "0");
  const rotate = (n: bigint, by: bigint) => (u(n) << by) | (u(n) >> (count - by));
  return {
    eqz: (a) => flag(a === 0n),
    eq: (a, b) => flag(a === b),
    ne: (a, b) => flag(a !== b),
    lt_s: (a, b) => flag(a < b),
    lt_u: (a, b) => flag(u(a) < u(b)),
    gt_s: (a, b) => flag(a > b),
    gt_u: (a, b) => flag(u(a) > u(b)),
    le_s: (a, b) => flag(a <= b),
    le_u: (a, b) => flag(u(a) <= u(b)),
    ge_s: (a, b) => flag(a >= b),
    ge_u: (a, b) => flag(u(a) >= u(b)),
    clz: (a) =>
      BigInt(
        digits(a)
          .padEnd(bits + 1, "1")
          .indexOf("1"),
      ) - flag(false),
    ctz: (a) => BigInt(bits - `1${digits(a)}`.lastIndexOf("1")),
    popcnt: (a) => BigInt(digits(a).replaceAll("0", "").length),
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div_s: (a, b) => a / b,
    div_u: (a, b) => u(a) / u(b),
    rem_s: (a, b) => a % b,
    rem_u: (a, b) => u(a) % u(b),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
    shl: (a, b) => a << (u(b) % count),
    shr_s: (a, b) => a >> (u(b) % count),
    shr_u: (a, b) => u(a) >> (u(b) % count),
    rotl: (a, b) => rotate(a, u(b) % count),
    rotr: (a, b) => rotate(a, (count - (u(b) % count)) % count),
    extend8_s: (a) => BigInt.asIntN(8, a),
    extend16_s: (a) => BigInt.asIntN(16, a),
    extend32_s: (a) => BigInt.asIntN(32, a),
  };
}

describe.each([32, 64] as const)("i%i", (bits) => {
  const oracle = integerOracle(bits);
  const names = Object.keys(oracle).filter((name) => `i${bits}.${name}` in table);
  const values = [1n, -1n, 7n, -7n, 0x80n, 0xfedcn, 31n, 0x12345678n, 2n ** BigInt(bits - 1) - 1n, 0n].map(
    (n) => BigInt.asIntN(bits, n),
  );

  it.each(names)("%s", (name) => {
    const f = run(`i${bits}.${name}` as OpNameWith<"none">);
    for (const a of values) {
      for (const b of values) {
        if (b === 0n && /div|rem/.test(name)) continue;
        const result = bits === 32 ? f(Number(a), Number(b)) : f(a, b);
        expect([a, b, BigInt.asIntN(bits, BigInt(result as number | bigint))]).toEqual([
          a,
          b,
          BigInt.asIntN(bits, oracle[name]!(a, b)),
        ]);
      }
    }
  });
});

describe.each(["f32", "f64"] as const)("%s", (type) => {
  const round = type === "f32" ? Math.fround : (n: number): number => n;
  const nearest = (n: number): number => {
    const even = 2 * Math.round(n / 2);
    const nearby = Math.abs(n % 1) === 0.5 ? even : Math.round(n);
    return nearby === 0 ? 0 * n : nearby;
  };
  const flag = (c: boolean): number => (c ? 1 : 0);
  const oracle: Record<string, (a: number, b: number) => number> = {
    eq: (a, b) => flag(a === b),
    ne: (a, b) => flag(a !== b),
    lt: (a, b) => flag(a < b),
    gt: (a, b) => flag(a > b),
    le: (a, b) => flag(a <= b),
    ge: (a, b) => flag(a >= b),
    abs: Math.abs,
    neg: (a) => -a,
    ceil: Math.ceil,
    floor: Math.floor,
    trunc: Math.trunc,
    nearest,
    sqrt: Math.sqrt,
    add: (a, b) => a + b,
    sub: (a, b) => a - b,
    mul: (a, b) => a * b,
    div: (a, b) => a / b,
    min: Math.min,
    max: Math.max,
    copysign: (a, b) => (Object.is(Math.sign(b), -0) || b < 0 ? -Math.abs(a) : Math.abs(a)),
  };
  it.each(Object.keys(oracle))("%s", (name) => {
    const f = run(`${type}.${name}` as OpNameWith<"none">);
    const values = [1, -1, 0.5, -0.5, 2.5, -3.5, 1e10, -7.25, Number.NaN, Number.POSITIVE_INFINITY, 0].map(
      round,
    );
    for (const a of values) {
      for (const b of values) expect(f(a, b)).toBe(round(oracle[name]!(a, b)));
    }
  });
});

describe("conversions", () => {
  it.each<[OpNameWith<"none">, unknown, unknown]>([
    ["i32.wrap_i64", 0x1_8000_0001n, -0x7fffffff],
    ["i32.trunc_f32_s", -3.5, -3],
    ["i32.trunc_f32_u", 3e9, 3e9 - 2 ** 32],
    ["i32.trunc_f64_s", -3.9, -3],
    ["i32.trunc_f64_u", 3e9, 3e9 - 2 ** 32],
    ["i64.extend_i32_s", -5, -5n],
    ["i64.extend_i32_u", -5, 2n ** 32n - 5n],
    ["i64.trunc_f32_s", -3.5, -3n],
    ["i64.trunc_f32_u", 2 ** 63, -(2n ** 63n)],
    ["i64.trunc_f64_s", -3.5, -3n],
    ["i64.trunc_f64_u", 2 ** 63, -(2n ** 63n)],
    ["f32.convert_i32_s", -1, -1],
    ["f32.convert_i32_u", -1, 2 ** 32],
    ["f32.convert_i64_s", -1n, -1],
    ["f32.convert_i64_u", -1n, 2 ** 64],
    ["f32.demote_f64", 0.1, Math.fround(0.1)],
    ["f64.convert_i32_s", -1, -1],
    ["f64.convert_i32_u", -1, 2 ** 32 - 1],
    ["f64.convert_i64_s", -1n, -1],
    ["f64.convert_i64_u", -1n, 2 ** 64],
    ["f64.promote_f32", 0.5, 0.5],
    ["i32.reinterpret_f32", 1, 0x3f800000],
    ["i64.reinterpret_f64", 1, 0x3ff0000000000000n],
    ["f32.reinterpret_i32", 0x3f800000, 1],
    ["f64.reinterpret_i64", 0x3ff0000000000000n, 1],
    ["i32.trunc_sat_f32_s", 1e20, 2 ** 31 - 1],
    ["i32.trunc_sat_f32_u", 1e20, -1],
    ["i32.trunc_sat_f64_s", -1e20, -(2 ** 31)],
    ["i32.trunc_sat_f64_u", -1e20, 0],
    ["i64.trunc_sat_f32_s", 1e20, 2n ** 63n - 1n],
    ["i64.trunc_sat_f32_u", 1e20, -1n],
    ["i64.trunc_sat_f64_s", -1e20, -(2n ** 63n)],
    ["i64.trunc_sat_f64_u", -1e20, 0n],
  ])("%s of %s is %s", (name, operand, result) => {
    expect(run(name)(operand)).toBe(result);
  });
});
