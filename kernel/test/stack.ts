/** Stacks: they grow by being used, with interrupts on and off; their guards are met; their frames come back. */
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { canRead, canWrite, catchFault } from "../vm/catch.ts";
import { refillReserve, reserveUses } from "../vm/fault-pages.ts";
import { translate } from "../vm/map.ts";
import { allocateStack, freeStack } from "../vm/stack.ts";
import { check, checkEqual } from "./check.ts";

const SIZE: usize = 16 * PAGE_SIZE;

/** Calls `action` on another stack. @naked */
function callOn(_top: usize, _action: fn<() => void>): void {
  asm`
    push rbp
    mov rbp, rsp
    mov rsp, rdi
    call rsi
    mov rsp, rbp
    pop rbp
    ret`;
}
/** Uses `pages` pages of stack, a page at a time, and gives back a number that went through all of them. */
function descend(pages: u64): u64 {
  const filling: array<u64, 500> = zeroed();
  filling[pages] = pages;
  const below = pages > 1 ? descend(pages - 1) : 0;
  return below + filling[pages];
}
let sum: u64 = 0;
function useTen(): void {
  sum = descend(10);
}
function useSix(): void {
  sum = descend(6);
}
/** Pages of a stack that are there. */
function present(top: usize): u64 {
  let pages: u64 = 0;
  for (let i: usize = 1; i <= SIZE >> PAGE_SHIFT; i++)
    if (translate(top - (i << PAGE_SHIFT)) !== NONE) pages++;
  return pages;
}
export function stacksGrow(): void {
  const free = freeFrameCount();
  const top = allocateStack(SIZE);
  check(top !== 0 && (top & 4095) === 0, "a stack");
  checkEqual(present(top), 2, "pages from the start");
  callOn(top, useTen);
  checkEqual(sum, 55, "ten levels");
  check(present(top) >= 10 && present(top) <= 12, "pages after ten levels");
  check(!canRead(top) && !canRead(top - SIZE - 8), "guards");
  freeStack(top);
  check(free - freeFrameCount() <= 1, "all frames come back");
}
/** As code does that holds a spin lock: the frame allocator cannot be asked. */
export function stacksGrowWithoutInterrupts(): void {
  const top = allocateStack(SIZE);
  refillReserve();
  const uses = reserveUses;
  const flags = saveInterrupts();
  callOn(top, useSix);
  restoreInterrupts(flags);
  checkEqual(sum, 21, "six levels");
  check(reserveUses - uses >= 4, "pages of the reserve");
  freeStack(top);
  check(refillReserve(), "full again");
}
function overflow(top: usize): void {
  callOn(top, (): void => {
    sum = descend(40);
  });
}
/** Recursion without an end meets the guard, below the last page. */
export function stacksEnd(): void {
  const free = freeFrameCount();
  const top = allocateStack(SIZE);
  const fault = catchFault(overflow, top);
  check(fault < top - SIZE && fault >= top - SIZE - PAGE_SIZE, "a fault in the guard");
  checkEqual(present(top), SIZE >> PAGE_SHIFT, "all of it was used");
  freeStack(top);
  checkEqual(freeFrameCount(), free, "all frames come back");
}
/** Many at once, each apart from the others. */
export function manyStacks(): void {
  const free = freeFrameCount();
  const tops: array<usize, 60> = zeroed();
  for (let i: usize = 0; i < tops.length; i++) {
    tops[i] = allocateStack(((i % 5) + 1) * PAGE_SIZE);
    check(tops[i] !== 0, "a stack");
    pointer<u64>(tops[i] - 8).value = i;
  }
  let right: u64 = 0;
  for (let i: usize = 0; i < tops.length; i++) if (pointer<u64>(tops[i] - 8).value === i) right++;
  checkEqual(right, tops.length, "stacks with what was written");
  for (let i: usize = 0; i < tops.length; i += 2) freeStack(tops[i]);
  for (let i: usize = 1; i < tops.length; i += 2) {
    check(canWrite(tops[i] - 8), "still there");
    freeStack(tops[i]);
  }
  checkEqual(freeFrameCount(), free, "all frames come back");
}
