/**
 * The cycle models there are, by name: what a block costs, and what events add. Later models may know caches and
 * predictors: their events are EventCosts of zen4.ts, and whoever detects one charges it.
 */
import type { Instruction } from "../isa/instruction.ts";
import { blockCost } from "./block.ts";
import { ZEN4_EVENTS } from "./zen4.ts";

/** Cycles after each instruction of a block, cumulative. */
export type BlockCost = (instructions: readonly Instruction[]) => Uint32Array;

export interface TimingModel {
  readonly name: TimingName;
  readonly blockCost: BlockCost;
  /** Cycles that a data access adds whose page the TLB does not know. */
  readonly tlbMiss: number;
  /** Cycles that an access to an I/O port, or to a device's registers in memory, adds. */
  readonly portAccess: number;
  readonly deviceAccess: number;
}

export const TIMING_NAMES = ["blocks", "instructions"] as const;
export type TimingName = (typeof TIMING_NAMES)[number];

/** Static costs of blocks from the table, and page walks. */
const BLOCKS: TimingModel = {
  name: "blocks",
  blockCost,
  tlbMiss: ZEN4_EVENTS.pageWalk,
  portAccess: ZEN4_EVENTS.portAccess,
  deviceAccess: ZEN4_EVENTS.deviceAccess,
};
/** One cycle each. */
const INSTRUCTIONS: TimingModel = {
  name: "instructions",
  blockCost: (instructions) => Uint32Array.from(instructions, (_, i) => i + 1),
  tlbMiss: 0,
  portAccess: 0,
  deviceAccess: 0,
};

/** The model called `name`. Throws RangeError for an unknown name. */
export function timingModel(name: TimingName): TimingModel {
  switch (name) {
    case "blocks":
      return BLOCKS;
    case "instructions":
      return INSTRUCTIONS;
    default:
      throw new RangeError(`no timing is called ${JSON.stringify(name)}: ${TIMING_NAMES.join(", ")}`);
  }
}
