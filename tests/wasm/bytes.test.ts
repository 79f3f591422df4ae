/* LEB128 and the growing byte buffer, against the definition in the specification. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bytes, sizeOfU32 } from "../../src/wasm/bytes.ts";

const written = (write: (out: Bytes) => void): number[] => {
  const out = new Bytes(1);
  write(out);
  return [...out.finish()];
};

/** LEB128 as the specification defines it (5.2.2), on BigInt. */
function unsigned(value: bigint): number[] {
  const group = Number(value & 0x7fn);
  return value < 128n ? [group] : [group | 0x80, ...unsigned(value >> 7n)];
}
function signed(value: bigint): number[] {
  const group = Number(value & 0x7fn);
  return value >= -64n && value < 64n ? [group] : [group | 0x80, ...signed(value >> 7n)];
}

/** Powers of two and their neighbours, where the number of bytes changes. */
const edges = (bits: bigint): bigint[] =>
  Array.from({ length: Number(bits) }, (_, i) => 1n << BigInt(i)).flatMap((p) => [
    p - 1n,
    p,
    p + 1n,
    -p - 1n,
    -p,
    -p + 1n,
  ]);

describe("LEB128", () => {
  const u32 = fc.oneof(fc.bigInt(0n, 2n ** 32n - 1n), fc.constantFrom(...edges(32n).filter((n) => n >= 0n)));
  const i32 = fc.oneof(fc.bigInt(-(2n ** 31n), 2n ** 32n - 1n), fc.constantFrom(...edges(31n)));
  const i64 = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.constantFrom(...edges(63n)));

  it("writes u32, and knows its size", () => {
    fc.assert(
      fc.property(u32, (value) => {
        expect(written((out) => out.u32(Number(value)))).toEqual(unsigned(value));
        expect(sizeOfU32(Number(value))).toBe(unsigned(value).length);
      }),
    );
  });

  it("writes s32 from a number or a bigint, signed or not", () => {
    fc.assert(
      fc.property(i32, (value) => {
        const expected = signed(BigInt.asIntN(32, value));
        expect(written((out) => out.s32(Number(value)))).toEqual(expected);
        expect(written((out) => out.s32(value))).toEqual(expected);
      }),
    );
  });

  it("writes s64 from a bigint, signed or not, and from a number", () => {
    fc.assert(
      fc.property(i64, (value) => {
        const expected = signed(BigInt.asIntN(64, value));
        expect(written((out) => out.s64(value))).toEqual(expected);
        const number = Number(value);
        if (Number.isSafeInteger(number)) expect(written((out) => out.s64(number))).toEqual(expected);
      }),
    );
  });

  it("writes the ends of i64", () => {
    const min = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
    const max = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
    expect(written((out) => out.s64(-(2n ** 63n)))).toEqual(min);
    expect(written((out) => out.s64(2n ** 63n))).toEqual(min);
    expect(written((out) => out.s64(2n ** 63n - 1n))).toEqual(max);
    expect(written((out) => out.s64(2n ** 64n - 1n))).toEqual([0x7f]);
  });

  it.each([-1, 2 ** 32, 1.5, Number.NaN])("refuses %d as a u32", (value) => {
    expect(() => written((out) => out.u32(value))).toThrow(RangeError);
  });

  it.each([-(2 ** 31) - 1, 2 ** 32, 0.5, Number.NaN, 2n ** 32n])("refuses %s as an i32", (value) => {
    expect(() => written((out) => out.s32(value))).toThrow(RangeError);
  });

  it.each([2 ** 53, 0.5, Number.NaN, 2n ** 64n, -(2n ** 63n) - 1n])("refuses %s as an i64", (value) => {
    expect(() => written((out) => out.s64(value))).toThrow(RangeError);
  });
});

describe("Bytes", () => {
  it("writes floats lowest byte first", () => {
    expect(written((out) => out.f32(1.5))).toEqual([0, 0, 0xc0, 0x3f]);
    expect(written((out) => out.f64(-2))).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0]);
  });

  it("writes names as UTF-8 and refuses half a surrogate pair", () => {
    expect(written((out) => out.name("é€"))).toEqual([5, 0xc3, 0xa9, 0xe2, 0x82, 0xac]);
    expect(() => written((out) => out.name("\ud800"))).toThrow(RangeError);
  });

  it("grows, and finish() is a copy", () => {
    const out = new Bytes(1);
    out.bytes(Array.from({ length: 1000 }, (_, i) => i & 0xff));
    const first = out.finish();
    expect(out.length).toBe(1000);
    out.clear();
    out.u8(0xaa);
    expect([...out.view()]).toEqual([0xaa]);
    expect(first[999]).toBe(999 & 0xff);
  });
});
