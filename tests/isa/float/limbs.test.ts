// The quick roads against the slow ones, which are compared with silicon: equal wherever the quick one accepts.

import { expect, test } from "vitest";
import { extend, narrow } from "../../../src/isa/float/convert.ts";
import { Environment } from "../../../src/isa/float/environment.ts";
import {
  limbExtend32,
  limbExtend64,
  limbNarrow32,
  limbNarrow64,
} from "../../../src/isa/float/limb-memory.ts";
import { limbAdd, limbMultiply } from "../../../src/isa/float/limbs.ts";
import { x87Binary } from "../../../src/isa/float/x87.ts";
import { operand, Random } from "./operands.ts";

const CASES = 50_000;
const words = new Uint32Array(12);

function put(at: number, bits: bigint): void {
  for (let i = 0; i < 3; i++) words[at + i] = Number(BigInt.asUintN(32, bits >> BigInt(32 * i)));
}

function take(at: number): bigint {
  return BigInt(words[at]!) | (BigInt(words[at + 1]!) << 32n) | (BigInt(words[at + 2]!) << 64n);
}

function randomControl(random: Random): number {
  return 0x7f | random.pick([0x200, 0x300]) | (random.below(4) << 10);
}

/** An operand whose exponent is within reach of a's, or that differs from it in few bits, or any. */
function partner(random: Random, a: bigint): bigint {
  const b = operand(random, "f80");
  const near = ((a >> 64n) + BigInt(random.below(140) - 70)) & 0xffffn;
  return random.pick([
    b,
    BigInt.asUintN(64, b) | (near << 64n),
    a ^ BigInt(random.below(256)),
    a ^ (1n << 79n),
  ]);
}

const OPERATIONS = {
  add: (env: Environment) => limbAdd(words, 0, 4, 8, false, false, env),
  sub: (env: Environment) => limbAdd(words, 0, 4, 8, false, true, env),
  subr: (env: Environment) => limbAdd(words, 0, 4, 8, true, false, env),
  mul: (env: Environment) => limbMultiply(words, 0, 4, 8, env),
};

test.each(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])("%s in limbs is that of bigints", (op) => {
  const random = new Random(op.length * 7919 + op.charCodeAt(0));
  let accepted = 0;
  for (let n = 0; n < CASES; n++) {
    const a = operand(random, "f80");
    const b = partner(random, a);
    const control = randomControl(random);
    const quick = new Environment().setControlWord(control);
    const slow = new Environment().setControlWord(control);
    put(0, a);
    put(4, b);
    if (!OPERATIONS[op](quick)) {
      expect(quick.flags).toBe(0);
      continue;
    }
    accepted += 1;
    const outcome = [x87Binary(op, a, b, slow), slow.flags, slow.c1];
    const ours = [take(8), quick.flags, quick.c1];
    if (ours.some((part, i) => part !== outcome[i])) {
      expect({ a, b, control, ours }).toEqual({ a, b, control, ours: outcome });
    }
  }
  expect(accepted).toBeGreaterThan(CASES / 4);
});

test.each([32, 64] as const)("loads and stores of %d bits in limbs are those of bigints", (width) => {
  const random = new Random(width);
  const memory = new Uint32Array(2);
  let [loads, stores] = [0, 0];
  for (let n = 0; n < CASES; n++) {
    const bits = operand(random, `f${width}`);
    const [low, high] = [Number(BigInt.asUintN(32, bits)), Number(bits >> 32n)];
    if (width === 32 ? limbExtend32(words, 0, low) : limbExtend64(words, 0, low, high)) {
      loads += 1;
      const env = new Environment();
      expect(take(0)).toBe(extend(width, bits, env));
      expect(env.flags).toBe(0);
    }
    const number = operand(random, "f80");
    const control = randomControl(random);
    const quick = new Environment().setControlWord(control);
    const slow = new Environment().setControlWord(control);
    put(0, number);
    memory.fill(0);
    if (!(width === 32 ? limbNarrow32 : limbNarrow64)(words, 0, memory, 0, quick)) continue;
    stores += 1;
    expect(BigInt(memory[0]!) | (BigInt(memory[1]!) << 32n)).toBe(narrow(width, number, slow));
    expect([quick.flags, quick.c1]).toEqual([slow.flags, slow.c1]);
  }
  expect(Math.min(loads, stores)).toBeGreaterThan(CASES / 5);
});
