/** A system call from its number to its result, and what a program has to do before it goes on. */

import { disableInterrupts, enableInterrupts } from "../arch/instructions.ts";
import { EINTR, ENOSYS } from "../fs/errno.ts";
import { beforeProgram, isInterrupted } from "../program/return.ts";
import type { Call } from "./call.ts";
import { CALLS, type Row, rows } from "./table.ts";
import { type Line, tracing } from "./trace.ts";

/** Of numbers that are nobody's. */
const nobody: Row = zeroed();

/** @inline */
function rowOf(number: u64): ptr<Row> {
  return number < CALLS ? addressOf(rows[number]) : addressOf(nobody);
}
/** @inline */
function serveRow(row: ptr<Row>, call: ptr<Call>): i64 {
  const serve = row.serve;
  return serve === null ? -ENOSYS : serve(call);
}
/** @noinline */
function serveTraced(row: ptr<Row>, call: ptr<Call>): i64 {
  const line: Line = zeroed();
  line.begin(call);
  if (row.ends) line.write();
  const result = serveRow(row, call);
  line.result(result);
  line.write();
  return result;
}
/** Interrupts are off, before and after. @noinline */
function takeSignals(call: ptr<Call>): void {
  const restarts = rowOf(call.registers.vector).restarts;
  beforeProgram(addressOf(call.registers), restarts && truncate<i64>(call.registers.rax) === -EINTR);
}
/** Called by entry.ts with interrupts off, as they are when it returns. Not 0: the registers have been changed, and all of them are to be loaded. */
export function serveCall(call: ptr<Call>): u64 {
  enableInterrupts();
  const row = rowOf(call.registers.vector);
  const result = staticKey(addressOf(tracing)) ? serveTraced(row, call) : serveRow(row, call);
  call.registers.rax = truncate<u64>(result);
  disableInterrupts();
  if (isInterrupted()) takeSignals(call);
  return call.registers.errorCode;
}
