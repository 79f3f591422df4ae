/** Signals on their way: sent to the program or to one of its threads, blocked, taken (signal(7)). Running handlers is in deliver.ts. */
import { requestSwitch } from "../thread/placement.ts";
import { currentThread, ThreadState } from "../thread/thread.ts";
import { interrupt } from "../thread/wait-queue.ts";
import { addPending, dropPending, freeQueued, makeQueued, type Queued, takePending } from "./pending.ts";
import {
  type Action,
  currentProgram,
  type ProgramThread,
  process,
  type SignalInformation,
} from "./process.ts";
import { bitOf, isIgnoredByDefault, LAST_SIGNAL, UNSTOPPABLE } from "./signal-numbers.ts";

export const SIG_DFL: usize = 0;
export const SIG_IGN: usize = 1;

export function actionOf(signal: u32): ptr<Action> {
  return addressOf(process.actions[signal - 1]);
}
/** Whether it would do nothing. */
function isIgnored(signal: u32): bool {
  const handler = actionOf(signal).handler;
  return handler === SIG_IGN || (handler === SIG_DFL && isIgnoredByDefault(signal));
}
/** What could be delivered to a thread now. The process's lock is held. */
function deliverable(program: ptr<ProgramThread>): u64 {
  return (program.pending.signals | process.pending.signals) & ~program.blocked;
}
/** The thread has to look, wherever it is: in a wait, or in the program's code on some processor. */
function alert(program: ptr<ProgramThread>): void {
  const thread = program.thread;
  if (address(thread) === 0) return;
  interrupt(thread);
  if (thread !== currentThread() && atomicLoadRelaxed(addressOf(thread.state)) === ThreadState.Running)
    requestSwitch(atomicLoadRelaxed(addressOf(thread.cpu)));
}
/** `interrupted` says whether the calling thread has anything to deliver. The process's lock is held. */
function refresh(program: ptr<ProgramThread>): void {
  atomicStore(addressOf(program.thread.interrupted), process.ending || deliverable(program) !== 0);
}
/** Whatever was sent to the calling thread before it could be alerted is delivered before it enters the program. */
export function lookForSignals(): void {
  const flags = process.lock.lock();
  refresh(currentProgram());
  process.lock.unlock(flags);
}
/** A record that has been made for a signal and does not wait. The lock is held: once it is not, one that waits may be gone. */
function unusedOf(record: ptr<Queued> | null): ptr<Queued> | null {
  return record === null || record.waits || record.isTimers ? null : record;
}
function toThread(
  program: ptr<ProgramThread>,
  information: ptr<SignalInformation>,
  record: ptr<Queued> | null,
): i64 {
  const signal = u32(information.signal);
  const flags = process.lock.lock();
  const isBlocked = ((program.blocked | program.awaited) & bitOf(signal)) !== 0;
  let status: i64 = 0;
  if (isBlocked || !isIgnored(signal)) status = addPending(program.pending, information, record);
  const isWanted = (program.blocked & ~program.awaited & bitOf(signal)) === 0;
  if (isWanted && status === 0) alert(program);
  const unused = unusedOf(record);
  process.lock.unlock(flags);
  freeQueued(unused);
  return status;
}
function toProcess(information: ptr<SignalInformation>, record: ptr<Queued> | null): i64 {
  const signal = u32(information.signal);
  const bit = bitOf(signal);
  const flags = process.lock.lock();
  let taker: ptr<ProgramThread> | null = null;
  let anyone: ptr<ProgramThread> | null = null;
  for (let program = process.threads; program !== null; program = program.next) {
    anyone = program;
    if ((program.awaited & bit) !== 0) taker = program;
    else if (taker === null && (program.blocked & bit) === 0) taker = program;
  }
  const isKept = taker === null || (taker.awaited & bit) !== 0 || !isIgnored(signal);
  let status: i64 = 0;
  if (isKept && anyone !== null) status = addPending(addressOf(process.pending), information, record);
  if (isKept && taker !== null && status === 0) alert(taker);
  const unused = unusedOf(record);
  process.lock.unlock(flags);
  freeQueued(unused);
  return status;
}
/** To a thread of the program. 0, or -EAGAIN: too many are queued. */
export function sendToThread(program: ptr<ProgramThread>, information: ptr<SignalInformation>): i64 {
  return toThread(program, information, makeQueued(u32(information.signal)));
}
/** To the program: to any thread that does not block it. */
export function sendToProcess(information: ptr<SignalInformation>): i64 {
  return toProcess(information, makeQueued(u32(information.signal)));
}
/** A timer's, to a thread or, 0, to the program; in its interrupt. What a timer has missed is told in the upper half of `first`. */
export function sendOfTimer(id: u32, information: ptr<SignalInformation>, record: ptr<Queued>): void {
  if (id === 0) {
    toProcess(information, record);
    return;
  }
  const flags = process.lock.lock();
  const program = findThread(id);
  process.lock.unlock(flags);
  if (program !== null) toThread(program, information, record);
}
/** Takes the lowest signal of `wanted` that waits for the calling thread; 0: there is none. Leaves what is to be freed. */
function takeOf(
  program: ptr<ProgramThread>,
  wanted: u64,
  information: ptr<SignalInformation>,
  taken: ptr<ptr<Queued> | null>,
): u32 {
  const own = program.pending.signals & wanted;
  const pending = own !== 0 ? program.pending : addressOf(process.pending);
  const waiting = pending.signals & wanted;
  if (waiting === 0) return 0;
  const signal = u32(ctz(waiting)) + 1;
  taken.value = takePending(pending, signal, information);
  return signal;
}
/** The next signal to deliver to the calling thread; 0: there is none, and it is not interrupted any more. */
export function takeSignal(information: ptr<SignalInformation>): u32 {
  const program = currentProgram();
  let taken: ptr<Queued> | null = null;
  const flags = process.lock.lock();
  const signal = takeOf(program, ~program.blocked, information, addressOf(taken));
  if (signal === 0) refresh(program);
  process.lock.unlock(flags);
  freeQueued(taken);
  return signal;
}
/** One of `wanted` for sigtimedwait; 0: none yet. `isWaiting`: a later one interrupts, blocked or not. */
export function takeAwaited(wanted: u64, isWaiting: bool, information: ptr<SignalInformation>): u32 {
  const program = currentProgram();
  let taken: ptr<Queued> | null = null;
  const flags = process.lock.lock();
  const signal = takeOf(program, wanted, information, addressOf(taken));
  program.awaited = signal === 0 && isWaiting ? wanted : 0;
  refresh(program);
  process.lock.unlock(flags);
  freeQueued(taken);
  return signal;
}
/** The calling thread blocks these from here on; SIGKILL and SIGSTOP cannot be. */
export function setBlocked(blocked: u64): void {
  const program = currentProgram();
  const flags = process.lock.lock();
  program.blocked = blocked & ~UNSTOPPABLE;
  refresh(program);
  process.lock.unlock(flags);
}
/** sigpending(2). */
export function waitingSignals(): u64 {
  const program = currentProgram();
  return (program.pending.signals | process.pending.signals) & program.blocked;
}
/** Signals that are ignored from here on and wait are forgotten. */
export function setAction(signal: u32, action: ptr<Action>): void {
  const bit = bitOf(signal);
  let list: ptr<Queued> | null = null;
  const flags = process.lock.lock();
  actionOf(signal).value = action.value;
  if (isIgnored(signal)) {
    list = dropPending(addressOf(process.pending), bit, null);
    for (let program = process.threads; program !== null; program = program.next)
      list = dropPending(program.pending, bit, list);
  }
  process.lock.unlock(flags);
  freeQueued(list);
}
/** A fault of the calling thread's own: delivered even if it is blocked or ignored, in which case it is the end. */
export function forceSignal(information: ptr<SignalInformation>): void {
  const program = currentProgram();
  const signal = u32(information.signal);
  const bit = bitOf(signal);
  const flags = process.lock.lock();
  const action = actionOf(signal);
  if ((program.blocked & bit) !== 0 || action.handler === SIG_IGN) action.handler = SIG_DFL;
  program.blocked &= ~bit;
  // A standard signal has nothing that would have to be freed.
  dropPending(program.pending, bit, null);
  addPending(program.pending, information, null);
  atomicStore(addressOf(program.thread.interrupted), true);
  process.lock.unlock(flags);
}
/** SIGNALS from 1. */
export function isSignal(number: u64): bool {
  return number >= 1 && number <= u64(LAST_SIGNAL);
}
/** A thread by its number; null: there is none. The process's lock is held. */
export function findThread(id: u32): ptr<ProgramThread> | null {
  for (let program = process.threads; program !== null; program = program.next)
    if (program.id === id) return program;
  return null;
}
/** All threads but the caller leave the program's code and their waits, to end. */
export function endOthers(): void {
  const flags = process.lock.lock();
  process.ending = true;
  for (let program = process.threads; program !== null; program = program.next) {
    if (program !== currentProgram()) alert(program);
  }
  process.lock.unlock(flags);
}
