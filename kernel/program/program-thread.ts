/** Threads of the program: how they begin, and what is left to do when they end. */
import { cpuIndex } from "../arch/cpu.ts";
import type { Registers } from "../arch/exceptions.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { CODE_SELECTOR, DATA_SELECTOR } from "../arch/segments.ts";
import { free, malloc } from "../memory/malloc.ts";
import { cpuTime } from "../thread/attributes.ts";
import { runQueues } from "../thread/run-queue.ts";
import { exitThread, spawn, type ThreadOptions } from "../thread/spawn.ts";
import { currentThread } from "../thread/thread.ts";
import { loadThreadPointer } from "../thread/thread-local.ts";
import type { WaitQueue } from "../thread/wait-queue.ts";
import { enterSpace } from "../vm/space.ts";
import { enterProgram } from "./enter.ts";
import { wakeFutex } from "./futex.ts";
import { dropPending, freeQueued, type Pending } from "./pending.ts";
import { currentProgram, PROCESS_ID, type ProgramThread, process } from "./process.ts";
import { leaveRobust } from "./robust.ts";
import { lookForSignals } from "./signals.ts";
import { copyOut } from "./user.ts";

const KERNEL_STACK: usize = 0x1_0000;

/** FS's base of the calling thread (arch_prctl(2), ARCH_SET_FS). */
export function setThreadPointer(threadPointer: usize): void {
  const flags = saveInterrupts();
  currentThread().threadPointer = threadPointer;
  // What a switch compares with.
  runQueues[cpuIndex()].threadPointer = threadPointer;
  loadThreadPointer(threadPointer);
  restoreInterrupts(flags);
}
function begin(argument: ptr<unknown>): void {
  const program = cast<ProgramThread>(argument);
  const thread = currentThread();
  program.thread = thread;
  thread.program = program;
  thread.space = addressOf(process.space);
  setThreadPointer(program.threadPointer);
  enterSpace(addressOf(process.space));
  // Nobody could alert it until now.
  lookForSignals();
  enterProgram(addressOf(program.begin));
}
function link(program: ptr<ProgramThread>): void {
  const flags = process.lock.lock();
  program.id = PROCESS_ID + process.nextId;
  process.nextId++;
  process.threadCount++;
  program.next = process.threads;
  if (process.threads !== null) process.threads.previous = program;
  process.threads = program;
  process.lock.unlock(flags);
}
/** Wakes who waits for the other threads' ends. */
const ends: WaitQueue = zeroed();

function unlink(program: ptr<ProgramThread>): void {
  const flags = process.lock.lock();
  const next = program.next;
  const previous = program.previous;
  if (previous === null) process.threads = next;
  else previous.next = next;
  if (next !== null) next.previous = previous;
  process.threadCount--;
  process.lock.unlock(flags);
  const waiting = ends.lock.lock();
  ends.wakeAll();
  ends.unlock(waiting);
}
/** Waits until the caller is the program's only thread, or `deadline`. */
export function awaitEnds(deadline: u64): void {
  const flags = ends.lock.lock();
  while (process.threadCount > 1 && ends.wait(deadline));
  ends.unlock(flags);
}
/** A thread that has not begun; null: no memory. */
export function makeProgramThread(registers: ptr<Registers>): ptr<ProgramThread> | null {
  const memory = malloc(sizeof<ProgramThread>());
  const pending = malloc(sizeof<Pending>());
  if (memory === null || pending === null) {
    free(memory);
    free(pending);
    return null;
  }
  const program = cast<ProgramThread>(memory);
  program.value = zeroed();
  memset(pending, 0, sizeof<Pending>());
  program.pending = cast<Pending>(pending);
  program.begin = registers.value;
  program.begin.cs = u64(CODE_SELECTOR);
  program.begin.ss = u64(DATA_SELECTOR);
  link(program);
  return program;
}
/** Takes back what `makeProgramThread` has made. */
export function freeProgramThread(program: ptr<ProgramThread>): void {
  unlink(program);
  const flags = process.lock.lock();
  const list = dropPending(program.pending, ~u64(0), null);
  process.lock.unlock(flags);
  freeQueued(list);
  free(program.pending);
  free(program);
}
/** It runs from here on. False: no memory. */
export function startProgramThread(program: ptr<ProgramThread>, name: ptr<u8>): bool {
  const options: ThreadOptions = init({ stackBytes: KERNEL_STACK, vectors: true, detached: true });
  return spawn(name, begin, program, addressOf(options)) !== null;
}
/** The calling thread ends; the program goes on if it has others. */
export function endProgramThread(): never {
  const program = currentProgram();
  const thread = currentThread();
  if (!process.ending) leaveRobust(program);
  if (program.clearedAtEnd !== 0 && !process.ending) {
    const zero: u32 = 0;
    copyOut(program.clearedAtEnd, addressOf(zero), 4);
    wakeFutex(program.clearedAtEnd, 1, 0xffff_ffff);
  }
  thread.program = null;
  atomicAdd(addressOf(process.endedTime), cpuTime(thread));
  freeProgramThread(program);
  exitThread();
}
