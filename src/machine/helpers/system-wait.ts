/**
 * HLT, MONITOR and MWAIT (SDM vol. 2; vol. 3A §8.10).
 *
 * A waiting processor has `halted` set. Whoever runs it wakes it for an interrupt, and after MWAIT also when
 * `monitorTriggered` says that the watched line is no longer what it was.
 */
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { Fault } from "../fault.ts";
import type { Helper } from "../helper.ts";
import { linearAddress } from "../segmentation.ts";

const LINE = 64;

function lineContents(cpu: Cpu, address: number): bigint {
  let v = 0n;
  for (let i = LINE - 8; i >= 0; i -= 8) v = (v << 64n) | cpu.physical.read(address + i, 8);
  return v;
}

/** Whether a store has changed the line that MONITOR armed. False where nothing is armed. */
export function monitorTriggered(cpu: Cpu): boolean {
  return cpu.monitor !== undefined && lineContents(cpu, cpu.monitor.address) !== cpu.monitor.contents;
}

function requireKernel(cpu: Cpu): void {
  if (cpu.cpl !== 0) throw new Fault("UD");
  if (cpu.reg(S.RCX, 32) !== 0n) throw new Fault("GP", 0);
}

export const WAIT_HELPERS = {
  hlt: (cpu) => {
    cpu.requireCpl0();
    cpu.monitor = undefined;
    cpu.halted = true;
  },
  monitor: (cpu, insn) => {
    requireKernel(cpu);
    const segment = insn.segmentOverride >= 0 ? insn.segmentOverride : S.DS;
    const linear = linearAddress(cpu, cpu.linear(segment, cpu.reg(S.RAX, insn.addressSize), 1, false));
    const physical = cpu.memory.translate(linear, "read", "current");
    const address = physical - (physical % LINE);
    cpu.monitor = { address, contents: lineContents(cpu, address) };
  },
  mwait: (cpu) => {
    requireKernel(cpu);
    if (cpu.monitor === undefined) return;
    if (monitorTriggered(cpu)) cpu.monitor = undefined;
    else cpu.halted = true;
  },
} satisfies Record<string, Helper>;
