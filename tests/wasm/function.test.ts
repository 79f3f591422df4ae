/* Functions that the writer makes are run, and what it refuses is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FunctionBuilder } from "../../src/wasm/function.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import { functionType } from "../../src/wasm/types.ts";
import { type Callable, callable, instantiate } from "./instantiate.ts";

/** A function of one module, with a memory of one page. */
function build(type: string, write: (f: FunctionBuilder) => void): Callable {
  const module = new ModuleBuilder();
  module.memory({ initial: 1 });
  const f = module.function(functionType(type));
  write(f);
  return callable(instantiate(module.export("f", f).finish()), "f");
}

describe("constants", () => {
  it("returns every i64", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (value) => {
        expect(build("-> i64", (f) => f.i64(value))()).toBe(BigInt.asIntN(64, value));
      }),
    );
  });

  it("returns every i32, f32 and f64", () => {
    fc.assert(
      fc.property(fc.integer(), fc.float(), fc.double(), (i, single, double) => {
        expect(build("-> i32", (f) => f.i32(i >>> 0))()).toBe(i);
        expect(build("-> f32", (f) => f.f32(single))()).toBe(single);
        expect(build("-> f64", (f) => f.f64(double))()).toBe(double);
      }),
    );
  });

  it("writes v128 from a pattern and from bytes", () => {
    const bytes = Array.from({ length: 16 }, (_, i) => i + 1);
    const both = build("-> i32", (f) => {
      f.v128(0x100f0e0d0c0b0a090807060504030201n).v128(bytes).op("i8x16.eq").op("i8x16.all_true");
    });
    expect(both()).toBe(1);
    expect(() => build("->", (f) => f.v128([1, 2]))).toThrow("2 bytes, not 16");
  });
});

describe("locals", () => {
  it("come after the parameters and keep their types", () => {
    const f = build("i64 -> i64 f64", (f) => {
      const [a, b, c] = [f.local("i64"), f.local("i64"), f.local("f64")];
      expect([a, b, c]).toEqual([1, 2, 3]);
      f.localGet(0).i64(2).op("i64.mul").localTee(a).localSet(b);
      f.f64(0.5).localSet(c).localGet(a).localGet(b).op("i64.add").localGet(c);
    });
    expect(f(10n)).toEqual([40n, 0.5]);
  });

  it("may be allocated in any order", () => {
    const f = build("-> i64", (f) => {
      const types = ["i32", "i64", "i32", "i32", "v128", "i64"] as const;
      const locals = types.map((type) => f.local(type));
      f.i64(5).localSet(locals[5]!).localGet(locals[5]!).localGet(locals[1]!).op("i64.sub");
    });
    expect(f()).toBe(5n);
  });

  it("are refused when there is no such one", () => {
    expect(() => build("i32 ->", (f) => f.localGet(1))).toThrow("local 1 of 1");
  });
});

describe("blocks and labels", () => {
  it("sums in a loop", () => {
    const sum = build("i32 -> i32", (f) => {
      const total = f.local("i32");
      const done = f.block();
      const again = f.loop();
      f.localGet(0).op("i32.eqz").brIf(done);
      f.localGet(total).localGet(0).op("i32.add").localSet(total);
      f.localGet(0).i32(1).op("i32.sub").localSet(0);
      f.br(again).end().end();
      f.localGet(total);
    });
    expect(sum(100)).toBe(5050);
  });

  it("chooses with if and else, with and without a result", () => {
    const sign = build("i32 -> i32", (f) => {
      f.localGet(0).i32(0).op("i32.lt_s").if("i32");
      f.i32(-1).else().i32(1).end();
    });
    expect([sign(-5), sign(5)]).toEqual([-1, 1]);
  });

  it("branches out of several blocks, to the function's body too", () => {
    const f = build("i32 -> i32", (f) => {
      const outer = f.block("i32");
      f.block();
      f.localGet(0).if();
      f.i32(1).br(outer).end();
      f.i32(2).br(f.body).end();
      f.unreachable().end();
      f.i32(10).op("i32.add");
    });
    expect([f(1), f(0)]).toEqual([11, 2]);
  });

  it("takes operands into a block and several results out", () => {
    const f = build("i32 i32 -> i32 i32", (f) => {
      f.localGet(0).localGet(1).block(functionType("i32 i32 -> i32 i32"));
      const swap = f.local("i32");
      f.localSet(swap).localSet(0).localGet(swap).localGet(0).end();
    });
    expect(f(1, 2)).toEqual([2, 1]);
  });

  it("switches with br_table", () => {
    const f = build("i32 -> i32", (f) => {
      const otherwise = f.block();
      const two = f.block();
      const one = f.block();
      const zero = f.block();
      f.localGet(0).brTable([zero, one, two, zero], otherwise).end();
      f.i32(100).return().end();
      f.i32(101).return().end();
      f.i32(102).return().end();
      f.i32(-1);
    });
    expect([0, 1, 2, 3, 4, -1].map((i) => f(i))).toEqual([100, 101, 102, 100, -1, -1]);
  });

  it("refuses a closed label, another function's, an end too many and a missing one", () => {
    expect(() =>
      build("->", (f) => {
        const label = f.block();
        f.end();
        f.block();
        f.br(label);
      }),
    ).toThrow("not open here");
    const other = new ModuleBuilder().function({ params: [], results: [] });
    expect(() => build("->", (f) => f.br(other.body))).toThrow("not open here");
    expect(() => build("->", (f) => f.end())).toThrow("end() without a block");
    expect(() => build("->", (f) => f.loop())).toThrow("1 open block");
  });

  it("selects, drops, and does nothing", () => {
    const f = build("i32 -> i64", (f) => f.i32(0).drop().nop().i64(1).i64(2).localGet(0).select());
    expect([f(1), f(0)]).toEqual([1n, 2n]);
  });
});

