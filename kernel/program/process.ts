/** The program that runs: one process, with what it is and what it may. Its threads are in program-thread.ts. */
import type { Registers } from "../arch/exceptions.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { currentThread, type Thread } from "../thread/thread.ts";
import type { AddressSpace } from "../vm/space.ts";
import type { Pending } from "./pending.ts";

/** Numbers of processes as it sees them: its parent is what started the machine. */
export const PARENT_ID: u32 = 1;
export const PROCESS_ID: u32 = 2;

/** SA_ bits and a handler, as the kernel of Linux has them (struct kernel_sigaction). */
export class Action extends Struct {
  handler: usize;
  flags: u64;
  restorer: usize;
  mask: u64;
}
export const SIGNALS = 64;

/** siginfo_t: 128 bytes, of which these are all that anyone sets (sigaction(2)). */
export class SignalInformation extends Struct {
  signal: i32;
  error: i32;
  code: i32;
  padding: u32;
  /** si_addr of faults; si_pid and si_uid of others; si_timerid and si_overrun of timers. */
  first: u64;
  second: u64;
  rest: array<u64, 12>;
}
static_assert(sizeof<SignalInformation>() === 128);

/** A thread of the program. */
export class ProgramThread extends Struct {
  thread: ptr<Thread>;
  /** gettid(2). */
  id: u32;
  /** Cleared, and waiters woken there, when it ends; 0: nowhere (set_tid_address(2)). */
  clearedAtEnd: usize;
  /** set_robust_list(2). */
  robustList: usize;
  /** Where it begins, and with which base of FS. */
  begin: Registers;
  threadPointer: usize;
  /** A bit for each signal: signal n's is n - 1. */
  blocked: u64;
  /** What `blocked` is to be once a handler that interrupts sigsuspend has been set up. */
  savedBlocked: u64;
  restoresBlocked: bool;
  /** What sigtimedwait waits for. */
  awaited: u64;
  /** sigaltstack(2). */
  stackStart: usize;
  stackBytes: usize;
  stackFlags: u32;
  pending: ptr<Pending>;
  /** Its last fault, for handlers: vector, error code, address. */
  faultVector: u64;
  faultError: u64;
  faultAddress: u64;
  next: ptr<ProgramThread> | null;
  previous: ptr<ProgramThread> | null;
}

export class Process extends Struct {
  space: AddressSpace;
  owner: u32;
  group: u32;
  /** Guards the list of threads and all signals. */
  lock: SpinLock;
  threads: ptr<ProgramThread> | null;
  threadCount: u32;
  /** Nanoseconds on processors of threads that have ended. */
  endedTime: u64;
  nextId: u32;
  actions: array<Action, typeof SIGNALS>;
  pending: Pending;
  /** It is on its way out, with this status. */
  ending: bool;
  status: u32;
}
export const process: Process = zeroed();

/** The calling thread's; it is a program's. */
export function currentProgram(): ptr<ProgramThread> {
  return cast<ProgramThread>(currentThread().program);
}
