/**
 * Pure functions (isa/pure.ts) as wasm: checksums, bit gathers, ciphers, hashes. Division is in wide-arithmetic.ts.
 *
 * Straight-line ones are written over the value operators, as semantics are. Tables are constants of the code, made
 * from the definitions: nothing of this needs linear memory. Each agrees with its definition for all arguments.
 */
import { PURE, type PureName } from "../isa/pure.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import type { OpName } from "../wasm/opcodes.ts";
import { Code, Emitter } from "./code.ts";
import { constant, localNode, type Node, typeOf } from "./node.ts";
import type { RuntimeCalls, RuntimeFunction } from "./runtime-calls.ts";
import { ValueOps } from "./value-ops.ts";

/** Value operators with the vector instructions under their own names. */
class PathOps extends ValueOps {
  v(op: OpName, ...args: readonly Node[]): Node {
    return this.node(128, op, args);
  }
  shuffled(a: Node, lanes: readonly number[]): Node {
    return this.node(128, "i8x16.swizzle", [a, constant(128, bytesToBits(lanes))]);
  }
  splat32(a: Node): Node {
    return this.node(128, "i32x4.splat", [a]);
  }
  vector(words: readonly Node[]): Node {
    return words.reduce((v, word, i) => this.insert(v, 32 * i, word), constant(128, 0n));
  }
}

type Body = (o: PathOps, ...args: Node[]) => Node;

function bytesToBits(bytes: readonly number[]): bigint {
  return bytes.reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n);
}
const repeated = (pattern: bigint, bits: number): bigint => {
  let all = 0n;
  for (let i = 0; i < 128; i += bits) all |= pattern << BigInt(i);
  return all;
};

export function writePurePaths(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  // as: the keys are the table's own
  for (const [name, body] of Object.entries(BODIES) as [keyof typeof BODIES, Body][]) {
    // as: the entries of an object literal
    const f = get(name);
    const code = new Code();
    const definition = PURE[name];
    const args = definition.args.map((w, i) => localNode(w, typeOf(w), i));
    const o = new PathOps(code, calls);
    const result = o.clean(body(o, ...args));
    code.use(result);
    code.emit(f);
    new Emitter(f).value(result);
  }
  writeGather(get("pext"));
  writeScatter(get("pdep"));
}

// ------------------------------------------------------------------------------------------------------- CRC-32C

/**
 * The checksum is linear in the bits of crc ^ data: each of the low bits, where set, adds a constant; four at a time. The
 * bits above, which the steps do not reach, only move down.
 */
const checksum =
  (bits: 8 | 16 | 32 | 64): Body =>
  (o, crc, data) => {
    const name = `crc32c${bits}` as const;
    const value = bits === 64 ? o.xor(o.zext(crc!, 64), data!) : o.xor(crc!, o.zext(data!, 32));
    let sum: Node = constant(128, 0n);
    for (let first = 0; first < bits; first += 4) {
      const word = o.splat32(o.bits(value, first & 32, 32));
      let masks = 0n;
      let addends = 0n;
      for (let i = 0; i < 4; i++) {
        masks |= 1n << BigInt(32 * i + ((first + i) & 31));
        addends |= PURE[name].evaluate(0n, 1n << BigInt(first + i)) << BigInt(32 * i);
      }
      const mask = constant(128, masks);
      const isSet = o.v("i32x4.eq", o.and(word, mask), mask);
      sum = o.xor(sum, o.and(isSet, constant(128, addends)));
    }
    const lanes = [0, 1, 2, 3].map((i) => o.bits(sum, 32 * i, 32));
    const low = lanes.reduce((a, b) => o.xor(a, b));
    return bits < 32 ? o.xor(low, o.shr(value, constant(32, BigInt(bits)))) : low;
  };

// --------------------------------------------------------------------------------------------- carry-less product

const EVERY_FOURTH = 0x1111111111111111n;

/**
 * The low half of a carry-less product by ordinary ones: with three zeros between bits of either factor at most sixteen
 * ones meet, and the one sum that reaches sixteen carries out of the top.
 */
