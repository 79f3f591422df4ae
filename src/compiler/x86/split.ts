/**
 * Splitting an interval around a loop: its part within the loop gets a register of its own, with a copy before the loop and,
 * if it is written there, copies on the ways out. The rest may then lie in the frame while the loop runs.
 */
import type { Loop } from "./flow.ts";
import { type Interval, type Numbering, type Ranges, STEP } from "./intervals.ts";
import type { MachineFunction } from "./machine.ts";
import type { Spiller } from "./spill.ts";

/** Not yet done: spilling everywhere is what happens. */
export function splitAroundLoop(
  _machine: MachineFunction,
  _numbering: Numbering,
  _loops: readonly Loop[],
  _interval: Interval,
  _spiller: Spiller,
): { inside: Interval; outside: Interval; frequency: number } | undefined {
  return undefined;
}

export const rangesOfBlocks = (from: number, to: number): Ranges => [from * STEP, to * STEP];
