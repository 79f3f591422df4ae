/**
 * Stacks of threads. Those of the usual size are kept for the next thread, some of them: mapping a stack costs more than all else about
 * a thread, and unmapping it interrupts every processor.
 */
import { allocateStack, freeStack, nameStack } from "../vm/stack.ts";
import type { SpinLock } from "./spin-lock.ts";

export const USUAL_STACK: usize = 0x1_0000;
const MOST_KEPT: u32 = 16;

/** At the top of a stack that is kept. */
class Kept extends Struct {
  next: ptr<Kept> | null;
  top: usize;
}
const lock: SpinLock = zeroed();
let first: ptr<Kept> | null = null;
let count: u32 = 0;

function takeKept(): usize {
  const flags = lock.lock();
  const kept = first;
  if (kept !== null) {
    first = kept.next;
    count--;
  }
  lock.unlock(flags);
  return kept === null ? 0 : kept.top;
}
function keep(top: usize): bool {
  const flags = lock.lock();
  const room = count < MOST_KEPT;
  if (room) {
    const kept = pointer<Kept>(top - sizeof<Kept>());
    kept.value = { next: first, top };
    first = kept;
    count++;
  }
  lock.unlock(flags);
  return room;
}
/** Where a stack begins, its highest address, a multiple of 16; 0: there is no memory. `name` is told when it overflows. */
export function takeStack(bytes: usize, name: ptr<u8>): usize {
  const kept = bytes === USUAL_STACK ? takeKept() : 0;
  const top = kept === 0 ? allocateStack(bytes) : kept;
  if (top !== 0) nameStack(top, name);
  return top;
}
/** Nobody runs on it. */
export function giveStack(top: usize, bytes: usize): void {
  if (bytes === USUAL_STACK && keep(top)) nameStack(top, "no thread's");
  else freeStack(top);
}
