/** A thread: what the processor needs to go on with it, and what the scheduler and those who wait for it know of it. */

import type { AddressSpace } from "../vm/space.ts";
import type { HeapNode } from "./heap.ts";
import type { LocalTemplate } from "./thread-local.ts";
import type { Timer } from "./timer.ts";
import type { WaitQueue } from "./wait-queue.ts";

export const NAME_SIZE = 24;

/** @base u32 */
export enum ThreadState {
  /** In a run queue, or on its way to one. */
  Ready,
  Running,
  /** Until `wake`. */
  Waiting,
  /** It runs its last instructions. */
  Exiting,
  /** Its stack is not used any more. */
  Dead,
}

export class Thread extends Struct {
  /** While it does not run; what is there is in switch.ts. */
  stackPointer: at<0, usize>;
  /** FS's base: its thread-local storage; 0: it has none. */
  threadPointer: usize;
  /** Where its vector registers are kept (vector-state.ts); null: it uses none. */
  vectors: ptr<unknown> | null;
  /** The processor that had them last. */
  vectorsAt: u32;
  /** Whose run queue's lock guards it. */
  cpu: u32;
  state: ThreadState;

  /** In the run queue while it is ready. */
  node: HeapNode;
  /** What it has run, as decay.ts counts it, in `generation`. */
  runTime: u64;
  generation: u64;
  /** 2²⁰ / weight. */
  inverse: u32;
  weight: u32;
  /** 0: fair. Others go before all that are lower, and are not preempted by their equals. */
  level: u32;
  /** Bits: processors that it may run on. */
  allowed: u32;

  /** When it last woke a thread that others could have run, since it last waited; 0: it has not. */
  wokeAt: u64;
  /** It waited soon after it had, the last time (wake.ts). */
  handsOver: bool;

  /** For sleeping, and waiting with a deadline. */
  timer: Timer;
  /** It is to leave waits that can be interrupted (wait-queue.ts): it has a signal. Changed by atomics. */
  interrupted: bool;
  /** It is in such a wait. */
  interruptible: bool;

  id: u32;
  name: array<u8, typeof NAME_SIZE>;
  entry: fn<(argument: ptr<unknown>) => void>;
  argument: ptr<unknown>;
  /** Where its stack begins, its highest address; 0: it has none of its own. */
  stackTop: usize;
  stackBytes: usize;
  /** What its thread-local variables were made from. */
  locals: ptr<LocalTemplate> | null;
  /** Who joins it waits here; its lock guards the next two. */
  exit: WaitQueue;
  exited: bool;
  /** It is freed without being joined. */
  detached: bool;

  /** Nanoseconds on processors. */
  ran: u64;
  /** How often it was given a processor. */
  switches: u64;
  /** How often that was another one than before. */
  migrations: u64;

  /** What it is to a program; null: it is the kernel's. */
  program: ptr<unknown> | null;
  /** The addresses that it needs; null: the kernel's, which are in every space. */
  space: ptr<AddressSpace> | null;

  /** Links of a list that it is in: all threads, the dead. */
  nextThread: ptr<Thread> | null;
  previousThread: ptr<Thread> | null;
  nextDead: ptr<Thread> | null;
}
static_assert(sizeof<Thread>() <= 512);

/** @inline */
export function currentThread(): ptr<Thread> {
  return asm<ptr<Thread>>`mov ${asm.result}, gs:[16]`;
}
/** Which thread a node of a run queue belongs to. */
export function threadOf(node: ptr<HeapNode>): ptr<Thread> {
  return pointer<Thread>(address(node) - offsetof<Thread>("node"));
}
/** Whether a thread may run on a processor. */
export function isAllowed(thread: ptr<Thread>, cpu: u32): bool {
  return ((thread.allowed >> cpu) & 1) !== 0;
}