function carrylessLow(o: PathOps, a: Node, b: Node): Node {
  const part = (v: Node, i: number): Node => o.and(v, constant(64, EVERY_FOURTH << BigInt(i)));
  const x = [0, 1, 2, 3].map((i) => part(a, i));
  const y = [0, 1, 2, 3].map((i) => part(b, i));
  let all: Node = constant(64, 0n);
  for (let i = 0; i < 4; i++) {
    const terms = [0, 1, 2, 3].map((j) => o.mul(x[j]!, y[(i - j) & 3]!));
    all = o.or(
      all,
      part(
        terms.reduce((s, t) => o.xor(s, t)),
        i,
      ),
    );
  }
  return all;
}

/** The bits of `a` in opposite order. */
function reversed(o: PathOps, a: Node): Node {
  let v = a;
  for (const [count, mask] of [
    [1n, 0x5555555555555555n],
    [2n, 0x3333333333333333n],
    [4n, 0x0f0f0f0f0f0f0f0fn],
    [8n, 0x00ff00ff00ff00ffn],
    [16n, 0x0000ffff0000ffffn],
  ] as const) {
    const [n, m] = [constant(64, count), constant(64, mask)];
    v = o.or(o.and(o.shr(v, n), m), o.shl(o.and(v, m), n));
  }
  return o.rotl(v, constant(64, 32n));
}

/** The upper half is the lower half of the mirrored factors' product, mirrored: 127 bits in all, so one lower. */
const carrylessProduct: Body = (o, a, b) => {
  const mirrored = carrylessLow(o, reversed(o, a!), reversed(o, b!));
  return o.concat(o.shr(reversed(o, mirrored), constant(64, 1n)), carrylessLow(o, a!, b!));
};

// ----------------------------------------------------------------------------------------------------------- AES

/** What the last round makes of a state of equal bytes is their substitute: rows turn, columns are not mixed. */
const substitutes = (name: "aesenclast" | "aesdeclast"): readonly number[] =>
  Array.from({ length: 256 }, (_, x) => Number(PURE[name].evaluate(repeated(BigInt(x), 8), 0n) & 0xffn));

/** Each byte through a table of 256, sixteen at a time: an index that is not in the sixteen gives 0. */
function substituted(o: PathOps, state: Node, name: "aesenclast" | "aesdeclast"): Node {
  const table = substitutes(name);
  let all: Node | undefined;
  for (let first = 0; first < 256; first += 16) {
    const index = first === 0 ? state : o.v("i8x16.sub", state, constant(128, repeated(BigInt(first), 8)));
    const some = o.v("i8x16.swizzle", constant(128, bytesToBits(table.slice(first, first + 16))), index);
    all = all === undefined ? some : o.or(all, some);
  }
  return all!;
}

const BYTES = Array.from({ length: 16 }, (_, i) => i);
/** Byte i of the state comes from `shift` columns further for each row. */
const rowsTurned = (shift: number): number[] => BYTES.map((i) => (i + shift * 4 * (i & 3)) & 15);
const columnsTurned = (by: number): number[] => BYTES.map((i) => (i & 12) | ((i + by) & 3));

/** Twice each byte in the field: what leaves at the top comes back as 1b. */
function doubled(o: PathOps, v: Node): Node {
  const high = o.v("i8x16.lt_s", v, constant(128, 0n));
  return o.xor(o.v("i8x16.add", v, v), o.and(high, constant(128, repeated(0x1bn, 8))));
}
/** 2a + 3b + c + d of each column's bytes from a on: 2(a + b) + b + c + d. */
function mixed(o: PathOps, v: Node): Node {
  const b = o.shuffled(v, columnsTurned(1));
  const cd = o.shuffled(o.xor(v, b), columnsTurned(2));
  return o.xor(doubled(o, o.xor(v, b)), o.xor(b, cd));
}
/** The inverse's factors 14, 11, 13, 9 are 2, 3, 1, 1 after 5, 0, 4, 0. */
function unmixed(o: PathOps, v: Node): Node {
  const fourfold = doubled(o, doubled(o, o.xor(v, o.shuffled(v, columnsTurned(2)))));
  return mixed(o, o.xor(v, fourfold));
}
const encrypted = (o: PathOps, v: Node): Node => o.shuffled(substituted(o, v, "aesenclast"), rowsTurned(1));
const decrypted = (o: PathOps, v: Node): Node => o.shuffled(substituted(o, v, "aesdeclast"), rowsTurned(-1));

