/** What a program's thread has to do before it goes on in the program: signals. */
import { setBeforeProgram } from "../arch/dispatch.ts";
import type { Registers } from "../arch/exceptions.ts";
import { disableInterrupts, enableInterrupts } from "../arch/instructions.ts";
import { currentThread } from "../thread/thread.ts";
import { PROGRAMS_END } from "../vm/space.ts";
import { deliver, fault } from "./deliver.ts";

/** Whether a signal may wait for the calling thread. @inline */
export function isInterrupted(): bool {
  return atomicLoadRelaxed(addressOf(currentThread().interrupted));
}
/**
 * The program goes on with `registers`, which this may change; `errorCode` is not 0 then. `restartable`: they are of a system call that a
 * signal may have interrupted. Interrupts are off afterwards, and stay so: a signal that comes later has to find the program's code.
 */
export function beforeProgram(registers: ptr<Registers>, restartable: bool): void {
  let restarts = restartable;
  disableInterrupts();
  while (isInterrupted()) {
    enableInterrupts();
    deliver(registers, restarts);
    restarts = false;
    disableInterrupts();
  }
}
/** The same after interrupts, exceptions and faults, on the thread's kernel stack. */
export function afterInterrupt(registers: ptr<Registers>): void {
  if (currentThread().program === null) return;
  beforeProgram(registers, false);
  if (registers.rip < PROGRAMS_END) return;
  // Not an address of code: IRET would fail, in the kernel.
  fault();
  beforeProgram(registers, false);
}
export function watchInterrupts(): void {
  setBeforeProgram(afterInterrupt);
}
