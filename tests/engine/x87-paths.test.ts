/*
 * The x87 instructions that have a wasm form, against the evaluator, which runs the helper: ordinary numbers mostly, short
 * and long, near and far in exponent, and what the form must refuse; every rounding and precision, masks, tags, tops.
 * Registers, status, pointers and memory must agree to the last bit, and most of it must not have called the helper.
 */
import { describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import { CODE, DATA, Pair, placeOf, Subject, USED } from "./agree.ts";

class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  /** mulberry32 */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  }
  below(n: number): number {
    return this.bits() % n;
  }
  wide(): bigint {
    return (BigInt(this.bits()) << 32n) | BigInt(this.bits());
  }
}

const OPERATIONS = ["fadd", "fmul", "", "", "fsub", "fsubr", "fdiv", "fdivr"] as const;
interface Form {
  readonly name: string;
  readonly code: (i: number) => readonly number[];
  /** What lies at [rsi]: a real of so many bits, or an integer. */
  readonly real?: 32 | 64;
  readonly integer?: 16 | 32 | 64;
}
const memory = (name: string, opcode: number, digit: number, kind: Pick<Form, "real" | "integer">): Form => ({
  name: `${name} m${kind.real ?? kind.integer}`,
  code: () => [opcode, (digit << 3) | 6],
  ...kind,
});
const register = (name: string, opcode: number, first: number): Form => ({
  name,
  code: (i) => [opcode, first + i],
});

const FORMS: readonly Form[] = [
  ...OPERATIONS.flatMap((name, digit) =>
    name === ""
      ? []
      : [
          memory(name, 0xd8, digit, { real: 32 }),
          memory(name, 0xdc, digit, { real: 64 }),
          register(`${name} st0,sti`, 0xd8, 0xc0 + 8 * digit),
          register(`DC ${digit}`, 0xdc, 0xc0 + 8 * digit),
          register(`DE ${digit}`, 0xde, 0xc0 + 8 * digit),
        ],
  ),
  memory("fld", 0xd9, 0, { real: 32 }),
  memory("fld", 0xdd, 0, { real: 64 }),
  memory("fst", 0xd9, 2, { real: 32 }),
  memory("fst", 0xdd, 2, { real: 64 }),
  memory("fstp", 0xd9, 3, { real: 32 }),
  memory("fstp", 0xdd, 3, { real: 64 }),
  memory("fild", 0xdf, 0, { integer: 16 }),
  memory("fild", 0xdb, 0, { integer: 32 }),
  memory("fild", 0xdf, 5, { integer: 64 }),
  memory("fist", 0xdf, 2, { integer: 16 }),
  memory("fist", 0xdb, 2, { integer: 32 }),
  memory("fistp", 0xdf, 3, { integer: 16 }),
  memory("fistp", 0xdb, 3, { integer: 32 }),
  memory("fistp", 0xdf, 7, { integer: 64 }),
  memory("fisttp", 0xdf, 1, { integer: 16 }),
  memory("fisttp", 0xdb, 1, { integer: 32 }),
  memory("fisttp", 0xdd, 1, { integer: 64 }),
  register("fld sti", 0xd9, 0xc0),
  register("fst sti", 0xdd, 0xd0),
  register("fstp sti", 0xdd, 0xd8),
  register("fxch", 0xd9, 0xc8),
];

/** A significand with the leading bit: long, short, or just below and above powers of two and halves. */
function significand(r: Random): bigint {
  const lead = 1n << 63n;
  switch (r.below(5)) {
    case 0:
      return lead | ((r.wide() >> 60n) << BigInt(r.below(59)));
    case 1:
      return BigInt.asUintN(64, -1n - BigInt(r.below(4)));
    case 2:
      return lead | BigInt(r.below(4));
    case 3: // half a unit of 53 or 24 bits
      return (
        lead | ((r.wide() & 0xffn) << BigInt(r.below(2) ? 11 : 40)) | (1n << BigInt(r.below(2) ? 10 : 39))
      );
    default:
      return lead | r.wide();
  }
}
function exponent(r: Random): number {
  switch (r.below(6)) {
    case 0:
      return 16383 + r.below(140) - 70;
    case 1:
      return 16383 + r.below(2400) - 1200;
    case 2:
      return r.below(40) === 0 ? r.below(0x8000) : 16383 + r.below(66);
    default:
      return 16383 + r.below(12) - 4;
  }
}

const plain = new Subject(64).cpu.bytes.slice();
const pair = new Pair(64);
const host = pair.interpreted;
const original = host.helper.bind(host);
let helped = 0;
host.helper = (name, insn) => {
  helped++;
  original(name, insn);
};

