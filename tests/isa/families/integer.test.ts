/**
 * The integer families by the evaluator against the recorded silicon vectors (tests/silicon): results, all flags, those
 * too that the manual leaves undefined, memory, and faults with their error codes.
 */
import { describe, expect, it } from "vitest";
import { PURE } from "../../../src/isa/pure.ts";
import { check, formName, report } from "../../silicon/check.ts";
import { IntegerProcessor } from "./integer-processor.ts";

const disagreements = (result: ReturnType<typeof check>): string[] => report(result).split("\n").slice(1);

/** Forms of the families move and control that are system instructions or floating point. */
const OTHERS = /^(Wait|Clflush|Clflushopt|Clwb|Cvtt?s[sd]2si|[LMS]fence|Pushf[qw]|Popf[qw]|Int3)(_|$)/;

describe("integer instructions agree with silicon", () => {
  const processor = new IntegerProcessor();
  for (const family of ["arithmetic", "shift", "multiply", "bits", "exchange", "string"]) {
    it(family, () => {
      const result = check({ execute: processor.execute, families: [family] });
      expect(result.vectors).toBeGreaterThan(4000);
      expect(disagreements(result)).toEqual([]);
    });
  }
  for (const family of ["move", "control"]) {
    it(`${family}, but for system instructions and conversions`, () => {
      const result = check({
        execute: processor.execute,
        families: [family],
        accept: (vector) => !OTHERS.test(formName(vector.bytes)),
      });
      expect(result.vectors).toBeGreaterThan(4000);
      expect(disagreements(result)).toEqual([]);
    });
  }
  it("illegal bytes", () => {
    const result = check({ execute: processor.execute, families: ["illegal"] });
    expect(result.vectors).toBeGreaterThan(4000);
    expect(disagreements(result)).toEqual([]);
  });
});

describe("functions of pure/integer.ts", () => {
  const divisors = [1n, 2n, 3n, 10n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n];
  const dividends = [0n, 1n, 7n, 0x123456789abcdef0n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n];
  const s64 = (v: bigint): bigint => BigInt.asIntN(64, v);

  it("divide so that quotient × divisor + remainder is the dividend", () => {
    for (const n of dividends) {
      for (const d of divisors) {
        const q = PURE.divu64.evaluate(n, d);
        const r = PURE.remu64.evaluate(n, d);
        expect([q * d + r, r < d]).toEqual([n, true]);
        const sq = s64(PURE.divs64.evaluate(n, d));
        const sr = s64(PURE.rems64.evaluate(n, d));
        expect(s64(sq * s64(d) + sr)).toBe(s64(n));
        expect(sr === 0n || sr < 0n === s64(n) < 0n).toBe(true);
      }
    }
  });

  it("divide by nothing, and the least number by −1, without trapping", () => {
    const least = 1n << 63n;
    const minusOne = (1n << 64n) - 1n;
    expect([PURE.divu64, PURE.remu64, PURE.divs64, PURE.rems64].map((f) => f.evaluate(5n, 0n))).toEqual([
      0n,
      0n,
      0n,
      0n,
    ]);
    expect(PURE.divs64.evaluate(least, minusOne)).toBe(least);
    expect(PURE.rems64.evaluate(least, minusOne)).toBe(0n);
  });

  it("compute the CRC-32C of the check string", () => {
    // RFC 3720 appendix B.4 and the CRC catalogue: "123456789" has e3069283; 32 zero bytes have 8a9136aa.
    let crc = 0xffffffffn;
    for (const byte of Buffer.from("123456789")) crc = PURE.crc32c8.evaluate(crc, BigInt(byte));
    expect((crc ^ 0xffffffffn).toString(16)).toBe("e3069283");
    crc = 0xffffffffn;
    for (let i = 0; i < 4; i++) crc = PURE.crc32c64.evaluate(crc, 0n);
    expect((crc ^ 0xffffffffn).toString(16)).toBe("8a9136aa");
  });

  it("gather what they scattered", () => {
    for (const mask of [
      0n,
      1n,
      0xff00ff00ff00ff00n,
      0x8000000000000001n,
      (1n << 64n) - 1n,
      0x5555aaaa0f0ff0f0n,
    ]) {
      const ones = BigInt(mask.toString(2).replaceAll("0", "").length);
      for (const value of dividends) {
        const spread = PURE.pdep.evaluate(value, mask);
        expect(spread & ~mask).toBe(0n);
        expect(PURE.pext.evaluate(spread, mask)).toBe(value & ((1n << ones) - 1n));
      }
    }
  });
});
