/**
 * Where a page fault gets its pages. Code that holds a spin lock, which may be the frame allocator's own, can touch a page of its stack that is
 * not there yet; so a few pages are kept aside for each processor, and a fault that came with interrupts off takes one of these. They
 * are filled up again as soon as interrupts are on. Each slot is exchanged by itself: no lock is needed, and nobody waits.
 */
import { sendInterrupt } from "../arch/apic.ts";
import { cpuCount, cpuIndex } from "../arch/cpu.ts";
import { SHOOTDOWN_VECTOR } from "../arch/vectors.ts";
import { NONE, PAGE_SIZE } from "../memory/address.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import { panicWith } from "../panic.ts";
import { tableAt } from "./table.ts";

/** Pages for each processor, one after the other's; who finds its own gone takes others'. */
const EACH: u32 = 8;
/** Eight more than are ever filled: there is always one for a page that comes back. */
const SLOTS = 72;

/** 0: empty. */
const slots: array<usize, typeof SLOTS> = zeroed();
/** Faults that were served from here. */
export let reserveUses: u64 = 0;

/** Slots of processors that are up. */
function slotCount(): u32 {
  return EACH * atomicLoadRelaxed(addressOf(cpuCount));
}
function put(page: usize): void {
  for (let i: u32 = 0; i < SLOTS; i++) {
    if (slots[i] === 0 && atomicCompareExchange(addressOf(slots[i]), 0, page) === 0) return;
  }
  panicWith("no slot for a page of the reserve", "page", page, null, 0);
}
function take(): usize {
  const first = EACH * cpuIndex();
  for (let i: u32 = 0; i < SLOTS; i++) {
    const slot = addressOf(slots[(first + i) % SLOTS]);
    const page = slot.value === 0 ? 0 : atomicExchange(slot, 0);
    if (page !== 0) return page;
  }
  return NONE;
}
/** Fills what is empty. No spin lock is held. False: there is not enough memory. */
export function refillReserve(): bool {
  const count = slotCount();
  for (let i: u32 = 0; i < count; i++) {
    if (slots[i] !== 0) continue;
    const page = allocatePage();
    if (page === NONE) return false;
    if (atomicCompareExchange(addressOf(slots[i]), 0, page) !== 0) freePage(page);
  }
  return true;
}
/** Where a page may come from. */
/** @base u8 */
export enum Source {
  /** The frame allocator alone: who asks can do without. */
  Allocator = 0,
  /** The reserve alone: the interrupted code may hold the allocator's locks. */
  Reserve = 1,
  /** The allocator, and if it has none the reserve. */
  Either = 2,
}
/** A page, its bytes what they happen to be. NONE: there is none left. */
export function takeFaultPage(source: Source): usize {
  if (source !== Source.Reserve) {
    const page = allocatePage();
    if (page !== NONE || source === Source.Allocator) return page;
  }
  const page = take();
  if (page === NONE) return NONE;
  atomicAdd(addressOf(reserveUses), 1);
  // The handler of that interrupt fills the reserve, when interrupts are on.
  sendInterrupt(cpuIndex(), SHOOTDOWN_VECTOR);
  return page;
}
/** The page was not needed after all. */
export function giveFaultPage(page: usize, source: Source): void {
  if (source === Source.Reserve) put(page);
  else freePage(page);
}
export function clearPage(physical: usize): void {
  memset(tableAt(physical), 0, PAGE_SIZE);
}
