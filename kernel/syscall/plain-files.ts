/** Files without names: pipe(2), eventfd(2), timerfd_create(2), memfd_create(2). */
import { giveDescriptor, setDescriptor, takeDescriptor } from "../fs/descriptors.ts";
import { EBADF, EFAULT, EINVAL, ENOMEM } from "../fs/errno.ts";
import { openEventCounter } from "../fs/eventfd.ts";
import {
  dropFile,
  makeFile,
  O_CLOEXEC,
  O_DIRECT,
  O_LARGEFILE,
  O_NONBLOCK,
  O_RDWR,
  type OpenFile,
} from "../fs/file.ts";
import { rootName } from "../fs/mounts.ts";
import { dropNode } from "../fs/node-cache.ts";
import { pagedOperations } from "../fs/node-file.ts";
import { openPipe } from "../fs/pipe.ts";
import { makeUnnamed } from "../fs/ramfs.ts";
import { clockOf, isTimer, openTimer, readTimer, setTimer, type TimerSetting } from "../fs/timerfd.ts";
import { realTime } from "../program/clock.ts";
import { copyOut, copyText } from "../program/user.ts";
import { nanoseconds } from "../thread/time.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";
import { readTime, specOf, type TimeSpec } from "./time-values.ts";

/** Gives a file its descriptor; on an error it is closed. */
export function install(file: ptr<OpenFile>, closesOnExec: bool): i64 {
  const number = takeDescriptor(0, closesOnExec);
  if (number < 0) dropFile(file);
  else setDescriptor(number, file);
  return number;
}
/** Gives two files their descriptors, and the program their numbers; on an error both are closed. */
export function installPair(first: ptr<OpenFile>, second: ptr<OpenFile>, closesOnExec: bool, to: usize): i64 {
  const a = takeDescriptor(0, closesOnExec);
  const b = a < 0 ? a : takeDescriptor(0, closesOnExec);
  const numbers: array<i32, 2> = [truncate<i32>(a), truncate<i32>(b)];
  const put = b >= 0 && copyOut(to, addressOf(numbers), 8);
  if (put) {
    setDescriptor(a, first);
    setDescriptor(b, second);
    return 0;
  }
  if (a >= 0) giveDescriptor(a);
  if (b >= 0) giveDescriptor(b);
  dropFile(first);
  dropFile(second);
  return b < 0 ? b : -EFAULT;
}
function pipe(to: usize, flags: u32): i64 {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0) return -EINVAL;
  let reader: ptr<OpenFile> | null = null;
  let writer: ptr<OpenFile> | null = null;
  const status = openPipe(flags & O_NONBLOCK, addressOf(reader), addressOf(writer));
  if (reader === null || writer === null) return status;
  return installPair(reader, writer, (flags & O_CLOEXEC) !== 0, to);
}
export function sysPipe(call: ptr<Call>): i64 {
  return pipe(call.args[0], 0);
}
export function sysPipe2(call: ptr<Call>): i64 {
  return pipe(call.args[0], truncate<u32>(call.args[1]));
}

const EFD_SEMAPHORE: u32 = 1;
function eventCounter(count: u32, flags: u32): i64 {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | EFD_SEMAPHORE)) !== 0) return -EINVAL;
  let file: ptr<OpenFile> | null = null;
  const semaphore = (flags & EFD_SEMAPHORE) !== 0;
  const status = openEventCounter(u64(count), semaphore, flags & O_NONBLOCK, addressOf(file));
  return file === null ? status : install(file, (flags & O_CLOEXEC) !== 0);
}
export function sysEventfd(call: ptr<Call>): i64 {
  return eventCounter(truncate<u32>(call.args[0]), 0);
}
export function sysEventfd2(call: ptr<Call>): i64 {
  return eventCounter(truncate<u32>(call.args[0]), truncate<u32>(call.args[1]));
}

