/*
 * Repeated string instructions, which the interpreter executes many iterations at a time, against the evaluator, which
 * knows only single ones: counts, alignments, overlaps, page ends, faults and budgets at random. After each budget
 * registers, memory, flags and the numbers of instructions and cycles are those of so many iterations.
 */
import { describe, expect, it } from "vitest";
import * as S from "../../src/isa/state.ts";
import {
  CODE,
  DATA,
  outcomeOf,
  outcomeOfStop,
  outcomeText,
  Pair,
  READ_ONLY,
  STACK,
  Subject,
  USED,
} from "./agree.ts";

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
}

/** Opcode bytes behind the prefixes, by size of the element. */
const FORMS = ["movs", "stos", "cmps", "scas"].flatMap((name, i) => {
  const opcode = [0xa4, 0xaa, 0xa6, 0xae][i] ?? 0;
  return [
    { name: `${name}b`, bytes: 1, code: [opcode] },
    { name: `${name}w`, bytes: 2, code: [0x66, opcode + 1] },
    { name: `${name}d`, bytes: 4, code: [opcode + 1] },
    { name: `${name}q`, bytes: 8, code: [0x48, opcode + 1] },
  ];
});

const plain = new Subject(64).cpu.bytes.slice();
const pair = new Pair(64);

/** One instruction, run to its end or its fault in pieces. Undefined, or what differs. */
function run(form: (typeof FORMS)[number], seed: number, big: boolean): string | undefined {
  const r = new Random(seed);
  const block = plain.slice();
  const view = new DataView(block.buffer);
  const ram = new Uint8Array(USED);
  // Few values, so that comparisons go on for a while.
  const values = 1 + r.below(3);
  const rare = 40 * (1 + r.below(20));
  const value = r.below(256);
  for (let i = 0; i < USED; i++) ram[i] = value + (values > 1 && r.below(rare) === 0 ? r.below(values) : 0);
  if (r.below(2))
    for (let i = 0; i < USED; i++) ram[i] = form.name.match(/movs|stos/) ? r.below(256) : (ram[i] ?? 0);
  // F3 or F2; then nothing but itself again, with no count left.
  const prefix = r.below(2) ? 0xf3 : 0xf2;
  const prefixes = form.code[0] === 0x66 ? [0x66, prefix] : [prefix];
  const address = r.below(12) === 0 ? [0x67] : [];
  const segment = r.below(6) === 0 ? [0x64] : [];
  const rest = form.code.filter((b) => b !== 0x66);
  const code = [...segment, ...address, ...prefixes, ...rest, 0xeb];
  code.push(256 - code.length - 1);
  ram.set(code, 0);
  const ends = [
    DATA.start,
    READ_ONLY.start,
    READ_ONLY.start + READ_ONLY.size,
    STACK.start + STACK.size,
    DATA.start + 4096,
  ];
  const place = (): number =>
    r.below(3) === 0
      ? (ends[r.below(ends.length)] ?? 0) - r.below(200)
      : DATA.start + r.below(DATA.size + READ_ONLY.size);
  const source = place();
  // Often overlapping: the destination a little before or behind.
  const destination = r.below(3) === 0 ? source + r.below(80) - 40 : place();
  const fs = segment.length > 0 ? r.below(64) : 0;
  view.setBigUint64(S.segmentOffset(S.FS), BigInt(fs), true);
  view.setBigUint64(S.gprOffset(S.RSI), BigInt(source - fs), true);
  view.setBigUint64(S.gprOffset(S.RDI), BigInt(destination), true);
  const count = r.below(big ? 5000 : 300);
  view.setBigUint64(S.gprOffset(S.RCX), r.below(20) === 0 ? (1n << 64n) - 1n : BigInt(count), true);
  const byte = BigInt(value);
  const equal = r.below(2) ? byte * 0x0101010101010101n : byte | (BigInt(r.bits()) << 20n);
  view.setBigUint64(S.gprOffset(S.RAX), equal, true);
  view.setBigUint64(S.RIP, BigInt(CODE.start), true);
  const down = r.below(10) === 0 ? S.FLAG.df : 0;
  pair.load({ block, rflags: 2 | down | (r.below(2) ? S.FLAG.cf | S.FLAG.zf : 0), ram });

  const { interpreter } = pair;
  const what = `seed ${seed} ${form.name} ${code.map((b) => b.toString(16)).join(" ")} rsi ${source.toString(16)} rdi ${destination.toString(16)} count ${count}`;
  for (let piece = 0; piece < (big ? 3 : 8); piece++) {
    const budget = r.below(4) === 0 ? 1 + r.below(4) : 1 + r.below(big ? 3000 : 200);
    const before = interpreter.instructions;
    const cyclesBefore = interpreter.cycles;
    const stop = interpreter.run(budget);
    const done = interpreter.instructions - before;
    const cycles = interpreter.cycles - cyclesBefore;
    if (cycles !== done) return `${what}: ${done} instructions in ${cycles} cycles`;
    if (stop.kind === "budget" && done !== budget) return `${what}: ${done} of ${budget}`;
    for (let i = 0; i < done; i++) {
      const fault = pair.evaluated.evaluateOne();
      if (fault !== undefined) return `${what}: ${outcomeText(outcomeOf(fault))} after ${i} of ${done}`;
    }
    if (stop.kind !== "budget") {
      const wanted = outcomeText(outcomeOf(pair.evaluated.evaluateOne()));
      const got = outcomeText(outcomeOfStop(stop));
      if (wanted !== got) return `${what}: ${got}, not ${wanted}`;
    }
    const [difference] = pair.difference();
    if (difference !== undefined) return `${what}, after ${piece + 1} pieces: ${difference}`;
    if (stop.kind !== "budget") return undefined;
  }
  return undefined;
}

describe("repeated string instructions", () => {
  it.each(FORMS)("$name agrees with single iterations", (form) => {
    const problems: string[] = [];
    for (let seed = 0; seed < 60; seed++) {
      const problem = run(form, seed * 16 + form.bytes, seed % 15 === 0);
      if (problem !== undefined) problems.push(problem);
    }
    expect(problems.slice(0, 3)).toEqual([]);
  });
});