const keyGenerationAssist: Body = (o, key, round) => {
  const s = o.shuffled(
    substituted(o, key!, "aesenclast"),
    [4, 5, 6, 7, 5, 6, 7, 4, 12, 13, 14, 15, 13, 14, 15, 12],
  );
  const high = o.shl(o.zext(round!, 64), constant(64, 32n));
  return o.xor(s, o.concat(high, high));
};

// ----------------------------------------------------------------------------------------------------------- SHA

const word = (o: PathOps, v: Node, i: number): Node => o.bits(v, 32 * i, 32);
const fourWords = (o: PathOps, v: Node): [Node, Node, Node, Node] => [
  word(o, v, 0),
  word(o, v, 1),
  word(o, v, 2),
  word(o, v, 3),
];
const sum = (o: PathOps, ...terms: Node[]): Node => terms.reduce((a, b) => o.add(a, b));
const left = (o: PathOps, a: Node, n: number): Node => o.rotl(a, constant(32, BigInt(n)));
const right = (o: PathOps, a: Node, n: number): Node => o.rotr(a, constant(32, BigInt(n)));
const choose = (o: PathOps, x: Node, y: Node, z: Node): Node => o.xor(o.and(o.xor(y, z), x), z);
const majority = (o: PathOps, x: Node, y: Node, z: Node): Node => o.or(o.and(x, y), o.and(o.or(x, y), z));

const sha1rnds4: Body = (o, state, message, imm8) => {
  const low = o.bit(imm8!, 0);
  const high = o.bit(imm8!, 1);
  const pick = (values: readonly [Node, Node, Node, Node]): Node =>
    o.select(high, o.select(low, values[3], values[2]), o.select(low, values[1], values[0]));
  const k = pick([
    constant(32, 0x5a827999n),
    constant(32, 0x6ed9eba1n),
    constant(32, 0x8f1bbcdcn),
    constant(32, 0xca62c1d6n),
  ]);
  let [d, c, b, a] = fourWords(o, state!);
  let e: Node = constant(32, 0n);
  for (let i = 3; i >= 0; i--) {
    const parity = o.xor(o.xor(b, c), d);
    const f = pick([choose(o, b, c, d), parity, majority(o, b, c, d), parity]);
    const next = sum(o, f, left(o, a, 5), word(o, message!, i), e, k);
    [e, d, c, b, a] = [d, c, left(o, b, 30), a, next];
  }
  return o.vector([d, c, b, a]);
};

const sha1nexte: Body = (o, state, message) => {
  const w3 = o.add(word(o, message!, 3), left(o, word(o, state!, 3), 30));
  return o.insert(message!, 96, w3);
};

const sha1msg1: Body = (o, a, b) => {
  const moved = o.concat(o.bits(a!, 0, 64), o.bits(b!, 64, 64));
  return o.xor(a!, moved);
};

const sha1msg2: Body = (o, a, b) => {
  const [a0, a1, a2, a3] = fourWords(o, a!);
  const [w15, w14, w13] = fourWords(o, b!);
  const w16 = left(o, o.xor(a3, w13), 1);
  const w17 = left(o, o.xor(a2, w14), 1);
  const w18 = left(o, o.xor(a1, w15), 1);
  return o.vector([left(o, o.xor(a0, w16), 1), w18, w17, w16]);
};

const sha256rnds2: Body = (o, cdgh, abef, sums) => {
  let [h, g, d, c] = fourWords(o, cdgh!);
  let [f, e, b, a] = fourWords(o, abef!);
  const three = (x: Node, p: number, q: number, r: number): Node =>
    o.xor(o.xor(right(o, x, p), right(o, x, q)), right(o, x, r));
  for (let i = 0; i < 2; i++) {
    const t = sum(o, choose(o, e, f, g), three(e, 6, 11, 25), word(o, sums!, i), h);
    const next = sum(o, t, majority(o, a, b, c), three(a, 2, 13, 22));
    [h, g, f, e, d, c, b, a] = [g, f, e, o.add(t, d), c, b, a, next];
  }
  return o.vector([f, e, b, a]);
};

