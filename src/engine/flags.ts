/**
 * Status flags in generated code: stored as what they derive from (isa/state.ts), so that setting all six costs a few
 * stores and no packing, and testing one is a load and a compare.
 */
import type { FlagThunks } from "../isa/ops.ts";
import * as S from "../isa/state.ts";
import { at, type Code } from "./code.ts";
import { constant, customNode, type Node, typeOf } from "./node.ts";
import { pushArgument, type ValueOps } from "./value-ops.ts";

export type Origin = (bit: Node) => { readonly value: Node; readonly bit: number } | undefined;

/** The flag's 1-bit value as the top bit of an i64. */
export function asTopBit(o: ValueOps, b: Node, origin: Origin): Node {
  const from = origin(b);
  const value = o.zext(from ? from.value : b, 64);
  const shift = 63 - (from ? from.bit : 0);
  return shift === 0 ? value : o.shl(value, constant(64, BigInt(shift)));
}
/** The flag's 1-bit value as bit 4 of an i32. */
export function asBitFour(o: ValueOps, b: Node, origin: Origin): Node {
  const from = origin(b);
  if (from?.bit === 4) return from.value.w <= 32 ? from.value : o.low(from.value, 32);
  return o.shl(o.zext(b, 32), constant(32, 4n));
}
/** ZF_SOURCE of a result, SP_SOURCE of a result. */
export const zeroSource = (o: ValueOps, r: Node): Node => o.zext(r, 64);
export const signParitySource = (o: ValueOps, r: Node): Node => o.sext(r, 64);
export const zeroSourceOf = (o: ValueOps, zf: Node): Node => o.zext(o.not(zf), 64);
export const signParitySourceOf = (o: ValueOps, sf: Node, pf: Node): Node =>
  o.or(o.shl(o.zext(sf, 64), constant(64, 63n)), o.zext(o.not(pf), 64));
export const parity = (o: ValueOps, source: Node): Node =>
  o.not(o.bit(o.popcount(o.zext(o.low(source, 8), 32)), 0));

/** Flag `name` from its source's value. */
export function flagFrom(o: ValueOps, name: S.StatusFlag, source: Node): Node {
  switch (name) {
    case "zf":
      return o.isZero(source);
    case "sf":
    case "of":
      return o.msb(source);
    case "pf":
      return parity(o, source);
    case "cf":
      return o.low(source, 1);
    case "af":
      return o.bit(source, 4);
  }
}

/** Where each flag's source lies, and its width. */
export const SOURCES: Readonly<Record<S.StatusFlag, readonly [offset: number, width: 32 | 64]>> = {
  zf: [S.ZF_SOURCE, 64],
  sf: [S.SP_SOURCE, 64],
  pf: [S.SP_SOURCE, 64],
  of: [S.OF_SOURCE, 64],
  cf: [S.CF_SOURCE, 32],
  af: [S.AF_SOURCE, 32],
};

/** Flags in the CPU block, for handlers. */
export class FlagStores {
  readonly #o: ValueOps;
  readonly #code: Code;
  readonly #origin: Origin;
  constructor(o: ValueOps, code: Code, origin: Origin) {
    this.#o = o;
    this.#code = code;
    this.#origin = origin;
  }
  read(name: S.StatusFlag): Node {
    const [offset, width] = SOURCES[name];
    const source = this.#code.pin(
      customNode(width, typeOf(width), [], (e) =>
        e.f.localGet(0).op(width === 64 ? "i64.load" : "i32.load", at(offset)),
      ),
    );
    if (name === "cf") return this.#code.define(customNode(1, "i32", [source], pushArgument));
    return flagFrom(this.#o, name, source);
  }
  write(flags: FlagThunks<Node>): void {
    const stores: [offset: number, value: Node][] = [];
    const o = this.#o;
    const result = flags.result?.();
    if (flags.zf) stores.push([S.ZF_SOURCE, zeroSourceOf(o, flags.zf())]);
    else if (result) stores.push([S.ZF_SOURCE, zeroSource(o, result)]);
    if (flags.sf || flags.pf) {
      const sf = flags.sf ? flags.sf() : result ? o.msb(result) : this.read("sf");
      const pf = flags.pf ? flags.pf() : result ? parity(o, result) : this.read("pf");
      stores.push([S.SP_SOURCE, signParitySourceOf(o, sf, pf)]);
    } else if (result) {
      stores.push([S.SP_SOURCE, signParitySource(o, result)]);
    }
    if (flags.of) stores.push([S.OF_SOURCE, asTopBit(o, flags.of(), this.#origin)]);
    if (flags.cf) stores.push([S.CF_SOURCE, o.zext(flags.cf(), 32)]);
    if (flags.af) stores.push([S.AF_SOURCE, asBitFour(o, flags.af(), this.#origin)]);
    this.#code.statement(
      stores.map(([, v]) => v),
      (e) => {
        for (const [offset, v] of stores) {
          e.f.localGet(0);
          e.value(v);
          e.f.op(v.type === "i64" ? "i64.store" : "i32.store", at(offset));
        }
      },
    );
  }
}
