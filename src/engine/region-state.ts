/**
 * What a region knows of the processor at one place: for each register and flag source the expression that is its
 * value now. Nothing is stored until control leaves; what nobody reads is never computed.
 */
import type { FlagThunks } from "../isa/ops.ts";
import * as S from "../isa/state.ts";
import {
  asBitFour,
  asTopBit,
  flagFrom,
  type Origin,
  parity,
  SOURCES,
  signParitySource,
  signParitySourceOf,
  zeroSource,
  zeroSourceOf,
} from "./flags.ts";
import type { Node } from "./node.ts";
import type { ValueOps } from "./value-ops.ts";

/** The five sources that six flags derive from (isa/state.ts). */
export const FLAG_SOURCES = ["zf", "sp", "of", "cf", "af"] as const;
export type FlagSource = (typeof FLAG_SOURCES)[number];
export const SOURCE_PLACE: Readonly<Record<FlagSource, readonly [offset: number, width: 32 | 64]>> = {
  zf: SOURCES.zf,
  sp: SOURCES.sf,
  of: SOURCES.of,
  cf: SOURCES.cf,
  af: SOURCES.af,
};
const SOURCE_OF: Readonly<Record<S.StatusFlag, FlagSource>> = {
  zf: "zf",
  sf: "sp",
  pf: "sp",
  of: "of",
  cf: "cf",
  af: "af",
};

export type Thunk = () => Node;

/** One place's knowledge; cheap to copy. */
export class RegionState {
  /** General-purpose registers, 64 bits; absent: still in the CPU block, unread. */
  readonly gpr: Map<number, Node>;
  readonly xmm: Map<number, Node>;
  /** Evaluated anew at each use: a value made in one exit's cold code is not there in another's. */
  readonly source: Map<FlagSource, Thunk>;
  /** Shorter ways to single flags than through their source. */
  readonly flag: Map<S.StatusFlag, Thunk>;
  /** What differs from the CPU block. */
  readonly dirtyGpr: Set<number>;
  readonly dirtyXmm: Set<number>;
  readonly dirtyFlags: Set<FlagSource>;

  constructor(from?: RegionState) {
    this.gpr = new Map(from?.gpr);
    this.xmm = new Map(from?.xmm);
    this.source = new Map(from?.source);
    this.flag = new Map(from?.flag);
    this.dirtyGpr = new Set(from?.dirtyGpr);
    this.dirtyXmm = new Set(from?.dirtyXmm);
    this.dirtyFlags = new Set(from?.dirtyFlags);
  }
  /** Becomes a copy of `from`. */
  assign(from: RegionState): void {
    // as: a map or set is copied to its own namesake, whatever it holds
    for (const key of ["gpr", "xmm", "source", "flag"] as const)
      copyMap(this[key] as Map<unknown, unknown>, from[key]);
    for (const key of ["dirtyGpr", "dirtyXmm", "dirtyFlags"] as const) {
      const to = this[key] as Set<unknown>;
      to.clear();
      for (const x of from[key]) to.add(x);
    }
  }

  setFlags(
    o: ValueOps,
    origin: Origin,
    flags: FlagThunks<Node>,
    current: (name: S.StatusFlag) => Node,
  ): void {
    const result = flags.result;
    const set = (source: FlagSource, thunk: Thunk): void => {
      this.source.set(source, thunk);
      this.dirtyFlags.add(source);
    };
    const { zf, sf, pf, of, cf, af } = flags;
    if (zf) set("zf", () => zeroSourceOf(o, zf()));
    else if (result) set("zf", () => zeroSource(o, result()));
    if (sf || pf) {
      // Flags not given keep their value, so it is read now.
      const oldSf = sf || result ? undefined : current("sf");
      const oldPf = pf || result ? undefined : current("pf");
      set("sp", () => {
        const s = sf ? sf() : (oldSf ?? o.msb(result?.() as Node)); // as: without oldSf there is a result
        // as: without oldPf there is a result
        const p = pf ? pf() : (oldPf ?? parity(o, result?.() as Node));
        return signParitySourceOf(o, s, p);
      });
    } else if (result) {
      set("sp", () => signParitySource(o, result()));
    }
    if (of) set("of", () => asTopBit(o, of(), origin));
    if (cf) set("cf", () => o.zext(cf(), 32));
    if (af) set("af", () => asBitFour(o, af(), origin));
    for (const name of S.STATUS_FLAGS) {
      const direct = flags[name];
      if (direct) this.flag.set(name, direct);
      else if (result && (name === "zf" || name === "sf" || name === "pf")) {
        this.flag.set(name, () =>
          name === "zf" ? o.isZero(result()) : name === "sf" ? o.msb(result()) : parity(o, result()),
        );
      } else if (this.dirtyFlags.has(SOURCE_OF[name]) && (sf || pf) && (name === "sf" || name === "pf")) {
        this.flag.delete(name);
      }
    }
  }
  /** The flag's value here; `load` reads a source that nothing has set yet. */
  readFlag(o: ValueOps, name: S.StatusFlag, load: (source: FlagSource) => Node): Node {
    const direct = this.flag.get(name);
    if (direct) return direct();
    const source = SOURCE_OF[name];
    const thunk = this.source.get(source);
    if (thunk) return flagFrom(o, name, thunk());
    const loaded = load(source);
    this.source.set(source, () => loaded);
    return flagFrom(o, name, loaded);
  }
}

function copyMap<K, V>(to: Map<K, V>, from: ReadonlyMap<K, V>): void {
  to.clear();
  for (const [k, v] of from) to.set(k, v);
}
