/**
 * The value operators of Ops<V> with V a wasm expression: common to the handler and the region reading.
 *
 * What reads or changes state is left to the subclasses. Small widths live in i32 with their upper bits zero;
 * operators that may leave rubbish there mark the node dirty, and the mask is added where it matters.
 */
import { FP, type FpFunction, type FpOp } from "../isa/fp.ts";
import { LANES, type LaneFunction, type LaneOp } from "../isa/lanes.ts";
import type { Width } from "../isa/ops.ts";
import { PURE, type PureFunction, type PureName } from "../isa/pure.ts";
import * as S from "../isa/state.ts";
import type { OpName } from "../wasm/opcodes.ts";
import { at, type Code } from "./code.ts";
import { constant, customNode, type Node, type NodeWriter, opNode, typeOf } from "./node.ts";
import type { RuntimeCalls } from "./runtime-calls.ts";

const CPU = 0;
/** cr4.LA57. */
const LA57_BIT = 12;
const maskOf = (w: Width): bigint => (1n << BigInt(w)) - 1n;

/** Writes a node that only is its argument under another width. */
export const pushArgument = (e: NodeWriter, node: Node): void => {
  for (const a of node.args) e.value(a);
};

export class ValueOps {
  readonly code: Code;
  readonly calls: RuntimeCalls;
  /** For widened nodes: what they were widened from. */
  readonly #narrow = new WeakMap<Node, Node>();
  /** For 1-bit nodes made by `bit`: where the bit came from, so that flags can store the whole value. */
  readonly #origin = new WeakMap<Node, { readonly value: Node; readonly bit: number }>();

  constructor(code: Code, calls: RuntimeCalls) {
    this.code = code;
    this.calls = calls;
  }

