/** A system call from its number to its result, and what a program has to do before it goes on. */
import { EINTR, ENOSYS } from "../fs/errno.ts";
import { beforeProgram } from "../program/return.ts";
import type { Call } from "./call.ts";
import { CALLS, rows } from "./table.ts";
import { isTraced, traceCall, traceResult } from "./trace.ts";

/** Called by entry.ts, with interrupts on. True: the registers have been changed, and all of them are to be loaded. */
export function serveCall(call: ptr<Call>): bool {
  const number = call.registers.vector;
  let result: i64 = -ENOSYS;
  if (isTraced()) traceCall(call);
  if (number < CALLS) {
    const serve = rows[number].serve;
    if (serve !== null) result = serve(call);
  }
  call.registers.rax = truncate<u64>(result);
  if (isTraced()) traceResult(call);
  beforeProgram(addressOf(call.registers), result === -EINTR && rows[number].restarts);
  return call.registers.errorCode !== 0;
}
