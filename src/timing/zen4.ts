/**
 * Figures of the modelled core, AMD Zen 4, that are not of one instruction: widths, forwarding, and what events beside
 * the static cost of a block add. Sources: AMD 57647 (Software Optimization Guide for Zen 4) and measurements on a
 * Zen 4 processor (docs/timing.md). Nothing is computed here.
 */

/** Macro-ops dispatched a cycle. */
export const DISPATCH_WIDTH = 6;
/** Address generators, and what the load-store unit starts a cycle. */
export const LOADS_PER_CYCLE = 3;
export const STORES_PER_CYCLE = 2;
export const ACCESSES_PER_CYCLE = 3;

/** Cycles a load adds to the value's readiness when an older store in flight has it: integer ones are renamed. */
export const FORWARD_LATENCY = 0;
export const VECTOR_FORWARD_LATENCY = 8;

/**
 * Share of a block's own chain of dependent results that is not hidden behind its neighbours, in quarters. The 320
 * instructions in flight overlap a block with those before and after it as far as their values allow, which the block
 * alone does not tell; half is a choice between pricing all of the chain and none (docs/timing.md compares).
 */
export const EXPOSED_QUARTERS = 2;

/**
 * Events that cost cycles beside a block's static cost, in cycles each. Whoever detects one (a cache, a TLB, a
 * predictor) adds its cost; how often they happen must depend on executed instructions alone, alike in every engine.
 */
export interface EventCosts {
  readonly mispredictedBranch: number;
  /** A load that misses L1D and hits L2, L3, memory. */
  readonly l2Hit: number;
  readonly l3Hit: number;
  readonly memory: number;
  /** A translation that misses the L1 DTLB (72 entries) and hits the L2 DTLB (3,072), or misses both. */
  readonly l2TlbHit: number;
  readonly pageWalk: number;
  /** An access to a port of the legacy bus, which takes about half a microsecond, and to a device's registers in memory. */
  readonly portAccess: number;
  readonly deviceAccess: number;
}

/** At 3 GHz. */
export const ZEN4_EVENTS: EventCosts = {
  mispredictedBranch: 13,
  l2Hit: 14,
  l3Hit: 56,
  memory: 450,
  l2TlbHit: 7,
  pageWalk: 20,
  portAccess: 1500,
  deviceAccess: 900,
};