/** The message schedule's mixers: two rotations and a shift. */
const mixer =
  (p: number, q: number, r: number) =>
  (o: PathOps, x: Node): Node =>
    o.xor(o.xor(right(o, x, p), right(o, x, q)), o.shr(x, constant(32, BigInt(r))));
const sigma0 = mixer(7, 18, 3);
const sigma1 = mixer(17, 19, 10);

const sha256msg1: Body = (o, a, b) => {
  const [w0, w1, w2, w3] = fourWords(o, a!);
  const next = [w1, w2, w3, word(o, b!, 0)] as const;
  return o.vector([w0, w1, w2, w3].map((w, i) => o.add(w, sigma0(o, next[i]!))));
};

const sha256msg2: Body = (o, a, b) => {
  const [a0, a1, a2, a3] = fourWords(o, a!);
  const w16 = o.add(a0, sigma1(o, word(o, b!, 2)));
  const w17 = o.add(a1, sigma1(o, word(o, b!, 3)));
  return o.vector([w16, w17, o.add(a2, sigma1(o, w16)), o.add(a3, sigma1(o, w17))]);
};

const BODIES = {
  crc32c8: checksum(8),
  crc32c16: checksum(16),
  crc32c32: checksum(32),
  crc32c64: checksum(64),
  clmul: carrylessProduct,
  aesenc: (o, state, key) => o.xor(mixed(o, encrypted(o, state!)), key!),
  aesenclast: (o, state, key) => o.xor(encrypted(o, state!), key!),
  aesdec: (o, state, key) => o.xor(unmixed(o, decrypted(o, state!)), key!),
  aesdeclast: (o, state, key) => o.xor(decrypted(o, state!), key!),
  aesimc: (o, key) => unmixed(o, key!),
  aeskeygenassist: keyGenerationAssist,
  sha1rnds4,
  sha1nexte,
  sha1msg1,
  sha1msg2,
  sha256rnds2,
  sha256msg1,
  sha256msg2,
} as const satisfies Partial<Record<PureName, Body>>;

// ------------------------------------------------------------------------------------------------- gather, scatter

/** value, mask: a bit of the result for each one of the mask, lowest first. */
function writeGather(f: FunctionBuilder): void {
  const [value, mask] = [0, 1];
  const [out, to, low] = [f.local("i64"), f.local("i64"), f.local("i64")];
  f.i64(1).localSet(to);
  overOnes(f, mask, low, () => {
    f.localGet(out).localGet(to).op("i64.or").localGet(out);
    f.localGet(value).localGet(low).op("i64.and").op("i64.eqz").op("i32.eqz").select().localSet(out);
    f.localGet(to).i64(1).op("i64.shl").localSet(to);
  });
  f.localGet(out);
}

function writeScatter(f: FunctionBuilder): void {
  const [value, mask] = [0, 1];
  const [out, low] = [f.local("i64"), f.local("i64")];
  overOnes(f, mask, low, () => {
    f.localGet(out).localGet(low).i64(0).localGet(value).i64(1).op("i64.and").op("i64.sub");
    f.op("i64.and").op("i64.or").localSet(out);
    f.localGet(value).i64(1).op("i64.shr_u").localSet(value);
  });
  f.localGet(out);
}

/** Runs `body` for each one of local `mask`, lowest first, with that bit in local `low`. */
function overOnes(f: FunctionBuilder, mask: number, low: number, body: () => void): void {
  const end = f.block();
  const loop = f.loop();
  f.localGet(mask).op("i64.eqz").brIf(end);
  f.i64(0).localGet(mask).op("i64.sub").localGet(mask).op("i64.and").localSet(low);
  body();
  f.localGet(mask).localGet(low).op("i64.xor").localSet(mask);
  f.br(loop);
  f.end();
  f.end();
}
