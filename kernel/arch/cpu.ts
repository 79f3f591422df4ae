/**
 * What each processor has of its own. GS's base is the address of its `Cpu` from `enterCpu` on, so that one instruction reads a
 * field; what other files keep for each processor is in arrays of theirs, indexed by `cpuIndex()`.
 */
import type { Thread } from "../thread/thread.ts";
import { cpuidAB, readMsr, writeMsr } from "./instructions.ts";

export const MAX_CPUS = 8;
const GS_BASE: u32 = 0xc000_0101;

export class Cpu extends Struct {
  /** Its own address: what `gs:0` reads. */
  self: at<0, ptr<Cpu>>;
  /** From 0 in the order in which they came up. */
  index: at<8, u32>;
  /** How many times preemption has been forbidden; 0: a timer's interrupt may switch threads. */
  preemption: at<12, u32>;
  /** Who runs here. */
  thread: at<16, ptr<Thread>>;
  /** A switch has been asked for while preemption was forbidden. */
  pending: at<24, u32>;
  /** Local APIC's. */
  apicId: at<28, u32>;
  /** Of interrupt handlers that are running here. */
  interruptDepth: at<32, u32>;
  /** Nodes of memory: NUMA's, 0 without. */
  node: at<36, u32>;
  /** A program's stack pointer, in the first instructions of a system call. */
  programStack: at<40, usize>;
}

export const cpus: array<Cpu, typeof MAX_CPUS> = zeroed();
/** Processors that are up. */
export let cpuCount: u32 = 0;

/** The calling processor becomes the next one. Interrupts are off. Processors come one after the other. */
export function enterCpu(apicId: u32): ptr<Cpu> {
  const index = cpuCount;
  const cpu = addressOf(cpus[index]);
  cpu.self = cpu;
  cpu.index = index;
  cpu.apicId = apicId;
  writeMsr(GS_BASE, address(cpu));
  cpuCount = index + 1;
  return cpu;
}
/** Whether GS's base is set already: before that there is one processor, and no threads. */
export function hasCpu(): bool {
  return readMsr(GS_BASE) !== 0;
}
/** @inline */
export function thisCpu(): ptr<Cpu> {
  return asm<ptr<Cpu>>`mov ${asm.result}, gs:[0]`;
}
/** @inline */
export function cpuIndex(): u32 {
  return asm<u32>`mov ${asm.result}, gs:[8]`;
}
/**
 * From here to `allowPreemption` the thread stays on its processor and no other one runs there; interrupts still come. Nests.
 * @inline
 */
export function forbidPreemption(): void {
  asm({ clobbers: ["memory"] })`inc dword gs:[12]`;
}
/** The calling processor's local APIC's id as CPUID has it: the one it was reset with. */
export function initialApicId(): u32 {
  return truncate<u32>(cpuidAB(1, 0) >> 56);
}
