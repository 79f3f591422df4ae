/**
 * Timers that send signals: three interval timers (setitimer(2)) and those of timer_create(2). All of them go by the time that passes; those that
 * should count only the program's own time do so as well.
 */
import type { Mutex } from "../thread/mutex.ts";
import { nanoseconds } from "../thread/time.ts";
import type { Timer } from "../thread/timer.ts";
import { MOST_OVERRUNS, type Queued } from "./pending.ts";
import type { SignalInformation } from "./process.ts";
import { SI_KERNEL } from "./signal-numbers.ts";
import { sendOfTimer, sendToProcess } from "./signals.ts";

export const TIMERS = 32;
/** The first three are the interval timers. */
export const INTERVALS = 3;
const SI_TIMER: i32 = -2;

export class ProgramTimer extends Struct {
  timer: Timer;
  used: bool;
  /** Counts from 1970. */
  isReal: bool;
  /** 0: none is sent. */
  signal: u32;
  /** The thread that gets it; 0: the program. */
  thread: u32;
  /** What its maker wants to be told. */
  told: u64;
  /** Its signal, unless it is an interval timer's. */
  record: Queued;
  /** Nanoseconds since boot; 0: it is not set. */
  deadline: u64;
  /** Nanoseconds from one to the next; 0: there is one only. */
  interval: u64;
}
export const timers: array<ProgramTimer, typeof TIMERS> = zeroed();
/** Guards what is not changed by the timers themselves. */
export const timersLock: Mutex = zeroed();

function isInterval(timer: ptr<ProgramTimer>): bool {
  return timer < addressOf(timers[INTERVALS]);
}
/** In the timer's interrupt. */
function ring(argument: ptr<unknown>): void {
  const timer = cast<ProgramTimer>(argument);
  let missed: u64 = 0;
  if (timer.interval !== 0) {
    const now = nanoseconds();
    if (now > timer.deadline) missed = (now - timer.deadline) / timer.interval;
    timer.deadline += (missed + 1) * timer.interval;
    timer.timer.start(timer.deadline);
  } else timer.deadline = 0;
  if (timer.signal === 0) return;
  const information: SignalInformation = init({ signal: i32(timer.signal), code: SI_KERNEL });
  if (isInterval(timer)) {
    sendToProcess(addressOf(information));
    return;
  }
  information.code = SI_TIMER;
  const id = (address(timer) - address(addressOf(timers[INTERVALS]))) / sizeof<ProgramTimer>();
  information.first = id | ((missed < MOST_OVERRUNS ? missed : MOST_OVERRUNS) << 32);
  information.second = timer.told;
  timer.record.isTimers = true;
  sendOfTimer(timer.thread, addressOf(information), addressOf(timer.record));
}
/** Whether it is somebody's, or was and its signal is still to be delivered. */
export function isTaken(timer: ptr<ProgramTimer>): bool {
  return timer.used || timer.record.waits;
}
/** From now on it rings at `deadline` (nanoseconds since boot; 0: not at all) and every `interval` from there. The lock is held. */
export function setTimer(timer: ptr<ProgramTimer>, deadline: u64, interval: u64): void {
  stopTimer(timer);
  timer.interval = interval;
  timer.deadline = deadline;
  if (deadline === 0) return;
  timer.timer.callback = ring;
  timer.timer.argument = timer;
  timer.timer.start(deadline);
}
export function stopTimer(timer: ptr<ProgramTimer>): void {
  timer.interval = 0;
  // One that rings now starts itself once more at most.
  while (timer.deadline !== 0 && !timer.timer.cancel() && timer.deadline !== 0);
  timer.deadline = 0;
}
/** Nanoseconds until it rings; 0: it does not. */
export function timeLeft(timer: ptr<ProgramTimer>): u64 {
  const deadline = timer.deadline;
  const now = nanoseconds();
  return deadline === 0 ? 0 : deadline > now ? deadline - now : 1;
}
