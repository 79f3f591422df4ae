/**
 * Forgetting translations: a processor's own, and those of the others by an interrupt that each of them answers (SDM vol. 3 §4.10.5). One
 * request at a time, for up to 32 addresses. An answer also says that no page fault of before is still being handled there, since
 * that runs with interrupts off; so who has waited may free tables.
 *
 * Not to be called with a spin lock held: the processor that waits for the lock does so with interrupts off and does not answer.
 */
import { sendInterrupt } from "../arch/apic.ts";
import { cpuIndex, MAX_CPUS } from "../arch/cpu.ts";
import {
  invalidatePage,
  readCr3,
  readCr4,
  restoreInterrupts,
  saveInterrupts,
  writeCr3,
  writeCr4,
} from "../arch/instructions.ts";
import { SHOOTDOWN_VECTOR } from "../arch/vectors.ts";

/** All processors. */
export const ALL_CPUS: u32 = 0xff;
/** Of more addresses than this, everything is forgotten: that costs as much, and what is needed again a page walk each. */
const SINGLE: u32 = 16;
const CR4_PGE: u64 = 0x80;

/** Processors that use page tables of the kernel's, by bits. */
let active: u32 = 0;
/** 1: a request is being made. */
let busy: u32 = 0;
/** Who has not answered it yet. */
let waiting: u32 = 0;
let requested: ptr<usize> = pointer<usize>(0);
let requestedCount: u32 = 0;
/** Requests so far that needed other processors. */
export let shootdowns: u64 = 0;

/** The calling processor takes part from here on; it has just loaded CR3. */
export function joinShootdowns(): void {
  atomicOr(addressOf(active), u32(1) << cpuIndex());
}
function forgetAll(): void {
  const cr4 = readCr4();
  if ((cr4 & CR4_PGE) !== 0) {
    writeCr4(cr4 & ~CR4_PGE);
    writeCr4(cr4);
  } else writeCr3(readCr3());
}
function forget(linear: ptr<usize>, count: u32): void {
  if (count > SINGLE) forgetAll();
  else for (let i: u32 = 0; i < count; i++) invalidatePage(linear[i]);
}
/** Does what is requested of this processor, if anything is: the handler of SHOOTDOWN_VECTOR. Interrupts are off. */
export function answer(): void {
  const bit: u32 = u32(1) << cpuIndex();
  if ((atomicLoadAcquire(addressOf(waiting)) & bit) === 0) return;
  forget(requested, requestedCount);
  atomicAnd(addressOf(waiting), ~bit);
}
/** Has `others`, which are not this processor, forget; comes back when all have. This processor forgets meanwhile. */
function shootDown(others: u32, linear: ptr<usize>, count: u32): void {
  while (atomicExchange(addressOf(busy), 1) !== 0) {
    answer();
    pause();
  }
  shootdowns++;
  requested = linear;
  requestedCount = count;
  atomicStore(addressOf(waiting), others);
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++) {
    if ((others & (u32(1) << cpu)) !== 0) sendInterrupt(cpu, SHOOTDOWN_VECTOR);
  }
  forget(linear, count);
  while (atomicLoadAcquire(addressOf(waiting)) !== 0) pause();
  atomicStoreRelease(addressOf(busy), 0);
}
/** No processor in `cpus` knows a translation of these addresses when this comes back. */
export function flushTranslations(cpus: u32, linear: ptr<usize>, count: u32): void {
  const flags = saveInterrupts();
  const others = cpus & atomicLoad(addressOf(active)) & ~(u32(1) << cpuIndex());
  if (others !== 0) shootDown(others, linear, count);
  else forget(linear, count);
  restoreInterrupts(flags);
}
