/* Recorded vectors: they agree with an addition written down from the manual, a wrong flag is found, and the format reads back what was written. */
import { describe, expect, it } from "vitest";
import { CaseMaker } from "./cases.ts";
import { check, report } from "./check.ts";
import type { Plan } from "./plan.ts";
import { CODE, State } from "./state.ts";
import { decode, families, readFamily, type Vector, Writer } from "./vectors.ts";

/** Executes `add r64, r64` without a REX.R or REX.B, which is 48 01 /r. */
function add(before: State, code: Uint8Array): State {
  const after = before.clone();
  const [from, to] = [(code[2]! >> 3) & 7, code[2]! & 7];
  const [a, b] = [before.gpr[to]!, before.gpr[from]!];
  const sum = BigInt.asUintN(64, a + b);
  after.gpr[to] = sum;
  const parity = [...(sum & 0xffn).toString(2)].filter((bit) => bit === "1").length % 2 === 0;
  const signs = [a, b, sum].map((value) => value >> 63n);
  const flags = [
    [0x001, sum < a],
    [0x004, parity],
    [0x010, (sum & 15n) < (a & 15n)],
    [0x040, sum === 0n],
    [0x080, signs[2] === 1n],
    [0x800, signs[0] === signs[1] && signs[0] !== signs[2]],
  ] as const;
  after.rflags = flags.reduce((value, [bit, set]) => (set ? value | bit : value), before.rflags & ~0x8d5);
  after.rip += BigInt(code.length);
  return after;
}

function isPlainAdd({ bytes }: Vector): boolean {
  return bytes.length === 3 && bytes[0] === 0x48 && bytes[1] === 0x01 && bytes[2]! >= 0xc0;
}

describe("recorded vectors", () => {
  it("are many, and begin where the case maker says", () => {
    let count = 0;
    for (const family of families()) {
      for (const { before, after, bytes } of readFamily(family)) {
        count++;
        if (before.rip !== BigInt(CODE) || bytes.length > 15 || (after.fault === null && after.rip === 0n)) {
          throw new Error(`${family}: ${Buffer.from(bytes).toString("hex")} is damaged`);
        }
      }
    }
    expect(count).toBeGreaterThanOrEqual(200_000);
  });

  it("agree with an addition written down from the manual", () => {
    const result = check({ execute: add, families: ["arithmetic"], accept: isPlainAdd });
    expect(result.vectors).toBeGreaterThan(0);
    expect(report(result).split("\n").slice(1)).toEqual([]);
  });

  it("find a wrong flag, and say which", () => {
    const wrong = (before: State, code: Uint8Array): State => {
      const after = add(before, code);
      after.rflags ^= 0x10;
      return after;
    };
    const options = { execute: wrong, families: ["arithmetic"], accept: isPlainAdd };
    const result = check(options);
    expect(result.mismatches).toBe(result.vectors);
    expect(report(result)).toMatch(/add r.., *r..[\s\S]*here ≠ silicon: rflags/);
    expect(check({ ...options, undefinedFlags: () => 0x10 }).mismatches).toBe(0);
  });
});

describe("the vector format", () => {
  const bytes = Uint8Array.of(0x48, 0x01, 0xd8);
  const plan: Plan = {
    values: "float32",
    sse: true,
    x87: "float80",
    steps: [
      { do: "address", base: 3, index: 255, scale: 0, displacement: -5, size: 8, margin: 0, bits: 64 },
      { do: "dividend", bits: 64, signed: true },
    ],
  };

  function alter(state: State, number: number): void {
    state.gpr[number] = [0n, -1n, 0x1234n, -0x123456n, state.gpr[3]! + 8n, 0xdeadbeefcafebaben][number] ?? 0n;
    state.xmm[number * 3]! ^= 0x55;
    state.x87[number * 7]! ^= 0xaa;
    state.memory.fill(number, 2 * number, 5 * number);
    state.rflags ^= number * 0x20041;
    state.mxcsr ^= number;
    state.fault =
      number < 3 ? null : { vector: 14, error: 6, cr2: number < 5 ? 0x10002000n : 0xffff_8000_0000_0000n };
    state.rip = number === 1 ? 0xffff_8000_0000_0123n : BigInt(state.fault ? CODE : CODE + 3);
  }

  it("gives back what was put in", () => {
    const writer = new Writer();
    const maker = new CaseMaker();
    const before = new State();
    const expected: State[] = [];
    for (let number = 0; number < 6; number++) {
      maker.make(before, bytes, plan, number);
      if (number === 0) writer.encoding({ bytes, plan, cases: 6 }, before);
      const after = before.clone();
      alter(after, number);
      writer.case(before, after, bytes.length);
      expected.push(after);
    }
    const vectors = [...decode("test", writer.finish())].length;
    expect(vectors).toBe(6);
    for (const { after, number } of decode("test", writer.finish())) {
      expect(after.difference(expected[number]!)).toEqual([]);
    }
  });

  it("refuses inputs that are made differently now", () => {
    const writer = new Writer();
    writer.encoding({ bytes, plan, cases: 1 }, new State());
    writer.case(new State(), new State(), bytes.length);
    expect(() => [...decode("test", writer.finish())]).toThrow("test: cases.ts makes other inputs");
  });
});
