/** The clock, sleeping, and timers. */
import { cpuCount } from "../arch/cpu.ts";
import { fixed } from "../boot/fadt.ts";
import { after } from "../thread/after.ts";
import { setAffinity } from "../thread/attributes.ts";
import { sleep, sleepUntil } from "../thread/sleep.ts";
import { join, spawn } from "../thread/spawn.ts";
import { currentThread, type Thread } from "../thread/thread.ts";
import { MICROSECOND, MILLISECOND, nanoseconds, nanosecondsAt, SECOND, ticksAt } from "../thread/time.ts";
import type { Timer } from "../thread/timer.ts";
import { check, checkEqual } from "./check.ts";
import { isVirtual } from "./virtual.ts";

const ACPI_FREQUENCY: u64 = 3_579_545;
const ACPI_MASK: u32 = 0xff_ffff;

let seed: u64 = 7;
function random(limit: u64): u64 {
  seed = seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
  return mulHigh(seed, limit);
}
/** It never goes back, on whatever processor it is asked. */
export function clockGoesForward(): void {
  let last = nanoseconds();
  for (let round: u32 = 0; round < 100; round++) {
    for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
      setAffinity(currentThread(), 1 << cpu);
      const now = nanoseconds();
      if (now < last) checkEqual(now, last, "later than before");
      last = now;
    }
  }
  setAffinity(currentThread(), 0xffff_ffff);
}
/** By how much 20 ms differ from the ACPI timer's. */
function differenceOfClocks(): u64 {
  const start = nanoseconds();
  const count = in32(fixed.pmTimer);
  while (nanoseconds() - start < 20 * MILLISECOND) pause();
  const counted = u64((in32(fixed.pmTimer) - count) & ACPI_MASK);
  const time = nanoseconds() - start;
  const expected = (counted * SECOND) / ACPI_FREQUENCY;
  return time > expected ? time - expected : expected - time;
}
/** As fast as another clock of the machine. */
export function clockIsRight(): void {
  if (fixed.pmTimer === 0) return;
  const allowed = isVirtual() ? 2 * MICROSECOND : 2 * MILLISECOND;
  // Time may pass between the readings of the two where it is not virtual.
  let attempts: u32 = isVirtual() ? 1 : 200;
  while (differenceOfClocks() >= allowed && attempts > 0) attempts--;
  check(attempts > 0, "like the ACPI timer");
}
/** A deadline in ticks is never before the time, and at most some ticks after it. */
export function ticksAndNanoseconds(): void {
  for (let i: u32 = 0; i < 10_000; i++) {
    const time = random(1 << (i % 60));
    const at = ticksAt(time);
    if (nanosecondsAt(at) < time) checkEqual(nanosecondsAt(at), time, "not before");
    if (at > 8 && nanosecondsAt(at - 8) > time) checkEqual(nanosecondsAt(at - 8), time, "not long after");
  }
}
/** From a microsecond to a tenth of a second. */
export function sleepsAreExact(): void {
  for (let time: u64 = MICROSECOND; time <= 100 * MILLISECOND; time *= 10) {
    const start = nanoseconds();
    sleep(time);
    const slept = nanoseconds() - start;
    check(slept >= time, "not too short");
    if (isVirtual() && slept > time + 2 * MICROSECOND) checkEqual(slept, time, "not too long");
  }
}

class Log extends Struct {
  count: u32;
  entries: array<u32, 1024>;
}
const log: Log = zeroed();
function write(argument: ptr<unknown>): void {
  log.entries[atomicAdd(addressOf(log.count), 1)] = truncate<u32>(address(argument));
}
const SLEEPERS = 20;
let base: u64 = 0;
function sleepAndWrite(argument: ptr<unknown>): void {
  sleepUntil(base + address(argument) * MILLISECOND);
  write(argument);
}
/** Who shall wake first wakes first. */
export function sleepersWakeInOrder(): void {
  const threads: array<ptr<Thread> | null, typeof SLEEPERS> = zeroed();
  log.count = 0;
  base = nanoseconds() + 20 * MILLISECOND;
  for (let i: usize = 0; i < SLEEPERS; i++)
    threads[i] = spawn("sleeper", sleepAndWrite, pointer<unknown>((i * 7) % SLEEPERS), null);
  for (let i: usize = 0; i < SLEEPERS; i++) {
    const thread = threads[i];
    if (thread !== null) join(thread);
  }
  checkEqual(u64(log.count), SLEEPERS, "all have woken");
  // Where the host has its say several are due at once, and the scheduler decides.
  for (let i: u32 = 0; i < SLEEPERS && isVirtual(); i++) checkEqual(u64(log.entries[i]), u64(i), "in order");
}

