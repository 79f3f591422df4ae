/** System calls of clocks, sleeping and timers. Time is the machine's: it goes on only as it runs. */
import { EFAULT, EINTR, EINVAL, EOPNOTSUPP, EPERM } from "../fs/errno.ts";
import { realTime } from "../program/clock.ts";
import { process } from "../program/process.ts";
import { copyOut } from "../program/user.ts";
import { cpuTime } from "../thread/attributes.ts";
import { currentThread } from "../thread/thread.ts";
import { FOREVER, nanoseconds } from "../thread/time.ts";
import { WaitEnd, type WaitQueue } from "../thread/wait-queue.ts";
import { intOf } from "./arguments.ts";
import type { Call } from "./call.ts";
import { readTime, valOf, writeTime } from "./time-values.ts";

const CLOCK_REALTIME: i32 = 0;
const CLOCK_MONOTONIC: i32 = 1;
const CLOCK_PROCESS_CPUTIME_ID: i32 = 2;
const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
const CLOCK_MONOTONIC_RAW: i32 = 4;
const CLOCK_REALTIME_COARSE: i32 = 5;
const CLOCK_MONOTONIC_COARSE: i32 = 6;
const CLOCK_BOOTTIME: i32 = 7;
const CLOCK_REALTIME_ALARM: i32 = 8;
const CLOCK_BOOTTIME_ALARM: i32 = 9;
const CLOCK_TAI: i32 = 11;
const TIMER_ABSTIME: i32 = 1;