const CLOCK_REALTIME: u32 = 0;
const CLOCK_MONOTONIC: u32 = 1;
/** And, behind it, the two clocks that wake a machine that sleeps: this one never does. */
const CLOCK_BOOTTIME: u32 = 7;
const CLOCK_REALTIME_ALARM: u32 = 8;
const LAST_CLOCK: u32 = 9;
const TFD_TIMER_ABSTIME: u32 = 1;
const TFD_TIMER_CANCEL_ON_SET: u32 = 2;
/** struct itimerspec. */
class TimerSpec extends Struct {
  interval: TimeSpec;
  time: TimeSpec;
}
export function sysTimerfdCreate(call: ptr<Call>): i64 {
  const clock = truncate<u32>(call.args[0]);
  const flags = truncate<u32>(call.args[1]);
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -EINVAL;
  if (clock !== CLOCK_REALTIME && clock !== CLOCK_MONOTONIC && (clock < CLOCK_BOOTTIME || clock > LAST_CLOCK))
    return -EINVAL;
  let file: ptr<OpenFile> | null = null;
  const status = openTimer(clock, flags & O_NONBLOCK, addressOf(file));
  return file === null ? status : install(file, (flags & O_CLOEXEC) !== 0);
}
/** Of a file that isTimer; else null, with the error. */
function timerIn(call: ptr<Call>, status: ptr<i64>): ptr<OpenFile> | null {
  const file = fileIn(call, 0);
  status.value = file === null ? -EBADF : -EINVAL;
  if (file === null || isTimer(file)) return file;
  dropFile(file);
  return null;
}
function tell(to: usize, setting: ptr<TimerSetting>): i64 {
  const spec: TimerSpec = { interval: specOf(setting.interval), time: specOf(setting.due) };
  return copyOut(to, addressOf(spec), sizeof<TimerSpec>()) ? 0 : -EFAULT;
}
/** The moment since boot that a clock's time is; one that has passed is now. */
function sinceBoot(file: ptr<OpenFile>, time: u64): u64 {
  const clock = clockOf(file);
  if (clock !== CLOCK_REALTIME && clock !== CLOCK_REALTIME_ALARM) return time;
  const start = realTime() - nanoseconds();
  return time > start ? time - start : 1;
}
export function sysTimerfdSettime(call: ptr<Call>): i64 {
  const flags = truncate<u32>(call.args[1]);
  const setting: TimerSetting = zeroed();
  let status = readTime(call.args[2], addressOf(setting.interval));
  if (status === 0) status = readTime(call.args[2] + sizeof<TimeSpec>(), addressOf(setting.due));
  if (status === -EFAULT) return status;
  if (status < 0 || (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) !== 0) return -EINVAL;
  const file = timerIn(call, addressOf(status));
  if (file === null) return status;
  const before: TimerSetting = zeroed();
  readTimer(file, addressOf(before));
  if (setting.due !== 0) {
    if ((flags & TFD_TIMER_ABSTIME) !== 0) setting.due = sinceBoot(file, setting.due);
    else setting.due += nanoseconds();
  }
  setTimer(file, addressOf(setting));
  dropFile(file);
  return call.args[3] === 0 ? 0 : tell(call.args[3], addressOf(before));
}
export function sysTimerfdGettime(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const file = timerIn(call, addressOf(status));
  if (file === null) return status;
  const setting: TimerSetting = zeroed();
  readTimer(file, addressOf(setting));
  dropFile(file);
  return tell(call.args[1], addressOf(setting));
}

const MFD_CLOEXEC: u32 = 1;
const MFD_ALLOW_SEALING: u32 = 2;
/** Without seals. */
export function sysMemfdCreate(call: ptr<Call>): i64 {
  const flags = truncate<u32>(call.args[1]);
  const name: array<u8, 250> = zeroed();
  if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) !== 0) return -EINVAL;
  const length = copyText(addressOf(name[0]), call.args[0], 250);
  if (length < 0) return length === -EFAULT ? length : -EINVAL;
  const root = rootName();
  if (root === null) return -ENOMEM;
  const node = makeUnnamed(root.node.fileSystem, 0o777);
  if (node === null) return -ENOMEM;
  const file = makeFile(addressOf(pagedOperations), node, null, O_RDWR | O_LARGEFILE);
  dropNode(node);
  return file === null ? -ENOMEM : install(file, (flags & MFD_CLOEXEC) !== 0);
}
