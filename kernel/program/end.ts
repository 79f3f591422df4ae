/** The program's end: its other threads first, then what is not written yet, then the machine, with the program's status. */
import { programExit } from "../arch/debug-exit.ts";
import type { Registers } from "../arch/exceptions.ts";
import { powerOff } from "../boot/power.ts";
import { deadlineAfter, MILLISECOND } from "../thread/time.ts";
import { reportCrash } from "./crash.ts";
import { process, type SignalInformation } from "./process.ts";
import { awaitEnds } from "./program-thread.ts";
import { dumpsByDefault } from "./signal-numbers.ts";
import { endOthers } from "./signals.ts";

/** How long threads may take to leave whatever they are in. */
const PATIENCE: u64 = 1000 * MILLISECOND;

let finish: fn<() => void> | null = null;
/** What is done before the machine ends: files are written. */
export function setFinish(action: fn<() => void>): void {
  finish = action;
}
/** With its status: what exit_group(2) was given, or 128 + a signal. The caller is one of the program's threads. */
export function endProcess(status: u32): never {
  process.status = status;
  endOthers();
  awaitEnds(deadlineAfter(PATIENCE));
  endMachine(status);
}
/** For who has no program yet, too. */
export function endMachine(status: u32): never {
  if (finish !== null) finish();
  programExit(truncate<u8>(status));
  powerOff();
}
/** A signal that nobody handles. */
export function endBySignal(
  registers: ptr<Registers>,
  signal: u32,
  information: ptr<SignalInformation>,
): never {
  if (dumpsByDefault(signal)) reportCrash(registers, signal, information);
  endProcess(128 + signal);
}
