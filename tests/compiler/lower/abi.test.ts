// The System V ABI's classes (x86-64 psABI §3.2.3), by its rules and examples; and structures through calls, run.
import { describe, expect, it } from "vitest";
import { signatureText } from "../../../src/compiler/ir/printer.ts";
import { convention } from "../../../src/compiler/lower/abi.ts";
import { F64, type FunctionType, type StructType, type Type } from "../../../src/compiler/types/type.ts";
import {
  array,
  assign,
  BOOL,
  binary,
  call,
  convert,
  declare,
  field,
  fn,
  get,
  giveBack,
  i8,
  int,
  interpret,
  load,
  pointer,
  result,
  run,
  struct,
  u8,
  u16,
  u32,
  u64,
  update,
  VOID,
  v,
  variable,
} from "./trees.ts";

const text = (params: Type[], returns: Type = VOID): string => {
  const type: FunctionType = { kind: "fn", params, result: returns };
  return signatureText(convention(type, false).signature);
};
const two = struct("Two", { a: u64, b: u64 });
const mixed = struct("Mixed", { x: F64, n: u32 });
const floats = struct("Floats", { x: F64, y: F64 });
const three = struct("Three", { a: u64, b: u64, c: u64 });
const small = struct("Small", { a: u8, b: array(u8, 6) });
const union: StructType = {
  ...struct("Both", { x: F64 }),
  union: true,
  fields: [...struct("", { x: F64 }).fields, ...struct("", { n: u64 }).fields],
};
const packed: StructType = {
  ...two,
  fields: [two.fields[0]!, { ...two.fields[1]!, offset: 9, type: u32 }],
  align: 1,
};

describe("the calling convention", () => {
  it.each([
    [[u8, i8, u16, u32, u64, BOOL], "(i32, i32, i32, i32, i64, i32)"],
    [[F64, pointer(u8)], "(f64, i64)"],
    [[two], "(i64, i64)"],
    [[mixed], "(f64, i64)"],
    [[floats], "(f64, f64)"],
    [[small], "(i64)"],
    [[three], "(struct 24 align 8)"],
    // Eightbytes with an integer in them are INTEGER.
    [[union], "(i64)"],
    [[packed], "(struct 16 align 8)"],
    // Both eightbytes or none: one register is left, so it goes to memory, and the next integer takes the register.
    [[u64, u64, u64, u64, u64, two, u64], "(i64, i64, i64, i64, i64, struct 16 align 8, i64)"],
    [[F64, F64, F64, F64, F64, F64, F64, floats], "(f64, f64, f64, f64, f64, f64, f64, struct 16 align 8)"],
  ] as [Type[], string][])("passes %#", (params, expected) => {
    expect(text(params)).toBe(expected);
  });
  it.each([
    [u8, "() -> i8"],
    [F64, "() -> f64"],
    [two, "() -> i64, i64"],
    [mixed, "() -> f64, i64"],
    [three, "(i64) -> i64"],
    [VOID, "()"],
  ] as [Type, string][])("returns %#", (type, expected) => {
    expect(text([], type)).toBe(expected);
  });
  it("counts the address of the result as an argument", () => {
    expect(text([u64, u64, u64, u64, two], three)).toBe(
      "(i64, i64, i64, i64, i64, struct 16 align 8) -> i64",
    );
  });
});

describe("structures in calls", () => {
  for (const type of [two, three]) {
    it(`passes ${type.name} by value, and gives it back`, () => {
      const x = variable("x", type, true);
      const change = fn("change", [x], type, [
        run(update(field(v(x), "b"), "add", int(u64, 1))),
        giveBack(get(x)),
      ]);
      const [a, b] = [variable("a", type), variable("b", type)];
      const main = fn("main", [], u64, [
        declare(a),
        run(assign(field(v(a), "b"), int(u64, 5))),
        declare(b, call(change, call(change, get(a)))),
        run(assign(v(b), call(change, get(b)))),
        giveBack(binary("add", load(field(v(a), "b")), binary("mul", load(field(v(b), "b")), int(u64, 10)))),
      ]);
      for (const debug of [false, true]) expect(result({ functions: [change, main], debug })).toBe(85n);
    });
  }

  it("passes seven bytes in a register without touching the eighth", () => {
    const x = variable("x", small, true);
    const sum = fn("sum", [x], small, [giveBack(get(x))]);
    const pair = struct("Holder", { s: small, guard: u8 });
    const h = variable("h", pair);
    const main = fn("main", [], u8, [
      declare(h),
      run(assign(field(v(h), "guard"), int(u8, 77))),
      run(assign(field(field(v(h), "s"), "a"), int(u8, 3))),
      run(assign(field(v(h), "s"), call(sum, load(field(v(h), "s"))))),
      giveBack(binary("add", load(field(v(h), "guard")), load(field(field(v(h), "s"), "a")))),
    ]);
    expect(result({ functions: [sum, main] })).toBe(80n);
  });

  it("extends narrow arguments by their signedness", () => {
    const out = fn(
      "out",
      [variable("a", i8, true), variable("b", u8, true), variable("c", BOOL, true)],
      VOID,
      undefined,
    );
    const b = variable("b", u8, true);
    const main = fn("main", [b], VOID, [
      run(call(out, convert(i8, "integer", get(b)), get(b), int(BOOL, 1))),
    ]);
    const seen: unknown[] = [];
    interpret({ functions: [out, main] }, [0xf0], { out: (args) => void seen.push(...args) });
    expect(seen).toEqual([0xfffffff0n, 0xf0n, 1n]);
  });

  it("evaluates an argument in memory before what later ones change", () => {
    const [x, y] = [variable("x", three, true), variable("y", u64, true)];
    const sum = fn("sum", [x, y], u64, [giveBack(binary("add", load(field(v(x), "a")), get(y)))]);
    const a = variable("a", three);
    const main = fn("main", [], u64, [
      declare(a),
      run(assign(field(v(a), "a"), int(u64, 1))),
      giveBack(call(sum, get(a), assign(field(v(a), "a"), int(u64, 100)))),
    ]);
    expect(result({ functions: [sum, main] })).toBe(101n);
  });
});
