/** From entry code to handlers. */

import { interruptPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { EXCEPTIONS, type Registers, raiseException } from "./exceptions.ts";
import { takeInterrupt } from "./interrupts.ts";

/** What entry.ts leaves as the vector is its stub's offset. */
const STUB_SIZE = 5;

export function dispatch(registers: ptr<Registers>): void {
  registers.vector /= STUB_SIZE;
  const vector = u32(registers.vector);
  if (staticKey(addressOf(interruptPoint.key)))
    record(addressOf(interruptPoint), registers.vector, registers.rip, 0, 0);
  if (vector < EXCEPTIONS) raiseException(registers);
  else takeInterrupt(vector);
}