const TIMERS = 500;
const timers: array<Timer, typeof TIMERS> = zeroed();
const times: array<u64, typeof TIMERS> = zeroed();
class Worst extends Struct {
  late: u64;
  early: u64;
}
const worst: Worst = zeroed();
function fire(argument: ptr<unknown>): void {
  const now = nanoseconds();
  const deadline = times[address(argument)];
  if (now < deadline) worst.early++;
  else if (now - deadline > worst.late) worst.late = now - deadline;
  write(argument);
}
/** Many timers, of which a third is taken back: the others come once each, in order, those of one time as they were started. */
export function timersFire(): void {
  log.count = 0;
  worst.late = 0;
  worst.early = 0;
  // The order in which they come is that of one processor.
  setAffinity(currentThread(), 1);
  // Late enough that none comes before all are there.
  const start = nanoseconds() + (isVirtual() ? 5 * MILLISECOND : SECOND);
  for (let i: usize = 0; i < TIMERS; i++) {
    times[i] = start + random(200) * 50 * MICROSECOND;
    timers[i] = init<Timer>({ callback: fire, argument: pointer<unknown>(i) });
    timers[i].start(times[i]);
  }
  let cancelled: u32 = 0;
  for (let i: usize = 0; i < TIMERS; i += 3) {
    check(timers[i].cancel(), "it had not begun");
    check(!timers[i].cancel(), "it is not there any more");
    cancelled++;
  }
  sleepUntil(start + 15 * MILLISECOND);
  setAffinity(currentThread(), 0xffff_ffff);
  checkEqual(u64(log.count), u64(TIMERS - cancelled), "each once");
  checkEqual(worst.early, 0, "none too early");
  check(!isVirtual() || worst.late < 20 * MICROSECOND, "none too late");
  for (let i: u32 = 1; i < log.count; i++) {
    const before = log.entries[i - 1];
    const after = log.entries[i];
    if (after % 3 === 0) checkEqual(u64(after), 1, "none that was taken back");
    check(times[before] < times[after] || (times[before] === times[after] && before < after), "in order");
  }
}
const again: Timer = zeroed();
const rounds: Worst = zeroed();
function restart(_argument: ptr<unknown>): void {
  rounds.late++;
  again.start(nanoseconds() + 100 * MICROSECOND);
}
/** A timer may start itself again, and be taken back at any moment. */
export function timersRepeat(): void {
  rounds.late = 0;
  again.callback = restart;
  again.argument = pointer<unknown>(1);
  const start = nanoseconds();
  again.start(start);
  do sleep(10 * MILLISECOND);
  while (atomicLoad(addressOf(rounds.late)) < 2 && nanoseconds() < start + 60 * SECOND);
  check(again.cancel(), "it waits for its next time");
  const count = rounds.late;
  const most = (nanoseconds() - start) / (100 * MICROSECOND) + 1;
  check(count >= 2 && count <= most, "it came again and again");
  sleep(MILLISECOND);
  checkEqual(rounds.late, count, "and not any more");
}

/** Calls without a timer of their own, in order; what they needed is used again. */
export function callsLater(): void {
  log.count = 0;
  for (let round: usize = 0; round < 3; round++) {
    for (let i: usize = 0; i < 10; i++)
      check(after((10 - i) * 100 * MICROSECOND, write, pointer<unknown>(i)), "there is memory");
    const patience = nanoseconds() + 60 * SECOND;
    do sleep(5 * MILLISECOND);
    while (u64(atomicLoad(addressOf(log.count))) < (round + 1) * 10 && nanoseconds() < patience);
    checkEqual(u64(log.count), (round + 1) * 10, "all have come");
    for (let i: u64 = 0; i < 10 && isVirtual(); i++)
      checkEqual(u64(log.entries[round * 10 + i]), 9 - i, "the last first");
  }
}
