/** System calls of timers that send signals. */
import { EAGAIN, EFAULT, EINVAL, EOPNOTSUPP } from "../fs/errno.ts";
import { realTime } from "../program/clock.ts";
import { process } from "../program/process.ts";
import { SIGALRM } from "../program/signal-numbers.ts";
import { findThread, isSignal } from "../program/signals.ts";
import {
  INTERVALS,
  isTaken,
  type ProgramTimer,
  setTimer,
  stopTimer,
  TIMERS,
  timeLeft,
  timers,
  timersLock,
} from "../program/timers.ts";
import { copyIn, copyOut } from "../program/user.ts";
import { nanoseconds } from "../thread/time.ts";
import { intOf, u32Of } from "./arguments.ts";
import type { Call } from "./call.ts";
import { specOf, type TimeSpec, type TimeVal, timeOfSpec, timeOfVal, valOf } from "./time-values.ts";

const SECOND: u64 = 1_000_000_000;
const SIGVTALRM: u32 = 26;
const SIGPROF: u32 = 27;

/** struct itimerval. */
class IntervalValue extends Struct {
  interval: TimeVal;
  left: TimeVal;
}
/** struct itimerspec. */
class IntervalSpec extends Struct {
  interval: TimeSpec;
  left: TimeSpec;
}
function later(span: u64): u64 {
  return span === 0 ? 0 : nanoseconds() + span;
}
/** Rounded up: what is set is never shown as nothing. */
function shown(time: u64): TimeVal {
  return valOf(((time + 999) / 1000) * 1000);
}
function valueOfTimer(timer: ptr<ProgramTimer>): IntervalValue {
  return init<IntervalValue>({ interval: valOf(timer.interval), left: shown(timeLeft(timer)) });
}
export function sysGetitimer(call: ptr<Call>): i64 {
  const which = u32Of(call.args[0]);
  if (which >= u32(INTERVALS)) return -EINVAL;
  const value = valueOfTimer(addressOf(timers[which]));
  return copyOut(call.args[1], addressOf(value), sizeof<IntervalValue>()) ? 0 : -EFAULT;
}
export function sysSetitimer(call: ptr<Call>): i64 {
  const which = u32Of(call.args[0]);
  let interval: u64 = 0;
  let left: u64 = 0;
  if (call.args[1] !== 0) {
    const value: IntervalValue = zeroed();
    if (!copyIn(addressOf(value), call.args[1], sizeof<IntervalValue>())) return -EFAULT;
    let status = timeOfVal(addressOf(value.interval), addressOf(interval));
    if (status === 0) status = timeOfVal(addressOf(value.left), addressOf(left));
    if (status < 0) return status;
  }
  if (which >= u32(INTERVALS)) return -EINVAL;
  const timer = addressOf(timers[which]);
  timersLock.lock();
  const before = valueOfTimer(timer);
  timer.signal = which === 0 ? SIGALRM : which === 1 ? SIGVTALRM : SIGPROF;
  setTimer(timer, later(left), interval);
  timersLock.unlock();
  return call.args[2] === 0 || copyOut(call.args[2], addressOf(before), sizeof<IntervalValue>())
    ? 0
    : -EFAULT;
}
/** Gives the seconds that were left, rounded to the nearest, at least one. */
export function sysAlarm(call: ptr<Call>): i64 {
  const timer = addressOf(timers[0]);
  timersLock.lock();
  const left = timeLeft(timer);
  timer.signal = SIGALRM;
  setTimer(timer, later(u64(u32Of(call.args[0])) * SECOND), 0);
  timersLock.unlock();
  const seconds = (left + SECOND / 2) / SECOND;
  return left !== 0 && seconds === 0 ? 1 : i64(seconds);
}

/** struct sigevent. */
class Event extends Struct {
  told: u64;
  signal: i32;
  notify: i32;
  thread: i32;
  rest: array<u32, 11>;
}
static_assert(sizeof<Event>() === 64);
const SIGEV_SIGNAL: i32 = 0;
const SIGEV_NONE: i32 = 1;
const SIGEV_THREAD_ID: i32 = 4;
const LAST_CLOCK: i32 = 11;

