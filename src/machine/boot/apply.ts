/** Carries out a boot plan: memory first, then the first processor's registers. */
import * as S from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import { BootError } from "./error.ts";
import { hex } from "./placement.ts";
import type { BootPlan } from "./plan.ts";
import type { SegmentState } from "./processor-state.ts";

/** The machine's RAM; devices/guest-memory.ts fits. */
export interface BootMemory {
  /** Writes all of `bytes` at a physical address, or nothing and false if it is not all RAM. */
  write(address: number, bytes: Uint8Array): boolean;
}

const ZEROS = new Uint8Array(0x10000);

/**
 * Loads `plan` into a machine whose processor has been reset (reset.ts). An engine that has kept anything of that
 * processor has to be told afterwards. Throws BootError if the machine has less RAM than the plan's memory map said.
 */
export function applyPlan(plan: BootPlan, cpu: Cpu, memory: BootMemory): void {
  const write = (address: number, bytes: Uint8Array): void => {
    if (!memory.write(address, bytes)) {
      throw new BootError(
        `${bytes.length} bytes cannot be loaded at ${hex(address)}: the machine has no RAM there`,
      );
    }
  };
  for (const { address, size } of plan.zero) {
    for (let done = 0; done < size; done += ZEROS.length) {
      write(address + done, ZEROS.subarray(0, Math.min(ZEROS.length, size - done)));
    }
  }
  for (const { address, bytes } of plan.writes) write(address, bytes);
  setProcessor(plan, cpu);
}

function setProcessor({ processor: p }: BootPlan, cpu: Cpu): void {
  S.GPR_NAMES.forEach((name, i) => void cpu.setReg(i, BigInt(p.registers[name] ?? 0)));
  cpu.rip = BigInt(p.rip);
  cpu.nextRip = BigInt(p.rip);
  cpu.rflags = 2;
  for (const [offset, value] of [
    [S.CR0, p.cr0],
    [S.CR3, p.cr3],
    [S.CR4, p.cr4],
    [S.EFER, p.efer],
  ] as const) {
    cpu.setU64(offset, BigInt(value));
  }
  for (const [offset, { base, limit }] of [
    [S.GDTR, p.gdtr],
    [S.IDTR, p.idtr],
  ] as const) {
    cpu.setU64(offset, BigInt(base));
    cpu.setU32(offset + 8, limit);
  }
  const fill = (index: number, from: SegmentState): void => {
    const s = cpu.segment(index);
    s.selector = from.selector;
    s.base = BigInt(from.base);
    s.limit = from.limit;
    s.attributes = from.attributes;
  };
  fill(S.CS, p.cs);
  for (const index of [S.SS, S.DS, S.ES, S.FS, S.GS]) fill(index, p.data);
  fill(S.TR, p.tr);
  fill(S.LDTR, p.ldtr);
  if (p.floatingPoint) {
    cpu.setU16(S.FCW, 0x37f);
    cpu.setU16(S.FTW, 0xffff);
    cpu.setU64(S.XCR0, 3n);
  }
  cpu.halted = false;
  cpu.hooks.flushTlb("all");
  cpu.hooks.contextChanged();
}
