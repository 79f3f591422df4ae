// Lane operations: what they compute over bigints against what the engine's own SIMD instructions compute.
import { describe, expect, test } from "vitest";
import { LANES, type LaneFunction } from "../../src/isa/lanes.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import { type OpName, type OpNameWith, opcodes } from "../../src/wasm/opcodes.ts";
import { Random } from "../silicon/random.ts";

const ROUNDS = 300;
const ARGUMENT = 16;

/** A function of no arguments that takes operands from memory at 16, 32 …, and leaves the result at 0. */
function compile(name: string, f: LaneFunction): { memory: DataView; run: () => void } {
  const module = new ModuleBuilder();
  module.memory({ initial: 1 });
  const code = module.function({ params: [], results: [] });
  const type = (w: number) => (w === 128 ? "v128" : w === 64 ? "i64" : "i32");
  code.i32(0);
  f.args.forEach(
    (w, i) => void code.i32(0).op(`${type(w)}.load` as "i32.load", { offset: ARGUMENT * (i + 1) }),
  );
  if (f.shuffle) code.op("i8x16.shuffle", f.shuffle);
  else code.op(name as OpNameWith<"none">);
  code.op(`${type(f.result)}.store` as "i32.store");
  module.export("run", code);
  module.export("memory", "memory");
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()));
  const view = new DataView((exports.memory as WebAssembly.Memory).buffer);
  return { memory: view, run: exports.run as () => void };
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x0f, 0x10, 0x8f];

/** Random bytes, or bytes among which edges are frequent, or one lane repeated. */
function vector(random: Random): bigint {
  const kind = random.below(4);
  let n = 0n;
  for (let i = 0; i < 16; i++) {
    const byte = kind === 0 ? random.below(256) : random.pick(EDGES);
    n = (n << 8n) | BigInt(byte);
  }
  const word = BigInt.asUintN(16, n);
  return kind === 3 ? [0, 1, 2, 3, 4, 5, 6, 7].reduce((v) => (v << 16n) | word, 0n) : n;
}

const laneWidth = (name: string): number => Number(/^i(\d+)x/.exec(name)?.[1] ?? 0);

describe("lane operations", () => {
  test.each(Object.entries(LANES) as [string, LaneFunction][])("%s is what wasm computes", (name, f) => {
    const { memory, run } = compile(name, f);
    const random = new Random();
    random.seed(name.length, 1, 2);
    const widths = f.args;
    for (let round = 0; round < ROUNDS; round++) {
      const args = widths.map((w) => {
        if (w === 32 && widths.length === 2) return BigInt(random.below(laneWidth(name)));
        return BigInt.asUintN(w, vector(random));
      });
      args.forEach((a, i) => {
        memory.setBigUint64(ARGUMENT * (i + 1), BigInt.asUintN(64, a), true);
        memory.setBigUint64(ARGUMENT * (i + 1) + 8, a >> 64n, true);
      });
      memory.setBigUint64(0, 0n, true);
      memory.setBigUint64(8, 0n, true);
      run();
      const expected = (memory.getBigUint64(8, true) << 64n) | memory.getBigUint64(0, true);
      const text = args.map((a) => a.toString(16)).join(", ");
      expect(`${name}(${text}) = ${f.evaluate(...args).toString(16)}`).toBe(
        `${name}(${text}) = ${expected.toString(16)}`,
      );
    }
  });

  test("bear names of wasm instructions whose types agree", () => {
    const type = (w: number) => (w === 128 ? "v128" : w === 64 ? "i64" : "i32");
    for (const [name, f] of Object.entries(LANES) as [string, LaneFunction][]) {
      const op = opcodes[(f.shuffle ? "i8x16.shuffle" : name) as OpName];
      expect([name, op.params, op.results]).toEqual([name, f.args.map(type), [type(f.result)]]);
    }
  });

  test("a shift by the lane width or more is the caller's error", () => {
    expect(() => LANES["i16x8.shl"].evaluate(1n, 16n)).toThrow("a shift of 16-bit lanes by 16");
  });
});
