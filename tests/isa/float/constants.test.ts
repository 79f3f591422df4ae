// What is stored as numbers or tables, against what it is mathematically.

import { expect, test } from "vitest";
import { reciprocal, reciprocalSquareRoot } from "../../../src/isa/float/approximate.ts";
import { x87Constant } from "../../../src/isa/float/constants.ts";
import { Environment, type Rounding } from "../../../src/isa/float/environment.ts";
import { EXTENDED } from "../../../src/isa/float/format.ts";
import { round } from "../../../src/isa/float/round.ts";
import { doubledArtanh, ln2, pi } from "../../../src/isa/float/series.ts";

const F = 256;
const one = 1n << BigInt(F);
const ln10 = 3n * ln2(F) + doubledArtanh(one / 9n, F); // 10 = 8 × (1 + 1/9) / (1 - 1/9)

test.each([
  ["fldpi", pi(F)],
  ["fldln2", ln2(F)],
  ["fldl2e", (one << BigInt(F)) / ln2(F)],
  ["fldl2t", (ln10 << BigInt(F)) / ln2(F)],
  ["fldlg2", (ln2(F) << BigInt(F)) / ln10],
  ["fld1", one],
] as const)("%s is the number it is named for, in every rounding mode", (name, value) => {
  for (const rounding of [0, 1, 2, 3] satisfies Rounding[]) {
    const env = new Environment();
    env.rounding = rounding;
    const rounded = round(EXTENDED, 64, 0, -F - 1, (value << 1n) | (name === "fld1" ? 0n : 1n), env);
    expect(x87Constant(name, env).toString(16)).toBe(rounded.toString(16));
  }
});

const view = new DataView(new ArrayBuffer(4));

function apply(f: (bits: bigint) => bigint, x: number): number {
  view.setFloat32(0, x);
  view.setUint32(0, Number(f(BigInt(view.getUint32(0)))));
  return view.getFloat32(0);
}

test("approximate reciprocals and roots err by at most 1.5 × 2^-12", () => {
  let worst = 0;
  for (let i = 0; i < 1 << 14; i++) {
    const x = 0.5 + (i + (i & 1 ? 0.999 : 0)) / (1 << 13);
    const single = Math.fround(x);
    worst = Math.max(worst, Math.abs(apply(reciprocal, single) * single - 1));
    worst = Math.max(worst, Math.abs(apply(reciprocalSquareRoot, single) * Math.sqrt(single) - 1));
  }
  expect(worst).toBeLessThanOrEqual(1.5 * 2 ** -12);
});
