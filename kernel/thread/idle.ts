/** What a processor does when there is nothing to do: it looks whether another has too much, else waits for an interrupt. */
import { cpuIndex, thisCpu } from "../arch/cpu.ts";
import { disableInterrupts, waitForInterrupt } from "../arch/instructions.ts";
import { steal } from "./balance.ts";
import { idleCpus } from "./placement.ts";
import { runQueues } from "./run-queue.ts";
import { reschedule } from "./scheduler.ts";

/**
 * The body of each processor's idle thread. No timer runs for its sake. Between the look and the wait interrupts are off, and they are
 * on again in the moment of waiting: what another processor brings between comes as an interrupt that ends it.
 */
export function idle(): never {
  for (;;) {
    disableInterrupts();
    const cpu = cpuIndex();
    idleCpus.add(cpu);
    if (runQueues[cpu].ready.count > 0 || thisCpu().pending !== 0 || steal()) reschedule();
    else waitForInterrupt();
  }
}
