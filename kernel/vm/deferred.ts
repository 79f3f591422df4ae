/**
 * Page faults of programs that the handler cannot serve on its own stack, with interrupts off: a page may have to be read from a file. What
 * was interrupted is copied to the thread's kernel stack, and the thread goes on there, with interrupts on, in the service that has been
 * set; after that it goes on where it was.
 *
 *     stackTop →  │ Registers │ the service's calls …      a program's code, or code on a program's stack
 *     rsp →  │ red zone │ Registers │ the service's …      the kernel's code, for example copying to a program
 */
import { isProgramCode } from "../arch/code.ts";
import { thisCpu } from "../arch/cpu.ts";
import type { Registers } from "../arch/exceptions.ts";
import { INTERRUPT_FLAG, readCr3 } from "../arch/instructions.ts";
import { loadRegisters } from "../arch/load-registers.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { currentThread } from "../thread/thread.ts";
import { demand, Outcome } from "./demand.ts";
import { Source } from "./fault-pages.ts";
import { isProgramAddress } from "./space.ts";

/** True: the thread goes on with the registers as they are then. `code`: the page fault's error code. */
type Service = fn<(registers: ptr<Registers>, linear: usize, code: u64) => bool>;
type Unserved = fn<(registers: ptr<Registers>, linear: usize) => void>;
let service: Service | null = null;
let unserved: Unserved | null = null;

/** Bytes below a stack pointer that are in use (System V ABI, AMD64 supplement, 3.2.2). */
const RED_ZONE: usize = 128;
/** IF, and the bit that is always 1. */
const FLAGS: u64 = 0x202;

export function setFaultService(serve: Service): void {
  service = serve;
}
/** What happens to a fault that the service does not put right; it comes back if the thread can go on all the same. */
export function setUnserved(tell: Unserved): void {
  unserved = tell;
}
function serve(registers: ptr<Registers>, linear: usize, code: u64): void {
  const isServed = service === null ? false : service(registers, linear, code);
  if (!isServed && unserved !== null) unserved(registers, linear);
}
/** RSP is at the copy. @naked */
function goOn(): void {
  asm`
    call ${serve}
    jmp ${loadRegisters}`;
}
/** Whether the interrupted code may wait, and the fault is of a program's doing or at its addresses. */
function isForService(registers: ptr<Registers>, linear: usize): bool {
  const cpu = thisCpu();
  return (
    service !== null &&
    ((registers.rflags & INTERRUPT_FLAG) !== 0 || isProgramAddress(registers.rip)) &&
    cpu.preemption === 0 &&
    cpu.interruptDepth === 0 &&
    (isProgramCode(registers.rip) || isProgramAddress(linear))
  );
}
/** Where the copy ends; 0: nowhere. */
function placeFor(registers: ptr<Registers>): usize {
  if (isProgramCode(registers.rip) || isProgramAddress(registers.rsp)) return currentThread().stackTop;
  return (registers.rsp - RED_ZONE) & ~usize(15);
}
/** Whether memory is there, or promised and now made: no page fault can be served before this one is. */
function isThere(linear: usize): bool {
  return demand(readCr3(), linear, Source.Either) === Outcome.Present;
}
/** In the handler: has the thread go on in the service, once the handler returns to `registers`. False: not this fault. */
export function defer(registers: ptr<Registers>, linear: usize, code: u64): bool {
  if (!isForService(registers, linear)) return false;
  const end = placeFor(registers);
  const start = end - sizeof<Registers>();
  if (end === 0 || !isThere(start) || !isThere(end - 1)) return false;
  pointer<Registers>(start).value = registers.value;
  // A program in ring 0 can have turned them off, but not for good.
  if (isProgramAddress(registers.rip)) pointer<Registers>(start).rflags |= INTERRUPT_FLAG;
  registers.rip = address(goOn);
  registers.rsp = start;
  registers.rflags = FLAGS;
  registers.rdi = start;
  registers.rsi = linear;
  registers.rdx = code;
  return true;
}
static_assert(sizeof<Registers>() % 16 === 0 && sizeof<Registers>() < PAGE_SIZE);
