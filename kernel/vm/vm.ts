/** Virtual memory begins: what is done once, and on every processor. */
import { setInterruptHandler } from "../arch/interrupts.ts";
import { SHOOTDOWN_VECTOR } from "../arch/vectors.ts";
import { panic } from "../panic.ts";
import { refillReserve } from "./fault-pages.ts";
import { initPageFaults } from "./page-fault.ts";
import { initRanges } from "./reserve.ts";
import { allocateTables } from "./table.ts";
import { answer, joinShootdowns } from "./tlb.ts";

/** On the first processor, when frames can be allocated and interrupts sent: page faults, ranges, flushing elsewhere. */
export function initVm(): void {
  allocateTables();
  initPageFaults();
  setInterruptHandler(SHOOTDOWN_VECTOR, onRequest);
  if (!initRanges()) panic("no memory for ranges of addresses");
  enterVm();
  refillReserve();
}
/** On every processor, before it takes interrupts. */
export function enterVm(): void {
  joinShootdowns();
}
/** Another processor wants translations forgotten, or this one has used pages of the reserve. */
function onRequest(): void {
  answer();
  refillReserve();
}