const SIGEV_THREAD: i32 = 2;
function isNotice(notify: i32): bool {
  return (
    notify === SIGEV_SIGNAL || notify === SIGEV_NONE || notify === SIGEV_THREAD || notify === SIGEV_THREAD_ID
  );
}
function isOwnThread(id: i32): bool {
  const flags = process.lock.lock();
  const found = id > 0 && findThread(u32(id)) !== null;
  process.lock.unlock(flags);
  return found;
}
function isGood(event: ptr<Event>): bool {
  if (!isNotice(event.notify) || (event.notify === SIGEV_THREAD_ID && !isOwnThread(event.thread)))
    return false;
  return event.notify === SIGEV_NONE || (event.signal >= 0 && isSignal(u64(event.signal)));
}
/** Of timer_create; null: there is none of this number. */
function timerOf(id: u64): ptr<ProgramTimer> | null {
  const index = u64(u32Of(id)) + u64(INTERVALS);
  return index < u64(TIMERS) && timers[index].used ? addressOf(timers[index]) : null;
}
export function sysTimerCreate(call: ptr<Call>): i64 {
  const clock = intOf(call.args[0]);
  const event: Event = init({ signal: i32(SIGALRM) });
  const isTold = call.args[1] !== 0;
  if (isTold && !copyIn(addressOf(event), call.args[1], sizeof<Event>())) return -EFAULT;
  if (clock > LAST_CLOCK || clock === 10) return -EINVAL;
  // CLOCK_MONOTONIC_RAW and the coarse ones.
  if (clock >= 4 && clock <= 6) return -EOPNOTSUPP;
  if (isTold && !isGood(addressOf(event))) return -EINVAL;
  timersLock.lock();
  let index: u64 = u64(INTERVALS);
  while (index < u64(TIMERS) && isTaken(addressOf(timers[index]))) index++;
  if (index === u64(TIMERS)) {
    timersLock.unlock();
    return -EAGAIN;
  }
  const timer = addressOf(timers[index]);
  const id = u32(index) - u32(INTERVALS);
  timer.used = true;
  timer.record.overruns = 0;
  timer.isReal = clock === 0 || clock === 8 || clock === 11;
  timer.signal = event.notify === SIGEV_NONE ? 0 : truncate<u32>(event.signal);
  timer.thread = event.notify === SIGEV_THREAD_ID ? truncate<u32>(event.thread) : 0;
  timer.told = isTold ? event.told : u64(id);
  timer.deadline = 0;
  timer.interval = 0;
  timersLock.unlock();
  let status: i64 = copyOut(call.args[2], addressOf(id), 4) ? 0 : -EFAULT;
  // The clock of processor time that is none.
  if (status === 0 && clock < 0 && (clock & 3) === 3) status = -EINVAL;
  if (status < 0) timer.used = false;
  return status;
}
const TIMER_ABSTIME: i32 = 1;
function specOfTimer(timer: ptr<ProgramTimer>): IntervalSpec {
  return init<IntervalSpec>({ interval: specOf(timer.interval), left: specOf(timeLeft(timer)) });
}
export function sysTimerSettime(call: ptr<Call>): i64 {
  let interval: u64 = 0;
  let left: u64 = 0;
  if (call.args[2] === 0) return -EINVAL;
  const spec: IntervalSpec = zeroed();
  if (!copyIn(addressOf(spec), call.args[2], sizeof<IntervalSpec>())) return -EFAULT;
  let status = timeOfSpec(addressOf(spec.interval), addressOf(interval));
  if (status === 0) status = timeOfSpec(addressOf(spec.left), addressOf(left));
  if (status < 0) return status;
  const timer = timerOf(call.args[0]);
  if (timer === null) return -EINVAL;
  timersLock.lock();
  const before = specOfTimer(timer);
  let deadline = later(left);
  if (left !== 0 && (intOf(call.args[1]) & TIMER_ABSTIME) !== 0) {
    const now = nanoseconds();
    const clock = timer.isReal ? realTime() : now;
    deadline = left > clock ? now + (left - clock) : now;
  }
  setTimer(timer, deadline, interval);
  timersLock.unlock();
  return call.args[3] === 0 || copyOut(call.args[3], addressOf(before), sizeof<IntervalSpec>()) ? 0 : -EFAULT;
}
export function sysTimerGettime(call: ptr<Call>): i64 {
  const timer = timerOf(call.args[0]);
  if (timer === null) return -EINVAL;
  const now = specOfTimer(timer);
  return copyOut(call.args[1], addressOf(now), sizeof<IntervalSpec>()) ? 0 : -EFAULT;
}
/** Of the signal that was delivered last. */
export function sysTimerGetoverrun(call: ptr<Call>): i64 {
  const timer = timerOf(call.args[0]);
  return timer === null ? -EINVAL : i64(timer.record.overruns);
}
export function sysTimerDelete(call: ptr<Call>): i64 {
  timersLock.lock();
  const timer = timerOf(call.args[0]);
  if (timer !== null) {
    stopTimer(timer);
    timer.used = false;
  }
  timersLock.unlock();
  return timer === null ? -EINVAL : 0;
}
