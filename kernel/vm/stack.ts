/**
 * Stacks: demand-zero ranges between guards, of which the uppermost pages are there from the start, so that most threads never fault. A
 * stack that is used deeper grows by page faults, which take no lock and have pages of their own (fault-pages.ts). Running over its end
 * meets the guard.
 *
 *     │ guard │ promised …                      │ there  │ guard │
 *             start                                      top
 */
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { demand, Outcome } from "./demand.ts";
import { refillReserve, Source } from "./fault-pages.ts";
import { RangeKind } from "./range.ts";
import { nameRange, releaseRange, reserveRange } from "./reserve.ts";
import { kernelSpace } from "./space.ts";

/** Pages that are there from the start. */
const TOUCHED: usize = 2;

/** One promised page is made now. False: no memory. */
function touch(linear: usize): bool {
  const flags = saveInterrupts();
  const outcome = demand(kernelSpace.root, linear, Source.Allocator);
  restoreInterrupts(flags);
  return outcome === Outcome.Present;
}
/** A stack of `bytes`, rounded up to pages. Gives its top, where it begins; 0: no memory. No spin lock is held. */
export function allocateStack(bytes: usize): usize {
  const pages = (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;
  const start = reserveRange(pages << PAGE_SHIFT, PAGE_SIZE, RangeKind.Stack);
  if (start === 0) return 0;
  const top = start + (pages << PAGE_SHIFT);
  let there = refillReserve();
  for (let i: usize = 1; i <= TOUCHED && i <= pages && there; i++) there = touch(top - (i << PAGE_SHIFT));
  if (there) return top;
  releaseRange(start);
  return 0;
}
/** Whose it is, for the report of an overflow. */
export function nameStack(top: usize, name: ptr<u8>): void {
  nameRange(top - 1, name);
}
/** A stack that nobody runs on. It is not called on it, nor with a spin lock held. */
export function freeStack(top: usize): void {
  releaseRange(top - 1);
}
