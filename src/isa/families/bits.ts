/**
 * Single bits and counts of bits: BT, BTS, BTR, BTC, BSF, BSR, TZCNT, LZCNT, POPCNT, CRC32 (SDM vol. 2A, 2B). Those
 * with VEX are in bmi.ts.
 */

import type { Ops, Semantics } from "../ops.ts";
import type { PureName } from "../pure.ts";
import { op, type Row, type RowOptions } from "../row.ts";

/** The new value of a word with one bit selected by `mask`. */
type Change = <V>(o: Ops<V>, word: V, mask: V) => V;

const setBit: Change = (o, word, mask) => o.or(word, mask);
const resetBit: Change = (o, word, mask) => o.and(word, o.not(mask));
const complementBit: Change = (o, word, mask) => o.xor(word, mask);

/**
 * Address of the word that holds bit `offset` of a bit string in memory: operand 0's, plus the words that the signed
 * offset passes (SDM vol. 2A §3.1.1.9).
 */
function wordAddress<V>(o: Ops<V>, offset: V): V {
  const size = o.size;
  const shiftBy = (n: number) => o.const(size, n);
  const log2 = size === 64 ? 6 : size === 32 ? 5 : 4;
  const bytes = o.shl(o.sar(offset, shiftBy(log2)), shiftBy(log2 - 3));
  const fitted = size < o.addressSize ? o.sext(bytes, o.addressSize) : o.low(bytes, o.addressSize);
  return o.add(o.address(0), fitted);
}

/** Flags and the changed word. The index is below the operand size. */
function testBit<V>(o: Ops<V>, word: V, index: V, change: Change | undefined, store: (r: V) => void): void {
  if (change !== undefined) store(change(o, word, o.shl(o.const(o.size, 1), index)));
  o.setFlags({ cf: () => o.bit(o.shr(word, index), 0) });
}

const withinWord = <V>(o: Ops<V>, offset: V): V => o.and(offset, o.const(o.size, o.size - 1));

/** Bit number in a register: in memory it reaches beyond the word. */
const byRegister =
  (change?: Change): Semantics =>
  (o) => {
    const offset = o.read(1);
    const index = withinWord(o, offset);
    if (o.isMemory(0)) {
      const address = wordAddress(o, offset);
      const word = o.loadAt(0, address, o.size);
      testBit(o, word, index, change, (r) => o.storeAt(0, address, r));
    } else {
      testBit(o, o.read(0), index, change, (r) => o.write(0, r));
    }
  };

const byImmediate =
  (change?: Change): Semantics =>
  (o) => {
    const index = o.zext(o.and(o.read(1), o.const(8, o.size - 1)), o.size);
    testBit(o, o.read(0), index, change, (r) => o.write(0, r));
  };

/**
 * A source of 0 sets zf and leaves the destination alone, even the upper half of a 32-bit one. The flags beside zf are
 * undefined by the manual; on silicon pf is that of the number found, and the others are clear.
 */
const scan =
  (reverse: boolean): Semantics =>
  (o) => {
    const source = o.read(1);
    const size = o.size;
    const found = reverse ? o.sub(o.const(size, size - 1), o.clz(source)) : o.ctz(source);
    o.when(o.ne(source, o.const(size, 0)), () => o.write(0, found));
    const clear = () => o.const(1, 0);
    o.setFlags({
      result: () => o.select(o.isZero(source), source, found),
      zf: () => o.isZero(source),
      cf: clear,
      of: clear,
      af: clear,
    });
  };

/** Of the undefined flags silicon clears sf, af and pf. */
const countZeros =
  (leading: boolean): Semantics =>
  (o) => {
    const source = o.read(1);
    const r = leading ? o.clz(source) : o.ctz(source);
    o.write(0, r);
    const clear = () => o.const(1, 0);
    o.setFlags({ cf: () => o.isZero(source), zf: () => o.isZero(r), sf: clear, af: clear, pf: clear });
  };

const popcnt: Semantics = (o) => {
  const source = o.read(1);
  o.write(0, o.popcount(source));
  const zero = () => o.const(1, 0);
  o.setFlags({ zf: () => o.isZero(source), cf: zero, of: zero, sf: zero, af: zero, pf: zero });
};

const CRC_BY_WIDTH: Readonly<Record<number, PureName>> = {
  8: "crc32c8",
  16: "crc32c16",
  32: "crc32c32",
  64: "crc32c64",
};

/** The accumulator is the low half of the destination; the upper half becomes 0. */
const crc32: Semantics = (o) => {
  const name = CRC_BY_WIDTH[o.width(1)];
  if (name === undefined) throw new Error(`crc32 of ${o.width(1)} bits`);
  o.write(0, o.zext(o.pure(name, o.readLow(0, 32), o.read(1)), o.width(0)));
};

const tested = ["of", "sf", "af", "pf"] as const;
const scanned = ["cf", "of", "sf", "af", "pf"] as const;

const changing: RowOptions = { undefined: tested, lock: true, cost: [2, 2] };
const GROUP8: readonly (readonly [name: string, registerOpcode: number, change: Change | undefined])[] = [
  ["bt", 0x0fa3, undefined],
  ["bts", 0x0fab, setBit],
  ["btr", 0x0fb3, resetBit],
  ["btc", 0x0fbb, complementBit],
];

export const BITS: readonly Row[] = [
  ...GROUP8.flatMap(([name, opcode, change], n) => {
    const options: RowOptions = change === undefined ? { undefined: tested } : changing;
    return [
      op(opcode, name, "Ev,Gv", byRegister(change), options),
      op(0x0fba, name, "Ev,Ib", byImmediate(change), { ...options, digit: 4 + n }),
    ];
  }),
  op(0x0fbc, "bsf", "Gv,Ev", scan(false), { undefined: scanned }),
  op(0x0fbd, "bsr", "Gv,Ev", scan(true), { undefined: scanned }),
  op(0x0fbc, "tzcnt", "Gv,Ev", countZeros(false), {
    prefix: "f3",
    feature: "bmi1",
    undefined: tested,
  }),
  op(0x0fbd, "lzcnt", "Gv,Ev", countZeros(true), {
    prefix: "f3",
    feature: "abm",
    undefined: tested,
  }),
  op(0x0fb8, "popcnt", "Gv,Ev", popcnt, { prefix: "f3", feature: "popcnt" }),
  op(0x0f38f0, "crc32", "Gy,Eb", crc32, { prefix: "f2", feature: "sse4_2", cost: [3, 1] }),
  op(0x0f38f1, "crc32", "Gy,Ev", crc32, { prefix: "f2", feature: "sse4_2", cost: [3, 1] }),
];
