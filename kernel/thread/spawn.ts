/**
 * Threads come and go: `spawn` makes one, its function's return or `exitThread` ends it, and `join` frees what it had; a detached one is freed
 * by the reaper. Nobody ends a thread from outside.
 */
import { enableInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { free, malloc } from "../memory/malloc.ts";
import { exitPoint, startPoint } from "../trace/points.ts";
import { record } from "../trace/ring.ts";
import { inverseOf, LEAST_WEIGHT, MOST_WEIGHT, NORMAL_WEIGHT } from "./decay.ts";
import { online, start } from "./placement.ts";
import { resumeInterrupts } from "./preemption.ts";
import { block, finishSwitch } from "./scheduler.ts";
import { giveStack, takeStack, USUAL_STACK } from "./stack.ts";
import { prepareStack } from "./switch.ts";
import { currentThread, NAME_SIZE, type Thread, ThreadState } from "./thread.ts";
import { listThread, unlistThread } from "./thread-list.ts";
import { freeThreadLocals, type LocalTemplate, makeThreadLocals } from "./thread-local.ts";
import { FOREVER } from "./time.ts";
import { giveVectors, takeVectors } from "./vector-state.ts";

const ALL_CPUS: u32 = 0xffff_ffff;

/** A field of 0 means the usual. */
export class ThreadOptions extends Struct {
  /** Share of a processor beside others': NORMAL_WEIGHT is the usual one. From LEAST_WEIGHT to MOST_WEIGHT. */
  weight: u32;
  /** Above 0: it goes before all threads of lower levels, as long as it likes. */
  level: u32;
  /** Bits: processors that it may run on. */
  allowed: u32;
  /** Usually 64 KiB, of which only what is used takes memory. */
  stackBytes: usize;
  /** Nobody will join it. */
  detached: bool;
  /** It uses vector or x87 registers. */
  vectors: bool;
  /** It gets thread-local variables; the template must outlive it. */
  locals: ptr<LocalTemplate> | null;
}
const USUAL: ThreadOptions = zeroed();

/** A name, cut where it is too long. */
export function setName(thread: ptr<Thread>, name: ptr<u8>): void {
  let i: usize = 0;
  for (; i < NAME_SIZE - 1 && name[i] !== 0; i++) thread.name[i] = name[i];
  thread.name[i] = 0;
}
function weightWithin(weight: u32): u32 {
  if (weight === 0) return NORMAL_WEIGHT;
  return weight < LEAST_WEIGHT ? LEAST_WEIGHT : weight > MOST_WEIGHT ? MOST_WEIGHT : weight;
}
function beginThread(previous: ptr<Thread>): void {
  finishSwitch(previous);
  enableInterrupts();
  const thread = currentThread();
  thread.entry(thread.argument);
  exitThread();
}
/** What a thread needs beside its structure. False: there is no memory. */
function equip(thread: ptr<Thread>, options: ptr<ThreadOptions>): bool {
  thread.stackBytes = options.stackBytes === 0 ? USUAL_STACK : options.stackBytes;
  thread.stackTop = takeStack(thread.stackBytes, addressOf(thread.name[0]));
  if (thread.stackTop === 0) return false;
  thread.locals = options.locals;
  if (options.locals !== null) {
    thread.threadPointer = makeThreadLocals(options.locals);
    if (thread.threadPointer === 0) return false;
  }
  return !options.vectors || giveVectors(thread);
}
/** Frees a thread and whatever it has got. */
function strip(thread: ptr<Thread>): void {
  takeVectors(thread);
  if (thread.locals !== null && thread.threadPointer !== 0)
    freeThreadLocals(thread.locals, thread.threadPointer);
  if (thread.stackTop !== 0) giveStack(thread.stackTop, thread.stackBytes);
  free(thread);
}
/**
 * A new thread that calls `entry(argument)`. It has run as much as its maker, so that threads gain nothing by making others. null: there is
 * no memory. The pointer is good until `join` or `detach`.
 */
export function spawn(
  name: ptr<u8>,
  entry: fn<(argument: ptr<unknown>) => void>,
  argument: ptr<unknown> | null,
  options: ptr<ThreadOptions> | null,
): ptr<Thread> | null {
  const chosen = options === null ? addressOf(USUAL) : options;
  const memory = malloc(sizeof<Thread>());
  if (memory === null) return null;
  const thread = cast<Thread>(memory);
  memset(thread, 0, sizeof<Thread>());
  setName(thread, name);
  if (!equip(thread, chosen)) {
    strip(thread);
    return null;
  }
  thread.entry = entry;
  thread.argument = cast<unknown>(argument);
  thread.stackPointer = prepareStack(thread.stackTop, beginThread);
  thread.weight = weightWithin(chosen.weight);
  thread.inverse = inverseOf(thread.weight);
  thread.level = chosen.level;
  thread.allowed = (chosen.allowed & online.all()) === 0 ? ALL_CPUS : chosen.allowed;
  thread.detached = chosen.detached;
  listThread(thread);
  if (staticKey(addressOf(startPoint.key))) record(addressOf(startPoint), address(thread), 0, 0, 0);
  const flags = saveInterrupts();
  start(thread);
  resumeInterrupts(flags);
  return thread;
}
/** Ends the current thread. */
export function exitThread(): never {
  const thread = currentThread();
  if (staticKey(addressOf(exitPoint.key))) record(addressOf(exitPoint), 0, 0, 0, 0);
  const exit = addressOf(thread.exit);
  exit.lock.lock();
  thread.state = ThreadState.Exiting;
  thread.exited = true;
  exit.wakeAll();
  exit.lock.release();
  block();
  unreachable();
}
/** Frees a thread that has ended: its stack is left for good a few instructions after `exited` is set. */
export function release(thread: ptr<Thread>): void {
  while (atomicLoadAcquire(addressOf(thread.state)) !== ThreadState.Dead) pause();
  unlistThread(thread);
  strip(thread);
}
/** Waits for the thread's end, and frees it. Once for each thread, which must not be detached. */
export function join(thread: ptr<Thread>): void {
  joinUntil(thread, FOREVER);
}
/** False: it has not ended by `deadline` (nanoseconds since boot), and is there still. */
export function joinUntil(thread: ptr<Thread>, deadline: u64): bool {
  const exit = addressOf(thread.exit);
  const flags = exit.lock.lock();
  while (!thread.exited) {
    if (exit.wait(deadline)) continue;
    if (thread.exited) break;
    exit.lock.unlock(flags);
    return false;
  }
  exit.lock.unlock(flags);
  release(thread);
  return true;
}
/** Nobody will join it; it is freed when it ends, and may be gone when this returns. */
export function detach(thread: ptr<Thread>): void {
  const exit = addressOf(thread.exit);
  const flags = exit.lock.lock();
  const exited = thread.exited;
  thread.detached = !exited;
  exit.lock.unlock(flags);
  if (exited) release(thread);
}
