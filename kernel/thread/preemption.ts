/**
 * The end of `forbidPreemption` (arch/cpu.ts), and of stretches without interrupts in which someone may have been woken: a switch that was
 * asked for meanwhile is made up for. Which thread comes next is the scheduler's business.
 */
import { thisCpu } from "../arch/cpu.ts";
import { enableInterrupts, INTERRUPT_FLAG, restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";

let switchThreads: fn<() => void> | null = null;

/** `reschedule` is called with interrupts off. */
export function setSwitch(reschedule: fn<() => void>): void {
  switchThreads = reschedule;
}
function switchIfPending(): void {
  const cpu = thisCpu();
  if (cpu.pending !== 0 && cpu.preemption === 0 && cpu.interruptDepth === 0 && switchThreads !== null)
    switchThreads();
}
/** @noinline */
function catchUp(): void {
  const flags = saveInterrupts();
  if ((flags & INTERRUPT_FLAG) !== 0) switchIfPending();
  restoreInterrupts(flags);
}
/** Other threads may run here again once every `forbidPreemption` has had its `allowPreemption`. */
export function allowPreemption(): void {
  const pending = asm<u32>({ out: "rax", clobbers: ["memory"] })`dec dword gs:[12]; mov eax, gs:[24]`;
  if (pending !== 0) catchUp();
}
/** `restoreInterrupts` for code that has woken threads: one that goes before the caller runs now. */
export function resumeInterrupts(flags: u64): void {
  if ((flags & INTERRUPT_FLAG) === 0) return;
  switchIfPending();
  enableInterrupts();
}