/** Nanoseconds on processors of all threads. */
export function processTime(): u64 {
  let time = process.endedTime;
  const flags = process.lock.lock();
  for (let program = process.threads; program !== null; program = program.next)
    if (address(program.thread) !== 0) time += cpuTime(program.thread);
  process.lock.unlock(flags);
  return time;
}
function isReal(clock: i32): bool {
  return (
    clock === CLOCK_REALTIME ||
    clock === CLOCK_REALTIME_COARSE ||
    clock === CLOCK_REALTIME_ALARM ||
    clock === CLOCK_TAI
  );
}
function isMonotonic(clock: i32): bool {
  return (
    clock === CLOCK_MONOTONIC ||
    clock === CLOCK_MONOTONIC_RAW ||
    clock === CLOCK_MONOTONIC_COARSE ||
    clock === CLOCK_BOOTTIME ||
    clock === CLOCK_BOOTTIME_ALARM
  );
}
/** The clock of a thread's or a process's processor time: the last two bits say which time, and 3 none (posix-timers of Linux). */
function isProcessor(clock: i32): bool {
  return clock < 0 && (clock & 3) !== 3;
}
/** Whether there is such a clock; the negative numbers are threads' and processes' own, of which only the caller's are here. */
function isClock(clock: i32): bool {
  return (
    isReal(clock) ||
    isMonotonic(clock) ||
    clock === CLOCK_PROCESS_CPUTIME_ID ||
    clock === CLOCK_THREAD_CPUTIME_ID ||
    isProcessor(clock)
  );
}
function timeOf(clock: i32): u64 {
  if (isReal(clock)) return realTime();
  if (isMonotonic(clock)) return nanoseconds();
  // Bit 2 of a clock that is negative: a thread's.
  if (clock === CLOCK_THREAD_CPUTIME_ID || (clock < 0 && (clock & 4) !== 0)) return cpuTime(currentThread());
  return processTime();
}
export function sysClockGettime(call: ptr<Call>): i64 {
  const clock = intOf(call.args[0]);
  if (!isClock(clock)) return -EINVAL;
  return writeTime(call.args[1], timeOf(clock));
}
export function sysClockGetres(call: ptr<Call>): i64 {
  const clock = intOf(call.args[0]);
  if (!isClock(clock)) return -EINVAL;
  return call.args[1] === 0 ? 0 : writeTime(call.args[1], 1);
}
export function sysClockSettime(call: ptr<Call>): i64 {
  const clock = intOf(call.args[0]);
  let time: u64 = 0;
  if (clock !== CLOCK_REALTIME && clock >= 0) return -EINVAL;
  const status = readTime(call.args[1], addressOf(time));
  if (status < 0) return status;
  return clock < 0 && !isProcessor(clock) ? -EINVAL : -EPERM;
}
export function sysGettimeofday(call: ptr<Call>): i64 {
  const zone: u64 = 0;
  if (call.args[0] !== 0) {
    const val = valOf(realTime());
    if (!copyOut(call.args[0], addressOf(val), 16)) return -EFAULT;
  }
  return call.args[1] === 0 || copyOut(call.args[1], addressOf(zone), 8) ? 0 : -EFAULT;
}
export function sysTime(call: ptr<Call>): i64 {
  const seconds = realTime() / 1_000_000_000;
  if (call.args[0] !== 0 && !copyOut(call.args[0], addressOf(seconds), 8)) return -EFAULT;
  return i64(seconds);
}
/** Sleepers that signals wake; nobody else does. */
const sleepers: WaitQueue = zeroed();
/** Until a moment since boot. False: a signal came first. */
export function sleepInterruptibly(deadline: u64): bool {
  const flags = sleepers.lock.lock();
  let end = WaitEnd.Late;
  if (nanoseconds() < deadline) end = sleepers.waitInterruptibly(deadline);
  sleepers.unlock(flags);
  return end !== WaitEnd.Interrupted;
}
function sleepFor(span: u64, left: usize): i64 {
  const start = nanoseconds();
  const deadline = span > FOREVER - start ? FOREVER : start + span;
  if (sleepInterruptibly(deadline)) return 0;
  const now = nanoseconds();
  if (left !== 0 && writeTime(left, now >= deadline ? 0 : deadline - now) < 0) return -EFAULT;
  return -EINTR;
}
export function sysNanosleep(call: ptr<Call>): i64 {
  let span: u64 = 0;
  const status = readTime(call.args[0], addressOf(span));
  return status < 0 ? status : sleepFor(span, call.args[1]);
}
function canSleepBy(clock: i32): bool {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_MONOTONIC:
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_BOOTTIME:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
    case CLOCK_TAI:
      return true;
    default:
      return false;
  }
}
export function sysClockNanosleep(call: ptr<Call>): i64 {
  const clock = intOf(call.args[0]);
  const isAbsolute = (intOf(call.args[1]) & TIMER_ABSTIME) !== 0;
  let span: u64 = 0;
  if (clock >= 0 && !isClock(clock)) return -EINVAL;
  if (clock >= 0 && !canSleepBy(clock)) return -EOPNOTSUPP;
  const status = readTime(call.args[2], addressOf(span));
  if (status < 0) return status;
  // A thread's own time stands still while it sleeps.
  if (clock < 0 && (!isProcessor(clock) || (clock & 4) !== 0)) return -EINVAL;
  if (!isAbsolute) return sleepFor(span, call.args[3]);
  const now = timeOf(clock);
  if (span <= now) return 0;
  return sleepInterruptibly(nanoseconds() + (span - now)) ? 0 : -EINTR;
}
export function sysPause(_call: ptr<Call>): i64 {
  while (sleepInterruptibly(FOREVER));
  return -EINTR;
}
/** struct tms, in hundredths of a second. */
class Times extends Struct {
  user: i64;
  system: i64;
  childrenUser: i64;
  childrenSystem: i64;
}
const TICK: u64 = 10_000_000;
export function sysTimes(call: ptr<Call>): i64 {
  const spent: Times = init({ user: i64(processTime() / TICK) });
  if (call.args[0] !== 0 && !copyOut(call.args[0], addressOf(spent), sizeof<Times>())) return -EFAULT;
  return i64(nanoseconds() / TICK);
}
/** struct rusage: user time, and largest resident size. */
class Usage extends Struct {
  userSeconds: i64;
  userMicroseconds: i64;
  systemSeconds: i64;
  systemMicroseconds: i64;
  largest: i64;
  others: array<i64, 13>;
}
static_assert(sizeof<Usage>() === 144);
const RUSAGE_CHILDREN: i32 = -1;
const RUSAGE_THREAD: i32 = 1;
export function sysGetrusage(call: ptr<Call>): i64 {
  const who = intOf(call.args[0]);
  if (who < RUSAGE_CHILDREN || who > RUSAGE_THREAD) return -EINVAL;
  const spent =
    who === RUSAGE_CHILDREN ? 0 : who === RUSAGE_THREAD ? cpuTime(currentThread()) : processTime();
  const val = valOf(spent);
  const usage: Usage = init({ userSeconds: val.seconds, userMicroseconds: val.microseconds });
  return copyOut(call.args[1], addressOf(usage), sizeof<Usage>()) ? 0 : -EFAULT;
}
