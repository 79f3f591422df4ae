/** poll(2), select(2), epoll(7). */
import { descriptorLimit, fileOf } from "../fs/descriptors.ts";
import {
  addToSet,
  changeInSet,
  type EpollEvent,
  isEpoll,
  openEpoll,
  removeFromSet,
  waitForEvents,
} from "../fs/epoll.ts";
import { EBADF, EFAULT, EINTR, EINVAL, ENOMEM, EPERM } from "../fs/errno.ts";
import {
  dropFile,
  O_CLOEXEC,
  O_PATH,
  type OpenFile,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../fs/file.ts";
import { type Polled, pollFiles } from "../fs/poll.ts";
import { free, malloc } from "../memory/malloc.ts";
import { currentProgram } from "../program/process.ts";
import { setBlocked } from "../program/signals.ts";
import { copyIn, copyOut } from "../program/user.ts";
import { deadlineAfter, FOREVER, MILLISECOND, nanoseconds } from "../thread/time.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";
import { descriptorOf } from "./paths.ts";
import { install } from "./plain-files.ts";
import { mayTouch } from "./read-write.ts";
import { readLooseVal, readTime, specOf, type TimeSpec, type TimeVal, valOf } from "./time-values.ts";

/** A timeout in milliseconds as poll and epoll_wait have it, as a deadline; 0: no waiting. */
function deadlineOf(milliseconds: i32): u64 {
  if (milliseconds < 0) return FOREVER;
  return milliseconds === 0 ? 0 : deadlineAfter(u64(milliseconds) * MILLISECOND);
}

// ---------------------------------------------------------------------------------------- masks while one waits

const SET_BYTES: u64 = 8;
/** Blocks other signals while the call waits. */
function replaceMask(from: usize, bytes: u64): i64 {
  let set: u64 = 0;
  if (from === 0) return 0;
  if (bytes !== SET_BYTES) return -EINVAL;
  if (!copyIn(addressOf(set), from, SET_BYTES)) return -EFAULT;
  const program = currentProgram();
  program.savedBlocked = program.blocked;
  setBlocked(set);
  return 0;
}
/** Interrupted, the mask comes back with the handler's end; else now. */
function restoreMask(from: usize, result: i64): void {
  if (from === 0) return;
  const program = currentProgram();
  if (result === -EINTR) program.restoresBlocked = true;
  else setBlocked(program.savedBlocked);
}

// ------------------------------------------------------------------------------------------------------ poll

/** struct pollfd. */
class PollDescriptor extends Struct {
  descriptor: i32;
  events: u16;
  got: u16;
}
function pollDescriptors(list: ptr<PollDescriptor>, polled: ptr<Polled>, count: u64, deadline: u64): i64 {
  let invalid: i64 = 0;
  for (let i: u64 = 0; i < count; i++) {
    const number = list[i].descriptor;
    const file = number < 0 ? null : fileOf(u64(number));
    polled[i].wanted = u32(list[i].events) | POLLERR | POLLHUP;
    const good = file !== null && (file.flags & O_PATH) === 0;
    polled[i].file = good ? file : null;
    if (number >= 0 && !good) {
      polled[i].got = POLLNVAL;
      invalid++;
    }
    if (file !== null && !good) dropFile(file);
  }
  const ready = pollFiles(polled, count, invalid > 0 ? 0 : deadline);
  for (let i: u64 = 0; i < count; i++) {
    list[i].got = truncate<u16>(polled[i].got);
    const file = polled[i].file;
    if (file !== null) dropFile(file);
  }
  return ready;
}
function poll(from: usize, count: u64, deadline: u64): i64 {
  if (count > descriptorLimit()) return -EINVAL;
  const bytes = count * sizeof<PollDescriptor>();
  if (!mayTouch(from, bytes)) return -EFAULT;
  const memory = malloc(count * (sizeof<Polled>() + sizeof<PollDescriptor>()));
  if (memory === null) return -ENOMEM;
  memset(memory, 0, count * sizeof<Polled>());
  const list = pointer<PollDescriptor>(address(memory) + count * sizeof<Polled>());
  let ready: i64 = -EFAULT;
  if (copyIn(list, from, bytes)) {
    ready = pollDescriptors(list, cast<Polled>(memory), count, deadline);
    if (ready >= 0 && !copyOut(from, list, bytes)) ready = -EFAULT;
  }
  free(memory);
  return ready;
}
export function sysPoll(call: ptr<Call>): i64 {
  return poll(call.args[0], u64(truncate<u32>(call.args[1])), deadlineOf(truncate<i32>(call.args[2])));
}
/** What is left of the time goes back to the program. */
export function sysPpoll(call: ptr<Call>): i64 {
  let time: u64 = 0;
  const timed = call.args[2] !== 0;
  if (timed) {
    const status = readTime(call.args[2], addressOf(time));
    if (status < 0) return status;
  }
  const deadline = !timed ? FOREVER : time === 0 ? 0 : deadlineAfter(time);
  const masked = replaceMask(call.args[3], call.args[4]);
  if (masked < 0) return masked;
  const ready = poll(call.args[0], u64(truncate<u32>(call.args[1])), deadline);
  restoreMask(call.args[3], ready);
  if (timed) {
    const left = specOf(timeLeft(deadline));
    copyOut(call.args[2], addressOf(left), sizeof<TimeSpec>());
  }
  return ready;
}
function timeLeft(deadline: u64): u64 {
  const now = nanoseconds();
  return deadline > now ? deadline - now : 0;
}

// ---------------------------------------------------------------------------------------------------- select

/** Descriptors that select knows (FD_SETSIZE of the kernel's largest set). */
const SELECT_MAX: u64 = 1024;
const WORDS = 16;
class Sets extends Struct {
  read: array<u64, typeof WORDS>;
  write: array<u64, typeof WORDS>;
  except: array<u64, typeof WORDS>;
}
const READS: u32 = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR | POLLNVAL;
const WRITES: u32 = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR | POLLNVAL;
const EXCEPTS: u32 = POLLPRI | POLLNVAL;

function has(set: ptr<u64>, number: u64): bool {
  return ((set[number / 64] >> (number % 64)) & 1) !== 0;
}
function put(set: ptr<u64>, number: u64, on: bool): i64 {
  const bit: u64 = u64(1) << (number % 64);
  if (on) set[number / 64] |= bit;
  else set[number / 64] &= ~bit;
  return on ? 1 : 0;
}
function isIn(sets: ptr<Sets>, number: u64): bool {
  return (
    has(addressOf(sets.read[0]), number) ||
    has(addressOf(sets.write[0]), number) ||
    has(addressOf(sets.except[0]), number)
  );
}
function selectFiles(sets: ptr<Sets>, count: u64, polled: ptr<Polled>, deadline: u64): i64 {
  let used: u64 = 0;
  let status: i64 = 0;
  let isReady = false;
  for (let number: u64 = 0; number < count && status === 0; number++) {
    if (!isIn(sets, number)) continue;
    const file = fileOf(number);
    if (file === null) {
      status = -EBADF;
      break;
    }
    const at = polled.offset(used);
    at.wanted = 0;
    if ((file.flags & O_PATH) !== 0) {
      at.got = POLLNVAL;
      isReady = true;
      dropFile(file);
    } else at.file = file;
    if (has(addressOf(sets.read[0]), number)) at.wanted |= READS;
    if (has(addressOf(sets.write[0]), number)) at.wanted |= WRITES;
    if (has(addressOf(sets.except[0]), number)) at.wanted |= POLLPRI;
    used++;
  }
  if (status === 0) status = waitFor(sets, count, polled, used, isReady ? 0 : deadline);
  for (let i: u64 = 0; i < used; i++) {
    const file = polled[i].file;
    if (file !== null) dropFile(file);
  }
  return status;
}
function waitFor(sets: ptr<Sets>, count: u64, polled: ptr<Polled>, used: u64, deadline: u64): i64 {
  const ready = pollFiles(polled, used, deadline);
  if (ready < 0) return ready;
  let bits: i64 = 0;
  let i: u64 = 0;
  for (let number: u64 = 0; number < count; number++) {
    if (!isIn(sets, number)) continue;
    const got = polled[i].got;
    i++;
    const read = addressOf(sets.read[0]);
    const write = addressOf(sets.write[0]);
    const except = addressOf(sets.except[0]);
    if (has(read, number)) bits += put(read, number, (got & READS) !== 0);
    if (has(write, number)) bits += put(write, number, (got & WRITES) !== 0);
    if (has(except, number)) bits += put(except, number, (got & EXCEPTS) !== 0);
  }
  return bits;
}
function copySets(sets: ptr<Sets>, call: ptr<Call>, bytes: u64, out: bool): bool {
  for (let i: usize = 0; i < 3; i++) {
    const at = call.args[1 + i];
    const set = cast<u64>(sets).offset(i * WORDS);
    if (at === 0) continue;
    if (out ? !copyOut(at, set, bytes) : !copyIn(set, at, bytes)) return false;
  }
  return true;
}
function select(call: ptr<Call>, deadline: u64): i64 {
  const wanted = truncate<i32>(call.args[0]);
  if (wanted < 0) return -EINVAL;
  const count = u64(wanted) > SELECT_MAX ? SELECT_MAX : u64(wanted);
  const bytes = ((count + 63) / 64) * 8;
  const sets: Sets = zeroed();
  if (!copySets(addressOf(sets), call, bytes, false)) return -EFAULT;
  let used: u64 = 0;
  for (let number: u64 = 0; number < count; number++) if (isIn(addressOf(sets), number)) used++;
  const memory = malloc(used * sizeof<Polled>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, used * sizeof<Polled>());
  let ready = selectFiles(addressOf(sets), count, cast<Polled>(memory), deadline);
  free(memory);
  if (ready >= 0 && !copySets(addressOf(sets), call, bytes, true)) ready = -EFAULT;
  return ready;
}
export function sysSelect(call: ptr<Call>): i64 {
  let time: u64 = 0;
  const timed = call.args[4] !== 0;
  if (timed) {
    const status = readLooseVal(call.args[4], addressOf(time));
    if (status < 0) return status;
  }
  const deadline = !timed ? FOREVER : time === 0 ? 0 : deadlineAfter(time);
  const ready = select(call, deadline);
  if (timed) {
    const left = valOf(timeLeft(deadline));
    copyOut(call.args[4], addressOf(left), sizeof<TimeVal>());
  }
  return ready;
}
/** The sixth argument is the address of a mask's address and size. */
export function sysPselect6(call: ptr<Call>): i64 {
  let time: u64 = 0;
  const mask: array<u64, 2> = zeroed();
  const timed = call.args[4] !== 0;
  if (call.args[5] !== 0 && !copyIn(addressOf(mask), call.args[5], 16)) return -EFAULT;
  if (timed) {
    const status = readTime(call.args[4], addressOf(time));
    if (status < 0) return status;
  }
  const deadline = !timed ? FOREVER : time === 0 ? 0 : deadlineAfter(time);
  const masked = replaceMask(mask[0], mask[1]);
  if (masked < 0) return masked;
  const ready = select(call, deadline);
  restoreMask(mask[0], ready);
  if (timed) {
    const left = specOf(timeLeft(deadline));
    copyOut(call.args[4], addressOf(left), sizeof<TimeSpec>());
  }
  return ready;
}

// ----------------------------------------------------------------------------------------------------- epoll

export function sysEpollCreate(call: ptr<Call>): i64 {
  return truncate<i32>(call.args[0]) <= 0 ? -EINVAL : createSet(0);
}
export function sysEpollCreate1(call: ptr<Call>): i64 {
  return createSet(truncate<u32>(call.args[0]));
}
function createSet(flags: u32): i64 {
  if ((flags & ~O_CLOEXEC) !== 0) return -EINVAL;
  let file: ptr<OpenFile> | null = null;
  const status = openEpoll(addressOf(file));
  return file === null ? status : install(file, flags !== 0);
}
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
export function sysEpollCtl(call: ptr<Call>): i64 {
  const operation = truncate<u32>(call.args[1]);
  const event: EpollEvent = zeroed();
  if (operation !== EPOLL_CTL_DEL && !copyIn(addressOf(event), call.args[3], sizeof<EpollEvent>()))
    return -EFAULT;
  const set = fileIn(call, 0);
  if (set === null) return -EBADF;
  const file = fileIn(call, 2);
  let status: i64 = -EBADF;
  if (file !== null) {
    status = controlSet(set, file, operation, descriptorOf(call.args[2]), addressOf(event));
    dropFile(file);
  }
  dropFile(set);
  return status;
}
function controlSet(
  set: ptr<OpenFile>,
  file: ptr<OpenFile>,
  operation: u32,
  descriptor: u64,
  event: ptr<EpollEvent>,
): i64 {
  // Linux asks whether a file can be watched before it asks whether the set is one.
  if (file.operations.readiness === null) return -EPERM;
  if (set === file || !isEpoll(set)) return -EINVAL;
  switch (operation) {
    case EPOLL_CTL_ADD:
      return addToSet(set, file, descriptor, event);
    case EPOLL_CTL_DEL:
      return removeFromSet(set, file, descriptor);
    case EPOLL_CTL_MOD:
      return changeInSet(set, file, descriptor, event);
    default:
      return -EINVAL;
  }
}
const EVENTS_MAX: i32 = 0x7fff_ffff / 12;
/** Taken at once, so that the kernel needs no more memory than that. */
const PIECE: u64 = 1024;
function waitOn(call: ptr<Call>, deadline: u64): i64 {
  const most = truncate<i32>(call.args[2]);
  const set = fileIn(call, 0);
  if (set === null) return -EBADF;
  if (most <= 0 || most > EVENTS_MAX || !mayTouch(call.args[1], u64(most) * sizeof<EpollEvent>())) {
    dropFile(set);
    return most <= 0 || most > EVENTS_MAX ? -EINVAL : -EFAULT;
  }
  const room = u64(most) > PIECE ? PIECE : u64(most);
  const memory = isEpoll(set) ? malloc(room * sizeof<EpollEvent>()) : null;
  let count: i64 = isEpoll(set) ? -ENOMEM : -EINVAL;
  if (memory !== null) {
    count = waitForEvents(set, cast<EpollEvent>(memory), room, deadline);
    if (count > 0 && !copyOut(call.args[1], memory, u64(count) * sizeof<EpollEvent>())) count = -EFAULT;
  }
  free(memory);
  dropFile(set);
  return count;
}
export function sysEpollWait(call: ptr<Call>): i64 {
  return waitOn(call, deadlineOf(truncate<i32>(call.args[3])));
}
export function sysEpollPwait(call: ptr<Call>): i64 {
  const masked = replaceMask(call.args[4], call.args[5]);
  if (masked < 0) return masked;
  const count = waitOn(call, deadlineOf(truncate<i32>(call.args[3])));
  restoreMask(call.args[4], count);
  return count;
}
export function sysEpollPwait2(call: ptr<Call>): i64 {
  let time: u64 = 0;
  const timed = call.args[3] !== 0;
  if (timed) {
    const status = readTime(call.args[3], addressOf(time));
    if (status < 0) return status;
  }
  const deadline = !timed ? FOREVER : time === 0 ? 0 : deadlineAfter(time);
  const masked = replaceMask(call.args[4], call.args[5]);
  if (masked < 0) return masked;
  const count = waitOn(call, deadline);
  restoreMask(call.args[4], count);
  return count;
}
