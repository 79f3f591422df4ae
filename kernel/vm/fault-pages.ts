/**
 * Where a page fault gets its pages. Code that holds a spin lock, which may be the frame allocator's own, can touch a page of its stack that is
 * not there yet; so each processor keeps a few pages aside, and a fault that came with interrupts off takes one of these. They are
 * filled up again as soon as interrupts are on.
 */
import { sendInterrupt } from "../arch/apic.ts";
import { cpuIndex, type MAX_CPUS } from "../arch/cpu.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { SHOOTDOWN_VECTOR } from "../arch/vectors.ts";
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import { tableAt } from "./table.ts";

const CAPACITY: u32 = 8;

class Reserve extends Struct {
  count: u32;
  pages: array<usize, typeof CAPACITY>;
}
const reserves: array<Reserve, typeof MAX_CPUS> = zeroed();
/** Faults that were served from a reserve. */
export let reserveUses: u64 = 0;

/** Fills the calling processor's reserve. No spin lock is held. False: there is not enough memory for all of it. */
export function refillReserve(): bool {
  const flags = saveInterrupts();
  const reserve = addressOf(reserves[cpuIndex()]);
  while (reserve.count < CAPACITY) {
    const page = allocatePage();
    if (page === NONE) break;
    reserve.pages[reserve.count] = page;
    reserve.count++;
  }
  const full = reserve.count === CAPACITY;
  restoreInterrupts(flags);
  return full;
}
/** Pages in all reserves. */
export function reservedPages(): u64 {
  let pages: u64 = 0;
  for (let i: usize = 0; i < reserves.length; i++)
    pages += u64(atomicLoadRelaxed(addressOf(reserves[i].count)));
  return pages;
}
/**
 * A page, its bytes what they happen to be, in a page fault's handler. `free`: the interrupted code held no spin lock. NONE: there is
 * none left.
 */
export function takeFaultPage(free: bool): usize {
  if (free) {
    const page = allocatePage();
    if (page !== NONE) return page;
  }
  const reserve = addressOf(reserves[cpuIndex()]);
  if (reserve.count === 0) return NONE;
  reserveUses++;
  reserve.count--;
  if (!free) sendInterrupt(cpuIndex(), SHOOTDOWN_VECTOR);
  return reserve.pages[reserve.count];
}
/** The page was not needed after all. */
export function giveFaultPage(page: usize, free: bool): void {
  const reserve = addressOf(reserves[cpuIndex()]);
  if (free) freePage(page);
  else if (reserve.count < CAPACITY) {
    reserve.pages[reserve.count] = page;
    reserve.count++;
  }
}
export function clearPage(physical: usize): void {
  memset(tableAt(physical), 0, PAGE_SIZE);
}
