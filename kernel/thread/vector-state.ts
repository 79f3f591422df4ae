/**
 * Vector and x87 registers of threads that use them: programs' threads, not the kernel's, which is compiled without. Saved when such a thread
 * leaves the processor, loaded when it comes back, unless it finds them there still. Everything that the processor has is
 * kept, by XSAVE; by FXSAVE where there is nothing newer. SDM vol. 1 chapter 13.
 */
import { cpuIndex } from "../arch/cpu.ts";
import { cpuidAB, cpuidCD, readCr0, readCr4, writeCr0, writeCr4 } from "../arch/instructions.ts";
import { alignedAlloc, free } from "../memory/malloc.ts";
import { runQueues } from "./run-queue.ts";
import type { Thread } from "./thread.ts";

const CR0_MP: u64 = 1 << 1;
const CR0_EM: u64 = 1 << 2;
const CR0_TS: u64 = 1 << 3;
const CR4_OSFXSR: u64 = 1 << 9;
const CR4_OSXMMEXCPT: u64 = 1 << 10;
const CR4_OSXSAVE: u64 = 1 << 18;
/** ECX of CPUID's leaf 1. */
const HAS_XSAVE: u64 = 1 << 26;
const STATE_LEAF: u32 = 0xd;
/** x87, SSE, AVX, and the three of AVX-512: XCR0's bits that threads get. */
const COMPONENTS: u64 = 0xe7;
const ALIGNMENT: usize = 64;
const FXSAVE_SIZE: usize = 512;
/** In an area: x87's control word and MXCSR as a processor has them after reset. */
const CONTROL_WORD: u16 = 0x37f;
const MXCSR_AT: usize = 24;
const MXCSR: u32 = 0x1f80;
/** For EDX:EAX. */
const ALL: u64 = 0xffff_ffff;
export const NOWHERE: u32 = 0xffff_ffff;

let hasXsave: bool = false;
let size: usize = FXSAVE_SIZE;

/** For each processor. */
export function initVectors(): void {
  hasXsave = (cpuidCD(1, 0) & HAS_XSAVE) !== 0;
  writeCr0((readCr0() & ~(CR0_EM | CR0_TS)) | CR0_MP);
  writeCr4(readCr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (hasXsave ? CR4_OSXSAVE : 0));
  if (!hasXsave) return;
  const components = cpuidAB(STATE_LEAF, 0) & COMPONENTS;
  asm({ in: { rcx: u64(0), rax: components, rdx: u64(0) } })`xsetbv`;
  // EBX: for what XCR0 has enabled.
  size = cpuidAB(STATE_LEAF, 0) >> 32;
}
/** The thread gets registers of its own, as after reset. False: there is no memory. */
export function giveVectors(thread: ptr<Thread>): bool {
  const area = alignedAlloc(ALIGNMENT, (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
  if (area === null) return false;
  memset(area, 0, size);
  pointer<u16>(address(area)).value = CONTROL_WORD;
  pointer<u32>(address(area) + MXCSR_AT).value = MXCSR;
  thread.vectorsAt = NOWHERE;
  thread.vectors = area;
  return true;
}
export function takeVectors(thread: ptr<Thread>): void {
  if (thread.vectors !== null) free(thread.vectors);
  thread.vectors = null;
}
/** Bytes of an area, by what the processor has; components of XSAVE that are kept, or 0 for FXSAVE's form. */
export function vectorBytes(): usize {
  return size;
}
export function vectorComponents(): u64 {
  return hasXsave ? cpuidAB(STATE_LEAF, 0) & COMPONENTS : 0;
}
/** A thread leaves this processor; its registers stay until another one's are loaded. */
export function saveVectors(area: ptr<unknown>): void {
  if (hasXsave) asm({ in: { rdi: area, rax: ALL, rdx: ALL }, clobbers: ["memory"] })`xsave64 [rdi]`;
  else asm({ in: { rdi: area }, clobbers: ["memory"] })`fxsave64 [rdi]`;
}
/** The thread comes to this processor. */
export function restoreVectors(thread: ptr<Thread>, area: ptr<unknown>): void {
  const cpu = cpuIndex();
  const queue = addressOf(runQueues[cpu]);
  if (queue.vectors === thread && thread.vectorsAt === cpu) return;
  queue.vectors = thread;
  thread.vectorsAt = cpu;
  if (hasXsave) asm({ in: { rdi: area, rax: ALL, rdx: ALL } })`xrstor64 [rdi]`;
  else asm({ in: { rdi: area } })`fxrstor64 [rdi]`;
}
