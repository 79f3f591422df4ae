/** What a program's thread has to do before it goes on in the program: signals. */
import { setBeforeProgram } from "../arch/dispatch.ts";
import type { Registers } from "../arch/exceptions.ts";
import { currentThread } from "../thread/thread.ts";
import { deliver } from "./deliver.ts";

/** Whether a signal may wait for the calling thread. @inline */
export function isInterrupted(): bool {
  return atomicLoadRelaxed(addressOf(currentThread().interrupted));
}
/**
 * The program goes on with `registers`, which this may change; `errorCode` is not 0 then. Interrupts are on. `restartable`: they are of a
 * system call that a signal may have interrupted.
 * @inline
 */
export function beforeProgram(registers: ptr<Registers>, restartable: bool): void {
  if (isInterrupted()) deliver(registers, restartable);
}
function afterInterrupt(registers: ptr<Registers>): void {
  if (currentThread().program !== null) beforeProgram(registers, false);
}
/** The same after interrupts and exceptions. */
export function watchInterrupts(): void {
  setBeforeProgram(afterInterrupt);
}
/** A page fault was served, or has become a signal: the program goes on with `registers`, on the thread's kernel stack. */
export function afterFault(registers: ptr<Registers>): void {
  afterInterrupt(registers);
}
