/** From entry code to handlers. */

import { interruptPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { isProgramCode } from "./code.ts";
import { EXCEPTIONS, type Registers, raiseException } from "./exceptions.ts";
import { takeInterrupt } from "./interrupts.ts";
import { staysOnItsStack } from "./staying.ts";

/** What entry.ts leaves as the vector is its stub's offset. */
const STUB_SIZE = 5;

type Hook = fn<(registers: ptr<Registers>) => void>;
let beforeProgram: Hook | null = null;

/** Called before a program's code goes on, on the thread's kernel stack. Interrupts are off, before and after. */
export function setBeforeProgram(hook: Hook): void {
  beforeProgram = hook;
}
/** Before a program's code begins. */
export function prepareProgram(registers: ptr<Registers>): void {
  if (beforeProgram !== null) beforeProgram(registers);
}
export function dispatch(registers: ptr<Registers>): void {
  registers.vector /= STUB_SIZE;
  const vector = u32(registers.vector);
  if (staticKey(addressOf(interruptPoint.key)))
    record(addressOf(interruptPoint), registers.vector, registers.rip, 0, 0);
  if (vector < EXCEPTIONS) raiseException(registers);
  else takeInterrupt(vector);
  if (isProgramCode(registers.rip) && beforeProgram !== null && !staysOnItsStack(vector))
    beforeProgram(registers);
}