  protected node(
    w: Width,
    op: OpName,
    args: readonly Node[],
    dirty = false,
    immediates?: readonly number[],
  ): Node {
    return this.code.define(opNode(w, typeOf(w), op, args, dirty, immediates));
  }
  #same(a: Node, b: Node): Width {
    if (a.w !== b.w) throw new Error(`operand widths ${a.w} and ${b.w} differ`);
    return a.w;
  }
  /** The node with zero bits above its width. */
  clean(a: Node): Node {
    if (!a.dirty) return a;
    return this.node(a.w, "i32.and", [a, constant(32, maskOf(a.w))]);
  }
  /** i32 op on widths up to 32, i64 on 64. */
  #op(w: Width, name: string): OpName {
    // as: the names below exist for both i32 and i64; a wrong one throws in the writer
    return `${w === 64 ? "i64" : "i32"}.${name}` as OpName;
  }

  const(width: Width, value: number | bigint): Node {
    return constant(width, BigInt(value));
  }
  #arith(name: string, a: Node, b: Node, fold: (x: bigint, y: bigint) => bigint): Node {
    const w = this.#same(a, b);
    if (w === 128) throw new Error(`${name} of 128 bits: use lanes`);
    if (a.kind === "const" && b.kind === "const") return constant(w, fold(a.value, b.value));
    return this.node(w, this.#op(w, name), [a, b], w < 32);
  }
  add(a: Node, b: Node): Node {
    if (b.kind === "const" && b.value === 0n) return a;
    if (a.kind === "const" && a.value === 0n) return b;
    return this.#arith("add", a, b, (x, y) => x + y);
  }
  sub(a: Node, b: Node): Node {
    if (b.kind === "const" && b.value === 0n) return a;
    return this.#arith("sub", a, b, (x, y) => x - y);
  }
  mul(a: Node, b: Node): Node {
    return this.#arith("mul", a, b, (x, y) => x * y);
  }
  #logic(name: "and" | "or" | "xor", a: Node, b: Node, fold: (x: bigint, y: bigint) => bigint): Node {
    const w = this.#same(a, b);
    if (a.kind === "const" && b.kind === "const") return constant(w, fold(a.value, b.value));
    // as: the three names exist
    if (w === 128) return this.node(w, `v128.${name}` as OpName, [a, b]);
    const dirty = name === "and" ? a.dirty && b.dirty : a.dirty || b.dirty;
    return this.node(w, this.#op(w, name), [a, b], dirty);
  }
  and(a: Node, b: Node): Node {
    return this.#logic("and", a, b, (x, y) => x & y);
  }
  or(a: Node, b: Node): Node {
    if (b.kind === "const" && b.value === 0n) return a;
    return this.#logic("or", a, b, (x, y) => x | y);
  }
  xor(a: Node, b: Node): Node {
    const w = this.#same(a, b);
    const x = this.#origin.get(a);
    const y = this.#origin.get(b);
    if (w === 1 && x && y && x.bit === y.bit && x.value.w === y.value.w) {
      return this.bit(this.xor(x.value, y.value), x.bit);
    }
    return this.#logic("xor", a, b, (p, q) => p ^ q);
  }
  not(a: Node): Node {
    if (a.w === 128) return this.node(128, "v128.not", [a]);
    return this.xor(a, constant(a.w, maskOf(a.w)));
  }
  neg(a: Node): Node {
    return this.#arith("sub", constant(a.w, 0n), a, (x, y) => x - y);
  }
  shl(a: Node, count: Node): Node {
    return this.#arith("shl", a, this.clean(count), (x, n) => x << n);
  }
  shr(a: Node, count: Node): Node {
    const w = this.#same(a, count);
    if (a.kind === "const" && count.kind === "const") return constant(w, a.value >> count.value);
    return this.node(w, this.#op(w, "shr_u"), [this.clean(a), this.clean(count)]);
  }
  sar(a: Node, count: Node): Node {
    const w = this.#same(a, count);
    return this.node(w, this.#op(w, "shr_s"), [this.#signed(a), this.clean(count)], w < 32);
  }
  #rotate(name: "rotl" | "rotr", a: Node, count: Node): Node {
    const w = this.#same(a, count);
    if (w >= 32) return this.node(w, this.#op(w, name), [a, count]);
    const n = this.and(count, constant(w, BigInt(w - 1)));
    const back = this.and(this.sub(constant(w, BigInt(w)), n), constant(w, BigInt(w - 1)));
    const [left, right] = name === "rotl" ? [n, back] : [back, n];
    return this.or(this.shl(a, left), this.shr(a, right));
  }
  rotl(a: Node, count: Node): Node {
    return this.#rotate("rotl", a, count);
  }
  rotr(a: Node, count: Node): Node {
    return this.#rotate("rotr", a, count);
  }
  mulhu(a: Node, b: Node): Node {
    const w = this.#same(a, b);
    if (w === 64) return this.#call("mulhu64", 64, [a, b]);
    const product = this.mul(this.zext(a, 64), this.zext(b, 64));
    return this.low(this.shr(product, constant(64, BigInt(w))), w);
  }
  mulhs(a: Node, b: Node): Node {
    const w = this.#same(a, b);
    if (w === 64) return this.#call("mulhs64", 64, [a, b]);
    const product = this.mul(this.sext(a, 64), this.sext(b, 64));
    return this.low(this.shr(product, constant(64, BigInt(w))), w);
  }
  /** A call of a pure runtime function. */
  #call(name: string, w: Width, args: readonly Node[]): Node {
    const target = this.calls.pure(name);
    if (target === undefined) throw new Error(`no runtime function ${name}`);
    return this.code.define(
      customNode(w, typeOf(w), args, (e, n) => {
        for (const a of n.args) e.value(a);
        e.f.call(target);
      }),
    );
  }
  #compare(name: string, a: Node, b: Node, fold: (x: bigint, y: bigint) => boolean): Node {
    const w = this.#same(a, b);
    if (a.kind === "const" && b.kind === "const") return constant(1, fold(a.value, b.value) ? 1n : 0n);
    return this.node(1, this.#op(w, name), [a, b]);
  }
  eq(a: Node, b: Node): Node {
    if (b.kind === "const" && b.value === 0n) return this.isZero(a);
    return this.#compare("eq", this.clean(a), this.clean(b), (x, y) => x === y);
  }
  ne(a: Node, b: Node): Node {
    if (a.w === 1) return this.xor(a, b);
    return this.#compare("ne", this.clean(a), this.clean(b), (x, y) => x !== y);
  }
  ltu(a: Node, b: Node): Node {
    return this.#compare("lt_u", this.clean(a), this.clean(b), (x, y) => x < y);
  }
  lts(a: Node, b: Node): Node {
    this.#same(a, b);
    return this.node(1, this.#op(a.w, "lt_s"), [this.#signed(a), this.#signed(b)]);
  }
  /** The one operator that looks at state: cr4 in the CPU block, which is local 0 of all generated code. */
  canonical(a: Node): Node {
    if (a.w !== 64) throw new Error(`canonical of ${a.w} bits`);
    const cr4 = this.code.pin(customNode(32, "i32", [], (e) => e.f.localGet(CPU).op("i32.load", at(S.CR4))));
    const unused = this.select(this.bit(cr4, LA57_BIT), constant(64, 7n), constant(64, 16n));
    return this.eq(this.sar(this.shl(a, unused), unused), a);
  }
  isZero(a: Node): Node {
    if (a.kind === "const") return constant(1, a.value === 0n ? 1n : 0n);
    if (a.w === 128) return this.xor(this.node(1, "v128.any_true", [a]), constant(1, 1n));
    return this.node(1, this.#op(a.w, "eqz"), [this.clean(a)]);
  }
  select(condition: Node, a: Node, b: Node): Node {
    const w = this.#same(a, b);
    if (condition.w !== 1) throw new Error(`a condition is ${condition.w} bits wide`);
    if (condition.kind === "const") return condition.value === 1n ? a : b;
    const args = [a, b, this.clean(condition)];
    return this.code.define(
      customNode(
        w,
        typeOf(w),
        args,
        (e, n) => {
          for (const x of n.args) e.value(x);
          e.f.select();
        },
        a.dirty || b.dirty,
      ),
    );
  }
  /** The same bits under another width; no code. */
  #alias(w: Width, a: Node, dirty: boolean): Node {
    return this.code.define(customNode(w, typeOf(w), [a], pushArgument, dirty));
  }
  #widened(from: Node, wide: Node): Node {
    this.#narrow.set(wide, from);
    return wide;
  }
  /** As an i32 (or i64) whose upper bits repeat the sign. */
  #signed(a: Node): Node {
    if (a.w >= 32) return a;
    if (a.kind === "const") return constant(32, BigInt.asIntN(a.w, a.value));
    if (a.w === 1) return this.node(32, "i32.sub", [constant(32, 0n), this.clean(a)]);
    return this.node(32, a.w === 8 ? "i32.extend8_s" : "i32.extend16_s", [a]);
  }
  zext(a: Node, width: Width): Node {
    if (width < a.w) throw new Error(`zext from ${a.w} to ${width}`);
    if (width === a.w) return a;
    if (a.kind === "const") return constant(width, a.value);
    if (width <= 32) return this.#widened(a, this.#alias(width, this.clean(a), false));
    const wide = a.w === 64 ? a : this.#widened(a, this.node(64, "i64.extend_i32_u", [this.clean(a)]));
    if (width === 64) return wide;
    return this.node(128, "i64x2.replace_lane", [constant(128, 0n), wide], false, [0]);
  }
  sext(a: Node, width: Width): Node {
    if (width < a.w) throw new Error(`sext from ${a.w} to ${width}`);
    if (width === a.w) return a;
    if (a.kind === "const") return constant(width, BigInt.asIntN(a.w, a.value));
    if (width <= 32) return this.#alias(width, this.#signed(a), width < 32);
    if (width === 64) return this.node(64, "i64.extend_i32_s", [this.#signed(a)]);
    const wide = this.sext(a, 64);
    return this.concat(this.sar(wide, constant(64, 63n)), wide);
  }
  low(a: Node, width: Width): Node {
    if (width > a.w) throw new Error(`low ${width} bits of ${a.w}`);
    if (width === a.w) return a;
    if (a.kind === "const") return constant(width, a.value);
    // What was widened before is narrowed from where it came.
    const narrow = this.#narrow.get(a);
    if (narrow !== undefined && narrow.w >= width) return this.low(narrow, width);
    if (a.w === 128) return this.#extract(a, 0, width);
    if (width === 1) return this.bit(a, 0);
    if (a.w === 64) return this.node(width, "i32.wrap_i64", [a], width < 32);
    return this.#alias(width, a, true);
  }
  #extract(a: Node, lane: number, width: Width): Node {
    switch (width) {
      case 64:
        return this.node(64, "i64x2.extract_lane", [a], false, [lane]);
      case 32:
        return this.node(32, "i32x4.extract_lane", [a], false, [lane]);
      case 16:
        return this.node(16, "i16x8.extract_lane_u", [a], false, [lane]);
      case 8:
        return this.node(8, "i8x16.extract_lane_u", [a], false, [lane]);
      default:
        throw new Error(`extract ${width} bits of 128`);
    }
  }
  bits(a: Node, lo: number, width: Width): Node {
    if (lo + width > a.w || (a.w === 128 && lo % width !== 0))
      throw new Error(`bits ${lo}+${width} of ${a.w}`);
    if (width === 1) return this.bit(a, lo);
    if (a.w === 128) return this.#extract(a, lo / width, width);
    return this.low(lo === 0 ? a : this.shr(a, constant(a.w, BigInt(lo))), width);
  }
  insert(a: Node, lo: number, part: Node): Node {
    if (lo + part.w > a.w || (a.w === 128 && lo % part.w !== 0))
      throw new Error(`insert ${lo}+${part.w} in ${a.w}`);
    if (a.w === 128) {
      // as: parts of a vector are 8 to 64 bits wide, or the table of widths gives no name
      const op = ({ 8: "i8x16", 16: "i16x8", 32: "i32x4", 64: "i64x2" } as const)[part.w as 8 | 16 | 32 | 64];
      return this.node(128, `${op}.replace_lane`, [a, part], false, [lo / part.w]);
    }
    const hole = constant(a.w, ~(maskOf(part.w) << BigInt(lo)));
    return this.or(this.and(a, hole), this.shl(this.zext(part, a.w), constant(a.w, BigInt(lo))));
  }
  concat(hi: Node, lo: Node): Node {
    const w = this.#same(hi, lo);
    if (w === 64) {
      const low = this.node(128, "i64x2.splat", [lo]);
      return this.node(128, "i64x2.replace_lane", [low, hi], false, [1]);
    }
    // as: twice 8, 16 or 32
    const wide = (w * 2) as 16 | 32 | 64;
    return this.or(this.shl(this.zext(hi, wide), constant(wide, BigInt(w))), this.zext(lo, wide));
  }
  bit(a: Node, i: number): Node {
    if (a.kind === "const") return constant(1, (a.value >> BigInt(i)) & 1n);
    if (a.w === 1) return a;
    let b: Node;
    if (a.w === 128) {
      const byte = this.#extract(a, i >> 3, 8);
      return this.bit(byte, i & 7);
    }
    if (a.w === 64) {
      const moved = i === 0 ? a : this.node(64, "i64.shr_u", [a, constant(64, BigInt(i))]);
      const low = this.code.define(opNode(32, "i32", "i32.wrap_i64", [moved]));
      b = i === 63 ? this.#alias(1, low, false) : this.node(1, "i32.and", [low, constant(32, 1n)]);
    } else if (a.w === 32 && i === 31) {
      b = this.node(1, "i32.shr_u", [a, constant(32, 31n)]);
    } else {
      const moved = i === 0 ? a : this.node(32, "i32.shr_u", [a, constant(32, BigInt(i))]);
      b = this.node(1, "i32.and", [moved, constant(32, 1n)]);
    }
    this.#origin.set(b, { value: a, bit: i });
    return b;
  }
  /** Where a 1-bit node came from, if `bit` made it. */
  protected origin(b: Node): { readonly value: Node; readonly bit: number } | undefined {
    return this.#origin.get(b);
  }
  msb(a: Node): Node {
    return this.bit(a, a.w - 1);
  }
  popcount(a: Node): Node {
    return this.node(a.w, this.#op(a.w, "popcnt"), [this.clean(a)]);
  }
  clz(a: Node): Node {
    const n = this.node(a.w, this.#op(a.w, "clz"), [this.clean(a)]);
    return a.w >= 32 ? n : this.node(a.w, "i32.sub", [n, constant(32, BigInt(32 - a.w))]);
  }
  ctz(a: Node): Node {
    if (a.w >= 32) return this.node(a.w, this.#op(a.w, "ctz"), [a]);
    const stop = this.node(32, "i32.or", [this.clean(a), constant(32, 1n << BigInt(a.w))]);
    return this.node(a.w, "i32.ctz", [stop]);
  }
  #checked(name: string, widths: readonly Width[], args: readonly Node[]): Node[] {
    if (widths.length !== args.length || widths.some((w, i) => args[i]?.w !== w)) {
      throw new Error(`${name} wants widths ${widths.join()}, got ${args.map((a) => a.w).join()}`);
    }
    return args.map((a) => this.clean(a));
  }
  pure(name: PureName, ...args: readonly Node[]): Node {
    const f: PureFunction = PURE[name];
    const clean = this.#checked(name, f.args, args);
    if (this.calls.pure(name) !== undefined) return this.#call(name, f.result, clean);
    return this.calls.viaScratch(this.code, "pure", name, f, clean);
  }
  lanes(op: LaneOp, ...args: readonly Node[]): Node {
    const f: LaneFunction = LANES[op];
    const clean = this.#checked(op, f.args, args);
    if (clean.every((a) => a.kind === "const")) {
      return constant(f.result, f.evaluate(...clean.map((a) => a.value)));
    }
    const { shuffle } = f;
    if (shuffle !== undefined) {
      return this.code.define(
        customNode(f.result, "v128", clean, (e, n) => {
          for (const a of n.args) e.value(a);
          e.f.op("i8x16.shuffle", shuffle);
        }),
      );
    }
    // as: other lane operations bear the names of wasm instructions; the writer throws on others
    return this.node(f.result, op as OpName, clean);
  }
  fp(op: FpOp, ...args: readonly Node[]): Node {
    const f: FpFunction = FP[op];
    const clean = this.#checked(op, f.args, args);
    return this.calls.fp(this.code, op, f, clean);
  }
}