function run(form: Form, r: Random): string | undefined {
  const block = plain.slice();
  const view = new DataView(block.buffer);
  const ram = new Uint8Array(USED);
  const data = new DataView(ram.buffer);
  // A store before (mov [rdi], eax) lets the soft TLB know the page again, which loading the code has made it forget.
  const code = [0x89, 0x07, ...form.code(r.below(4)), 0x90, 0x90];
  ram.set(code, 0);
  const at = DATA.start + r.below(4) * 8 + (r.below(20) === 0 ? 4093 : 0);
  const place = placeOf(at);
  if (form.real === 64) {
    const e = 1023 + exponent(r) - 16383;
    data.setBigUint64(
      place,
      ((significand(r) >> 11n) & ((1n << 52n) - 1n)) |
        (BigInt(e & 0x7ff) << 52n) |
        (BigInt(r.below(2)) << 63n),
      true,
    );
    if (r.below(20) === 0) data.setBigUint64(place, r.wide() & (1n << 63n), true);
  } else if (form.real === 32) {
    const e = 127 + ((exponent(r) - 16383) % 100);
    data.setUint32(
      place,
      Number((significand(r) >> 40n) & 0x7fffffn) + e * 2 ** 23 + r.below(2) * 2 ** 31,
      true,
    );
  } else if (form.integer !== undefined) {
    data.setBigInt64(place, BigInt.asIntN(64, r.wide()) >> BigInt(r.below(64)), true);
  }
  const top = r.below(8);
  const quiet = r.below(8) !== 0;
  view.setUint16(
    S.FCW,
    0x40 | (quiet ? 0x3f : r.below(64)) | (r.below(4) << 10) | ([3, 3, 3, 2, 2, 0, 1][r.below(7)]! << 8),
    true,
  );
  // Nothing pending, C1 and sticky flags at random where all is masked.
  view.setUint16(
    S.FSW,
    (top << 11) | (quiet ? r.below(64) : 0) | (r.below(2) << 9) | (r.below(2) << 8),
    true,
  );
  let tags = 0;
  for (let i = 0; i < 8; i++) if (r.below(30) === 0 || i > 4) tags |= 3 << (2 * ((top + i) & 7));
  view.setUint16(S.FTW, tags, true);
  let pattern = exponent(r);
  for (let n = 0; n < 8; n++) {
    // Often near each other, sometimes equal.
    if (r.below(3)) pattern = r.below(30) === 0 ? r.below(0x8000) : exponent(r);
    view.setBigUint64(S.X87 + 16 * n, r.below(30) === 0 ? r.wide() : significand(r), true);
    view.setUint16(S.X87 + 16 * n + 8, pattern | (r.below(2) << 15), true);
    if (r.below(30) === 0) {
      view.setBigUint64(S.X87 + 16 * n, 0n, true);
      view.setUint16(S.X87 + 16 * n + 8, r.below(2) << 15, true);
    }
    if (n > 0 && r.below(10) === 0) block.copyWithin(S.X87 + 16 * n, S.X87 + 16 * n - 16, S.X87 + 16 * n);
  }
  view.setBigUint64(S.gprOffset(S.RSI), BigInt(at), true);
  view.setBigUint64(S.gprOffset(S.RDI), BigInt(DATA.start + 0x800), true);
  view.setBigUint64(S.RIP, BigInt(CODE.start), true);
  pair.load({ block, rflags: 2, ram });
  const before = `${code.map((b) => b.toString(16)).join(" ")} fcw ${view.getUint16(S.FCW, true).toString(16)} fsw ${view.getUint16(S.FSW, true).toString(16)} ftw ${tags.toString(16)} st ${Array.from(
    { length: 5 },
    (_, i) => {
      const p = S.X87 + 16 * ((top + i) & 7);
      return `${view.getUint16(p + 8, true).toString(16)}:${view.getBigUint64(p, true).toString(16)}`;
    },
  ).join(" ")} memory ${data.getBigUint64(place, true).toString(16)}`;
  const stop = pair.interpreter.run(2);
  pair.evaluated.evaluateOne();
  const fault = pair.evaluated.evaluateOne();
  if ((stop.kind === "budget" || stop.kind === "boundary") !== (fault === undefined))
    return `${before}: ${stop.kind}`;
  const difference = pair.difference();
  return difference.length > 0 ? `${before}: ${difference.join("; ")}` : undefined;
}

describe("x87 in wasm", () => {
  it.each(FORMS)("$name", (form) => {
    const r = new Random(form.name.length * 77 + (form.code(0)[1] ?? 0));
    const problems: string[] = [];
    helped = 0;
    const runs = 700;
    for (let i = 0; i < runs; i++) {
      const problem = run(form, r);
      if (problem !== undefined) problems.push(problem);
    }
    expect(problems.slice(0, 2)).toEqual([]);
    expect(helped).toBeLessThan(runs * 0.75);
  });
});
