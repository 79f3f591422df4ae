/** What a system call finds on its thread's kernel stack: its arguments, and the program's registers, which it may change. */
import type { Registers } from "../arch/exceptions.ts";

export class Call extends Struct {
  /** RDI, RSI, RDX, R10, R8, R9 (System V ABI, AMD64 supplement, A.2.1). */
  args: array<u64, 6>;
  /** `vector` has the call's number: RAX is the result once it is served. */
  registers: Registers;
}
static_assert(offsetof<Call>("registers") === 48);

/** Gives the result, or the negative of an error. */
export type Serve = fn<(call: ptr<Call>) => i64>;
