/** Who runs, for how long, and where. */
import { cpuCount, cpuIndex } from "../arch/cpu.ts";
import { setAffinity, setLevel } from "../thread/attributes.ts";
import { aged, chargeFor, GENERATION_SHIFT, generationOf, inverseOf, rateAt } from "../thread/decay.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { sleep, sleepUntil } from "../thread/sleep.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import { currentThread, type Thread } from "../thread/thread.ts";
import { MICROSECOND, MILLISECOND, nanoseconds, SECOND } from "../thread/time.ts";
import { timerInterrupts } from "../thread/timer.ts";
import { check, checkEqual } from "./check.ts";
import { addSpinner, pin, stopSpinners, timeOf, unpin } from "./spinners.ts";
import { isVirtual } from "./virtual.ts";

/**
 * Whether a part is as much of a whole as it should be, in thousandths, give or take `tolerance`. Where time is not virtual, the thread that
 * the host stops is charged for it: there only that the part is something.
 */
function checkShare(part: u64, whole: u64, expected: u64, tolerance: u64, what: ptr<u8>): void {
  if (!isVirtual()) {
    check(part > 0, what);
    return;
  }
  const share = whole === 0 ? 0 : (part * 1000) / whole;
  if (share + tolerance < expected || share > expected + tolerance) checkEqual(share, expected, what);
}

