/** A system call from its number to its result, and what a program has to do before it goes on. */

import { disableInterrupts, enableInterrupts } from "../arch/instructions.ts";
import { EINTR, ENOSYS } from "../fs/errno.ts";
import { beforeProgram, isInterrupted } from "../program/return.ts";
import type { Call } from "./call.ts";
import { CALLS, rows } from "./table.ts";
import { isTraced, type Line } from "./trace.ts";

function dispatch(call: ptr<Call>): i64 {
  const number = call.registers.vector;
  if (number >= CALLS) return -ENOSYS;
  const serve = rows[number].serve;
  return serve === null ? -ENOSYS : serve(call);
}
/** @noinline */
function dispatchTraced(call: ptr<Call>): i64 {
  const line: Line = zeroed();
  line.begin(call);
  const number = call.registers.vector;
  const isLast = number < CALLS && rows[number].ends;
  if (isLast) line.write();
  const result = dispatch(call);
  line.result(result);
  line.write();
  return result;
}
/**
 * Called by entry.ts with interrupts off, as they are when it returns; only what is quick is served so. True: the registers have been
 * changed, and all of them are to be loaded.
 */
export function serveCall(call: ptr<Call>): bool {
  const number = call.registers.vector;
  const isQuick = number < CALLS && rows[number].quick && !isTraced();
  if (!isQuick) enableInterrupts();
  const result = isTraced() ? dispatchTraced(call) : dispatch(call);
  call.registers.rax = truncate<u64>(result);
  let restartable = result === -EINTR && rows[number].restarts;
  disableInterrupts();
  // A signal that comes later finds the program's code.
  while (isInterrupted()) {
    enableInterrupts();
    beforeProgram(addressOf(call.registers), restartable);
    restartable = false;
    disableInterrupts();
  }
  return call.registers.errorCode !== 0;
}