describe("memory", () => {
  it("stores and loads at offsets", () => {
    const f = build("i32 i64 -> i64 i32", (f) => {
      f.localGet(0).localGet(1).op("i64.store", { offset: 16, align: 1 });
      f.localGet(0).op("i64.load", { offset: 16 });
      f.localGet(0).op("i32.load8_s", { offset: 17 });
    });
    expect(f(64, 0x1122334455668877n)).toEqual([0x1122334455668877n, -120]);
  });

  it("copies, fills and grows", () => {
    const f = build("-> i32 i32 i32", (f) => {
      f.i32(0).i32(0xab).i32(8).op("memory.fill");
      f.i32(100).i32(4).i32(8).op("memory.copy");
      f.i32(100).op("i32.load16_u").i32(104).op("i32.load");
      f.i32(2).op("memory.grow").op("memory.size").op("i32.add");
    });
    expect(f()).toEqual([0xabab, 0, 4]);
  });

  it("refuses alignments that are none or too large, and offsets beyond 32 bits", () => {
    expect(() => build("->", (f) => f.op("i32.load", { align: 8 }))).toThrow("i32.load: an alignment of 8");
    expect(() => build("->", (f) => f.op("i32.load", { align: 3 }))).toThrow("an alignment of 3");
    expect(() => build("->", (f) => f.op("i32.load", { align: 0 }))).toThrow("an alignment of 0");
    expect(() => build("->", (f) => f.op("i32.load", { offset: 2 ** 32 }))).toThrow(RangeError);
  });
});

describe("vectors", () => {
  it("puts lanes in and takes them out", () => {
    const f = build("-> i32 i32 i64 f32", (f) => {
      const v = f.local("v128");
      f.v128(0n).i32(0xff).op("i8x16.replace_lane", 3).localTee(v).op("i8x16.extract_lane_s", 3);
      f.localGet(v).op("i8x16.extract_lane_u", 3);
      f.localGet(v).op("i64x2.extract_lane", 0);
      f.f32(1.5).op("f32x4.splat").op("f32x4.extract_lane", 2);
    });
    expect(f()).toEqual([-1, 255, 0xff000000n, 1.5]);
    expect(() => build("->", (f) => f.op("i64x2.extract_lane", 2))).toThrow(
      "i64x2.extract_lane: lane 2 of 2",
    );
  });

  it("shuffles, and moves lanes between memory and vectors", () => {
    const f = build("-> i64 i32", (f) => {
      f.v128(0x0f0e0d0c0b0a09080706050403020100n).v128(0n);
      f.op("i8x16.shuffle", [7, 6, 5, 4, 3, 2, 1, 0, 16, 17, 18, 19, 20, 21, 22, 23]);
      f.op("i64x2.extract_lane", 0);
      f.i32(8)
        .v128(0x1234n << 96n)
        .op("v128.store16_lane", { offset: 4 }, 6);
      f.i32(0).v128(0n).op("v128.load16_lane", { offset: 12, align: 1 }, 5).op("i16x8.extract_lane_u", 5);
    });
    expect(f()).toEqual([0x0001020304050607n, 0x1234]);
    expect(() => build("->", (f) => f.op("i8x16.shuffle", [0]))).toThrow("1 lanes, not 16");
    expect(() => build("->", (f) => f.op("i8x16.shuffle", Array(16).fill(32)))).toThrow("lane 32 of 32");
  });

  const lanes8 = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 16, maxLength: 16 });
  const clamp = (n: number, min: number, max: number): number => Math.min(max, Math.max(min, n));
  it.each([
    ["i8x16.add", (a: number, b: number) => a + b],
    ["i8x16.sub", (a: number, b: number) => a - b],
    ["i8x16.add_sat_s", (a: number, b: number) => clamp(a + b, -128, 127)],
    ["i8x16.add_sat_u", (a: number, b: number) => clamp((a & 0xff) + (b & 0xff), 0, 255)],
    ["i8x16.sub_sat_u", (a: number, b: number) => clamp((a & 0xff) - (b & 0xff), 0, 255)],
    ["i8x16.min_u", (a: number, b: number) => Math.min(a & 0xff, b & 0xff)],
    ["i8x16.max_s", (a: number, b: number) => Math.max(a, b)],
    ["i8x16.avgr_u", (a: number, b: number) => ((a & 0xff) + (b & 0xff) + 1) >> 1],
    ["i8x16.gt_s", (a: number, b: number) => (a > b ? -1 : 0)],
    ["v128.andnot", (a: number, b: number) => a & ~b],
  ] as const)("%s works on each lane", (name, oracle) => {
    const module = new ModuleBuilder();
    module.memory({ initial: 1 });
    const f = module.function({ params: [], results: [] });
    f.i32(32).i32(0).op("v128.load").i32(16).op("v128.load").op(name).op("v128.store");
    const exports = instantiate(module.export("f", f).export("memory", "memory").finish());
    const bytes = new Int8Array((exports.memory as WebAssembly.Memory).buffer, 0, 48);
    fc.assert(
      fc.property(lanes8, lanes8, (a, b) => {
        bytes.set(a, 0);
        bytes.set(b, 16);
        callable(exports, "f")();
        expect([...bytes.subarray(32)]).toEqual([...Int8Array.from(a, (lane, i) => oracle(lane, b[i]!))]);
      }),
    );
  });
});
