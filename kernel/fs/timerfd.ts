/**
 * Timers that can be read (timerfd_create(2)). A clock is told as what is to be added to nanoseconds since boot. A program's change of the
 * date does not move a timer that has been set.
 */
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { FOREVER, nanoseconds } from "../thread/time.ts";
import type { Timer } from "../thread/timer.ts";
import { WaitEnd } from "../thread/wait-queue.ts";
import { EAGAIN, EFAULT, EINTR, EINVAL, ENOMEM } from "./errno.ts";
import { type FileOperations, O_NONBLOCK, O_RDWR, type OpenFile, POLLIN, POLLRDNORM } from "./file.ts";
import { makePlainFile } from "./plain-files.ts";
import type { Readiness } from "./readiness.ts";
import type { Transfer } from "./transfer.ts";

class FileTimer extends Struct {
  timer: Timer;
  lock: Mutex;
  changes: Readiness;
  /** The clock that it was made for. */
  clock: u32;
  started: bool;
  /** When it is due next, in nanoseconds since boot; 0: it is not set. What is past has not been counted yet. */
  due: u64;
  /** From one time to the next; 0: once. */
  interval: u64;
}
/** What timerfd_settime and timerfd_gettime tell: nanoseconds, since boot or from now. */
export class TimerSetting extends Struct {
  interval: u64;
  /** 0: it is not set. */
  due: u64;
}
const BYTES: usize = 8;

function timerOf(file: ptr<OpenFile>): ptr<FileTimer> {
  return cast<FileTimer>(file.data);
}
function ring(argument: ptr<unknown>): void {
  cast<FileTimer>(argument).changes.changed();
}
function start(timer: ptr<FileTimer>): void {
  timer.timer.callback = ring;
  timer.timer.argument = timer;
  timer.started = true;
  timer.timer.start(timer.due);
}
function stop(timer: ptr<FileTimer>): void {
  if (timer.started) timer.timer.cancel();
  timer.started = false;
}
/** How often it has been due since it was read or set, forgotten by this. The lock is held. */
function takeCount(timer: ptr<FileTimer>): u64 {
  const now = nanoseconds();
  if (timer.due === 0 || now < timer.due) return 0;
  stop(timer);
  if (timer.interval === 0) {
    timer.due = 0;
    return 1;
  }
  const count = 1 + (now - timer.due) / timer.interval;
  timer.due += count * timer.interval;
  start(timer);
  return count;
}
function read(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const timer = timerOf(file);
  if (transfer.left < BYTES) return -EINVAL;
  for (;;) {
    timer.lock.lock();
    const seen = timer.changes.now();
    const count = takeCount(timer);
    timer.lock.unlock();
    if (count !== 0) return transfer.give(cast<u8>(addressOf(count)), BYTES) === BYTES ? i64(BYTES) : -EFAULT;
    if ((file.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (timer.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return -EINTR;
  }
}
function poll(file: ptr<OpenFile>): u32 {
  const due = timerOf(file).due;
  return due !== 0 && nanoseconds() >= due ? POLLIN | POLLRDNORM : 0;
}
function readiness(file: ptr<OpenFile>): ptr<Readiness> {
  return addressOf(timerOf(file).changes);
}
function close(file: ptr<OpenFile>): void {
  stop(timerOf(file));
  free(file.data);
}
const operations: FileOperations = init({ read, poll, readiness, close });

/** `flags`: O_NONBLOCK. */
export function openTimer(clock: u32, flags: u32, made: ptr<ptr<OpenFile> | null>): i64 {
  const memory = malloc(sizeof<FileTimer>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<FileTimer>());
  const timer = cast<FileTimer>(memory);
  timer.clock = clock;
  const kind = "anon_inode:[timerfd]";
  const status = makePlainFile(addressOf(operations), 0o600, kind, memory, O_RDWR | flags, made);
  if (status < 0) free(memory);
  return status;
}
export function isTimer(file: ptr<OpenFile>): bool {
  return file.operations === addressOf(operations);
}
/** Of a file that isTimer. */
export function clockOf(file: ptr<OpenFile>): u32 {
  return timerOf(file).clock;
}
/** What is left until it is due, and the interval. */
export function readTimer(file: ptr<OpenFile>, setting: ptr<TimerSetting>): void {
  const timer = timerOf(file);
  timer.lock.lock();
  const now = nanoseconds();
  setting.interval = timer.interval;
  setting.due = 0;
  if (timer.due > now) setting.due = timer.due - now;
  else if (timer.due !== 0 && timer.interval !== 0)
    setting.due = timer.interval - ((now - timer.due) % timer.interval);
  timer.lock.unlock();
}
/** From here on. `setting.due` is in nanoseconds since boot; 0: it is not set. */
export function setTimer(file: ptr<OpenFile>, setting: ptr<TimerSetting>): void {
  const timer = timerOf(file);
  timer.lock.lock();
  stop(timer);
  timer.due = setting.due;
  timer.interval = setting.interval;
  if (timer.due !== 0 && timer.due !== FOREVER) start(timer);
  timer.lock.unlock();
  timer.changes.changed();
}
