/**
 * What a processor's registers hold after RESET and after INIT (SDM vol. 3A table 9-1).
 *
 * It does not touch memory, the local APIC or the machine's clock.
 */
import * as S from "../isa/state.ts";
import type { Cpu } from "./cpu.ts";
import { SIGNATURE } from "./cpuid.ts";
import { resetMsrs } from "./msr.ts";

/** Power-up: everything. The processor starts at 0xfffffff0 in real mode. */
export function resetCpu(cpu: Cpu): void {
  cpu.bytes.fill(0, 0, S.TLB_KEY);
  cpu.setU32(S.ATTENTION, 1);
  cpu.setU64(S.XCR0, 1n);
  cpu.setU64(S.CR0, 0x60000010n);
  cpu.setU16(S.FCW, 0x0040);
  cpu.setU16(S.FTW, 0x5555);
  cpu.setU32(S.MXCSR, 0x1f80);
  resetMsrs(cpu);
  common(cpu);
}

/** INIT: x87, SSE, the time-stamp counter and most MSRs stay; caching bits of cr0 too (SDM vol. 3A §9.1). */
export function initCpu(cpu: Cpu): void {
  const caching = cpu.u64(S.CR0) & 0x60000000n;
  cpu.bytes.fill(0, S.GPR, S.RIP + 8);
  cpu.bytes.fill(0, S.CR2, S.XCR0);
  cpu.bytes.fill(0, S.DR, S.IDTR + 0x10);
  cpu.setU64(S.CR0, 0x10n | caching);
  common(cpu);
}

function common(cpu: Cpu): void {
  cpu.rflags = 2;
  cpu.rip = 0xfff0n;
  cpu.nextRip = 0xfff0n;
  cpu.setReg(S.RDX, BigInt(SIGNATURE));
  cpu.setU64(S.DR6, 0xffff0ff0n);
  cpu.setU64(S.DR7, 0x400n);
  for (let i = 0; i < 8; i++) {
    const s = cpu.segment(i);
    s.selector = 0;
    s.base = 0n;
    s.limit = 0xffff;
    s.attributes = i === S.CS ? 0x9b : i === S.LDTR ? 0x82 : i === S.TR ? 0x8b : 0x93;
  }
  const cs = cpu.segment(S.CS);
  cs.selector = 0xf000;
  cs.base = 0xffff0000n;
  cpu.setU32(S.GDTR + 8, 0xffff);
  cpu.setU32(S.IDTR + 8, 0xffff);
  cpu.halted = false;
  cpu.interruptShadow = "none";
  cpu.nmiBlocked = false;
  cpu.monitor = undefined;
  cpu.hooks.flushTlb("all");
  cpu.hooks.contextChanged();
}
