/** From entry code to handlers. */

import { interruptPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { EXCEPTIONS, type Registers, raiseException } from "./exceptions.ts";
import { disableInterrupts, enableInterrupts } from "./instructions.ts";
import { takeInterrupt } from "./interrupts.ts";
import { staysOnItsStack } from "./staying.ts";

/** What entry.ts leaves as the vector is its stub's offset. */
const STUB_SIZE = 5;

/** The kernel's code is below 4 MiB. */
const PROGRAMS_SHIFT: u64 = 22;

type Hook = fn<(registers: ptr<Registers>) => void>;
let beforeProgram: Hook | null = null;

/** Called before a program's code goes on, with interrupts on, on the thread's kernel stack. */
export function setBeforeProgram(hook: Hook): void {
  beforeProgram = hook;
}
export function dispatch(registers: ptr<Registers>): void {
  registers.vector /= STUB_SIZE;
  const vector = u32(registers.vector);
  if (staticKey(addressOf(interruptPoint.key)))
    record(addressOf(interruptPoint), registers.vector, registers.rip, 0, 0);
  if (vector < EXCEPTIONS) raiseException(registers);
  else takeInterrupt(vector);
  if (registers.rip >> PROGRAMS_SHIFT !== 0 && beforeProgram !== null && !staysOnItsStack(vector)) {
    enableInterrupts();
    beforeProgram(registers);
    disableInterrupts();
  }
}
