/* The JSON object of --stats. docs/boot.md describes its fields. */
import type { Machine } from "../machine/machine.ts";

export interface BootStatistics {
  /** How it ended. */
  readonly end: string;
  readonly instructions: number;
  readonly cycles: number;
  readonly virtualSeconds: number;
  readonly hostSeconds: number;
  /** Millions of instructions by host second. */
  readonly mips: number;
  readonly tlbMisses: number;
  readonly cpus: readonly {
    readonly instructions: number;
    /** In which it ran. */
    readonly cycles: number;
    readonly tlbMisses: number;
  }[];
  /** Of the final state. */
  readonly hash?: string;
}

export function statistics(
  machine: Machine,
  end: string,
  hostSeconds: number,
  hash: boolean,
): BootStatistics {
  const { instructions, cycles, seconds, tlbMisses, cpus } = machine.statistics;
  return {
    end,
    instructions,
    cycles,
    virtualSeconds: seconds,
    hostSeconds: round(hostSeconds, 3),
    mips: round(instructions / hostSeconds / 1e6, 2),
    tlbMisses,
    cpus,
    ...(hash && { hash: machine.stateHash() }),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