class Log extends Struct {
  count: u32;
  entries: array<u32, 64>;
}
const log: Log = zeroed();
function write(value: u32): void {
  const at = atomicAdd(addressOf(log.count), 1);
  if (at < 64) log.entries[at] = value;
}
function writeThrice(argument: ptr<unknown>): void {
  for (let i: u32 = 0; i < 3; i++) {
    write(truncate<u32>(address(argument)));
    yieldNow();
  }
}
/** Threads that have run equally long run in the order of their making, and let others go first when they yield. */
export function order(): void {
  const here = pin();
  const options: ThreadOptions = init({ allowed: here });
  const threads: array<ptr<Thread> | null, 3> = zeroed();
  log.count = 0;
  for (let i: usize = 0; i < 3; i++)
    threads[i] = spawn("writer", writeThrice, pointer<unknown>(i + 1), addressOf(options));
  for (let i: usize = 0; i < 3; i++) {
    const thread = threads[i];
    if (thread !== null) join(thread);
  }
  unpin();
  checkEqual(u64(log.count), 9, "all have written");
  if (!isVirtual()) return;
  checkEqual(u64(log.entries[0]), 1, "first who was made first");
  const counts: array<u32, 4> = zeroed();
  for (let i: u32 = 0; i < 9; i++) {
    const entry = log.entries[i];
    counts[entry]++;
    if (i > 0 && log.entries[i - 1] === entry)
      check(
        counts[1] + counts[2] + counts[3] - counts[entry] === 6,
        "another one goes first as long as there is one",
      );
  }
}
/** Two equal threads on one processor. */
export function fairness(): void {
  const here = pin();
  addSpinner(0, 0, here);
  addSpinner(0, 0, here);
  const start = nanoseconds();
  sleep(150 * MILLISECOND);
  const a = timeOf(0);
  const b = timeOf(1);
  const total = nanoseconds() - start;
  stopSpinners();
  unpin();
  checkShare(a, a + b, 500, 10, "each has half");
  checkShare(a + b, total, 1000, 5, "nothing is lost");
}
/** Three, of which one has twice and one three times the usual weight. */
export function weights(): void {
  const here = pin();
  addSpinner(1024, 0, here);
  addSpinner(2048, 0, here);
  addSpinner(3072, 0, here);
  sleep(180 * MILLISECOND);
  const a = timeOf(0);
  const b = timeOf(1);
  const c = timeOf(2);
  stopSpinners();
  unpin();
  checkShare(a, a + b + c, 167, 10, "one sixth");
  checkShare(b, a + b + c, 333, 10, "two sixths");
  checkShare(c, a + b + c, 500, 10, "three sixths");
}
/** It goes on as if nothing had been, over the end of a generation of run time. */
export function generations(): void {
  const here = pin();
  // Of a generation that has 150 ms still to go.
  const end = (((nanoseconds() + 200 * MILLISECOND) >> GENERATION_SHIFT) + 1) << GENERATION_SHIFT;
  sleepUntil(end - 150 * MILLISECOND);
  addSpinner(0, 0, here);
  addSpinner(0, 0, here);
  for (let i: u64 = 1; i <= 6; i++) {
    sleepUntil(end - 150 * MILLISECOND + i * 50 * MILLISECOND);
    const a = timeOf(0);
    const b = timeOf(1);
    if (isVirtual()) checkShare(a, a + b, 500, 25, "each has half of every twentieth of a second");
  }
  check(generationOf(nanoseconds()) > generationOf(end - 1), "the generation has ended");
  stopSpinners();
  unpin();
}
/** A thread that has slept may make up for it, but not for what is long past: half of its lead is gone after a half-life. */
export function decay(): void {
  const inverse = inverseOf(1024);
  const generation: u64 = 1 << 30;
  let last: u64 = 0;
  for (let t: u64 = 0; t < generation; t += generation / 64) {
    const rate = rateAt(t, inverse);
    check(rate >= last, "the rate grows within a generation");
    if (t >= generation / 8)
      checkEqual(rate, 2 * rateAt(t - generation / 8, inverse), "and doubles in a half-life");
    last = rate;
  }
  checkEqual(rateAt(generation, inverse), rateAt(0, inverse), "each generation begins alike");
  checkEqual(aged(256 << 20, 1), 1 << 20, "a figure is 256 times less a generation later");
  checkEqual(aged(0xffff_ffff_ffff_ffff, 8), 0, "and nothing at last");
  // Running always, a figure comes to a half-life / 8 · 1 / (1 − 2^(−1/8)), which is 202.3 ms, times the rate of its last step.
  let figure: u64 = 0;
  for (let t: u64 = 0; t < 3 * generation; t += MILLISECOND) {
    if (generationOf(t) !== generationOf(t - (t < MILLISECOND ? 0 : MILLISECOND))) figure = aged(figure, 1);
    figure += chargeFor(MILLISECOND, t, inverse);
  }
  const settled = figure / (rateAt(3 * generation - 1, inverse) * 1000);
  check(settled > 201_000 && settled < 203_000, "it settles");
  check(chargeFor(SECOND, generation - 1, inverseOf(16)) < 1 << 62, "the largest figure fits");
}
/** A thread that never gives the processor away loses it when another one's time has come. */
export function preemption(): void {
  const here = pin();
  addSpinner(0, 0, here);
  sleep(50 * MILLISECOND);
  const deadline = nanoseconds() + 10 * MILLISECOND;
  sleepUntil(deadline);
  const late = nanoseconds() - deadline;
  stopSpinners();
  unpin();
  check(!isVirtual() || late < (DEBUG ? 20 : 5) * MICROSECOND, "who has slept goes first");
}
class Wake extends Struct {
  deadline: u64;
  late: u64;
}
const wake: Wake = zeroed();
function sleepAndLook(_argument: ptr<unknown>): void {
  sleepUntil(wake.deadline);
  wake.late = nanoseconds() - wake.deadline;
}
/** Levels go before weights: what is on a higher one runs at once, whatever it has run, and keeps the processor. */
export function levels(): void {
  const here = pin();
  const self = currentThread();
  setLevel(self, 3);
  addSpinner(65_536, 0, here);
  addSpinner(0, 2, here);
  const options: ThreadOptions = init({ level: 3, allowed: here });
  wake.deadline = nanoseconds() + 20 * MILLISECOND;
  const sleeper = spawn("sleeper", sleepAndLook, null, addressOf(options));
  sleep(40 * MILLISECOND);
  const low = timeOf(0);
  const high = timeOf(1);
  if (sleeper !== null) join(sleeper);
  stopSpinners();
  setLevel(self, 0);
  unpin();
  checkEqual(low, 0, "the lower level does not run");
  if (!isVirtual()) return;
  check(high > 39 * MILLISECOND, "the higher one does");
  check(wake.late < (DEBUG ? 20 : 5) * MICROSECOND, "the highest preempts it");
}
/** A thread that may run on one processor is there, wherever it was. */
export function affinity(): void {
  const self = currentThread();
  for (let round: u32 = 0; round < 20; round++) {
    for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
      check(setAffinity(self, 1 << cpu), "the processor is up");
      checkEqual(u64(cpuIndex()), u64(cpu), "the thread has moved");
      yieldNow();
      checkEqual(u64(cpuIndex()), u64(cpu), "and stays");
    }
  }
  check(!setAffinity(self, 0x8000_0000), "a processor that is not there");
  unpin();
}
class Place extends Struct {
  cpu: u32;
  done: u32;
}
const place: Place = zeroed();
function watchPlace(_argument: ptr<unknown>): void {
  while (atomicLoad(addressOf(place.done)) === 0) {
    atomicStore(addressOf(place.cpu), cpuIndex());
    pause();
  }
}
/** Others are moved too: running, and waiting in a queue. */
export function affinityOfOthers(): void {
  if (cpuCount === 1) return;
  const here = pin();
  place.done = 0;
  const thread = spawn("watched", watchPlace, null, null);
  if (thread === null) return;
  for (let round: u32 = 0; round < 10; round++) {
    for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
      setAffinity(thread, 1 << cpu);
      sleep(200 * MICROSECOND);
      atomicStore(addressOf(place.cpu), 99);
      const patience = nanoseconds() + 60 * SECOND;
      while (atomicLoad(addressOf(place.cpu)) === 99 && nanoseconds() < patience) sleep(100 * MICROSECOND);
      checkEqual(u64(atomicLoad(addressOf(place.cpu))), u64(cpu), "it runs where it must");
    }
  }
  atomicStore(addressOf(place.done), 1);
  setAffinity(thread, here);
  join(thread);
  unpin();
}
/** As many threads as processors have one each, soon. */
export function spreading(): void {
  if (cpuCount === 1) return;
  // All on one, then anywhere.
  const threads: array<ptr<Thread> | null, 8> = zeroed();
  for (let i: u32 = 0; i < cpuCount; i++) threads[i] = addSpinner(0, 0, 1);
  for (let i: u32 = 0; i < cpuCount; i++) {
    const thread = threads[i];
    if (thread !== null) setAffinity(thread, 0xffff_ffff);
  }
  sleep(50 * MILLISECOND);
  for (let i: u32 = 0; i < cpuCount; i++) timeOf(i);
  const start = nanoseconds();
  sleep(100 * MILLISECOND);
  for (let i: u32 = 0; i < cpuCount; i++) {
    const time = timeOf(i);
    checkShare(time, nanoseconds() - start, 1000, 10, "each has a processor");
  }
  stopSpinners();
}
/** One thread more than processors: all get the same in the long run. */
export function migration(): void {
  if (cpuCount === 1) return;
  const threads = cpuCount + 1;
  for (let i: u32 = 0; i < threads; i++) addSpinner(0, 0, 0);
  for (let i: u32 = 0; i < threads; i++) timeOf(i);
  const start = nanoseconds();
  sleep(500 * MILLISECOND);
  const whole = (nanoseconds() - start) * u64(cpuCount);
  for (let i: u32 = 0; i < threads; i++) checkShare(timeOf(i), whole, 1000 / u64(threads), 30, "its share");
  stopSpinners();
}
/** Nobody interrupts processors that have nothing to do. */
export function tickless(): void {
  // What others have left behind may end.
  sleep(200 * MILLISECOND);
  let before: u64 = 0;
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) before += timerInterrupts(cpu);
  sleep(SECOND);
  let interrupts: u64 = 0;
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) interrupts += timerInterrupts(cpu);
  const count = interrupts - before;
  // A timer without deadlines may come early, and is set again. Ticks would be a thousand.
  if (isVirtual() || count > 100) checkEqual(count, 1, "one interrupt in a second: ours");
}
