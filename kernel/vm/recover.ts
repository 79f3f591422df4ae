/**
 * Functions that may touch what is not there: a page fault in one of them that nothing puts right goes on in another function, which takes its
 * place on the stack. They call nothing and push nothing, so that their return address is on top wherever they fault.
 */
import type { Registers } from "../arch/exceptions.ts";
import { functionOf } from "../arch/functions.ts";
import { panic } from "../panic.ts";

class Recovery extends Struct {
  from: usize;
  to: usize;
}
const ROOM = 8;
const recoveries: array<Recovery, typeof ROOM> = zeroed();
let count: usize = 0;

/** A fault in the function at `from` goes on at `to`. Once for each, at start. */
export function addRecovery(from: usize, to: usize): void {
  if (count === ROOM) panic("no room for another function that may fault");
  recoveries[count] = { from, to };
  count++;
}
/** True: the interrupted code was such a function, and goes on as it should. */
export function recover(registers: ptr<Registers>): bool {
  const found = functionOf(registers.rip);
  if (found === null) return false;
  for (let i: usize = 0; i < count; i++) {
    if (recoveries[i].from !== usize(found.address)) continue;
    registers.rip = recoveries[i].to;
    return true;
  }
  return false;
}
