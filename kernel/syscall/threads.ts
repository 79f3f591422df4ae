/** System calls of threads: clone(2) as far as threads need it, futex(2), what schedulers are asked. */
import { cpuCount, cpuIndex } from "../arch/cpu.ts";
import { E2BIG, EFAULT, EINVAL, ENOMEM, ENOSYS, EPERM, ESRCH } from "../fs/errno.ts";
import { realTime } from "../program/clock.ts";
import { requeueFutex, waitFutex, wakeFutex, wakeTwo } from "../program/futex.ts";
import { currentProgram, type ProgramThread, process } from "../program/process.ts";
import { freeProgramThread, makeProgramThread, startProgramThread } from "../program/program-thread.ts";
import { findThread } from "../program/signals.ts";
import { copyIn, copyOut } from "../program/user.ts";
import { setAffinity } from "../thread/attributes.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { currentThread } from "../thread/thread.ts";
import { FOREVER, nanoseconds } from "../thread/time.ts";
import { PROGRAMS_END } from "../vm/space.ts";
import { intOf, u32Of } from "./arguments.ts";
import type { Call } from "./call.ts";
import { readTime, writeTime } from "./time-values.ts";

const CLONE_VM: u64 = 0x100;
const CLONE_FS: u64 = 0x200;
const CLONE_FILES: u64 = 0x400;
const CLONE_SIGHAND: u64 = 0x800;
const CLONE_NEWNS: u64 = 0x2_0000;
const CLONE_THREAD: u64 = 0x1_0000;
const CLONE_SETTLS: u64 = 0x8_0000;
const CLONE_PARENT_SETTID: u64 = 0x10_0000;
const CLONE_CHILD_CLEARTID: u64 = 0x20_0000;
const CLONE_CHILD_SETTID: u64 = 0x100_0000;
/** What a thread is, and all that it is. */
const THREAD: u64 = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;

/** struct clone_args, its first version. */
class CloneArguments extends Struct {
  flags: u64;
  pidfd: u64;
  childId: u64;
  parentId: u64;
  exitSignal: u64;
  stack: u64;
  stackBytes: u64;
  threadPointer: u64;
}
/** `wanted.stack` is the value of RSP. */
function make(call: ptr<Call>, wanted: ptr<CloneArguments>): i64 {
  const flags = wanted.flags;
  if ((flags & CLONE_SIGHAND) !== 0 && (flags & CLONE_VM) === 0) return -EINVAL;
  if ((flags & CLONE_THREAD) !== 0 && (flags & CLONE_SIGHAND) === 0) return -EINVAL;
  if ((flags & CLONE_FS) !== 0 && (flags & CLONE_NEWNS) !== 0) return -EINVAL;
  // One address space, one process.
  if ((flags & THREAD) !== THREAD) return -ENOSYS;
  if ((flags & CLONE_SETTLS) !== 0 && wanted.threadPointer >= PROGRAMS_END) return -EPERM;
  const thread = makeProgramThread(addressOf(call.registers));
  if (thread === null) return -ENOMEM;
  const id = thread.id;
  thread.begin.rax = 0;
  if (wanted.stack !== 0) thread.begin.rsp = wanted.stack;
  thread.threadPointer = (flags & CLONE_SETTLS) !== 0 ? wanted.threadPointer : currentThread().threadPointer;
  thread.blocked = currentProgram().blocked;
  if ((flags & CLONE_CHILD_CLEARTID) !== 0) thread.clearedAtEnd = wanted.childId;
  const told =
    ((flags & CLONE_PARENT_SETTID) === 0 || copyOut(wanted.parentId, addressOf(id), 4)) &&
    ((flags & CLONE_CHILD_SETTID) === 0 || copyOut(wanted.childId, addressOf(id), 4));
  if (!told || !startProgramThread(thread, addressOf(currentThread().name[0]))) {
    freeProgramThread(thread);
    return told ? -ENOMEM : -EFAULT;
  }
  return i64(id);
}
export function sysClone(call: ptr<Call>): i64 {
  const wanted: CloneArguments = {
    flags: call.args[0] & ~u64(0xff),
    pidfd: call.args[2],
    childId: call.args[3],
    parentId: call.args[2],
    exitSignal: call.args[0] & 0xff,
    stack: call.args[1],
    stackBytes: 0,
    threadPointer: call.args[4],
  };
  return make(call, addressOf(wanted));
}
const CLONE_ARGUMENTS_MOST: u64 = 4096;
export function sysClone3(call: ptr<Call>): i64 {
  const size = call.args[1];
  if (size > CLONE_ARGUMENTS_MOST) return -E2BIG;
  if (size < sizeof<CloneArguments>()) return -EINVAL;
  const wanted: CloneArguments = zeroed();
  if (!copyIn(addressOf(wanted), call.args[0], sizeof<CloneArguments>())) return -EFAULT;
  if ((wanted.stack === 0) !== (wanted.stackBytes === 0)) return -EINVAL;
  wanted.stack += wanted.stackBytes;
  return make(call, addressOf(wanted));
}
/** fork, vfork: another process cannot be. */
export function sysFork(_call: ptr<Call>): i64 {
  return -ENOSYS;
}
export function sysSetTidAddress(call: ptr<Call>): i64 {
  const program = currentProgram();
  program.clearedAtEnd = call.args[0];
  return i64(program.id);
}
const ROBUST_HEAD: u64 = 24;
export function sysSetRobustList(call: ptr<Call>): i64 {
  if (call.args[1] !== ROBUST_HEAD) return -EINVAL;
  currentProgram().robustList = call.args[0];
  return 0;
}
/** A thread of ours by its number, 0: the caller; null: there is none. */
function threadOf(id: i32): ptr<ProgramThread> | null {
  if (id === 0) return currentProgram();
  const flags = process.lock.lock();
  const found = id < 0 ? null : findThread(u32(id));
  process.lock.unlock(flags);
  return found;
}
export function sysGetRobustList(call: ptr<Call>): i64 {
  const thread = threadOf(intOf(call.args[0]));
  if (thread === null) return -ESRCH;
  const size = ROBUST_HEAD;
  if (!copyOut(call.args[2], addressOf(size), 8)) return -EFAULT;
  return copyOut(call.args[1], addressOf(thread.robustList), 8) ? 0 : -EFAULT;
}

const FUTEX_WAIT: u32 = 0;
const FUTEX_WAKE: u32 = 1;
const FUTEX_REQUEUE: u32 = 3;
const FUTEX_CMP_REQUEUE: u32 = 4;
const FUTEX_WAKE_OP: u32 = 5;
const FUTEX_WAIT_BITSET: u32 = 9;
const FUTEX_WAKE_BITSET: u32 = 10;
const FUTEX_CLOCK_REALTIME: u32 = 256;
const FUTEX_COMMAND: u32 = 0x7f;
const ALL_BITS: u32 = 0xffff_ffff;

/** When a wait ends; 0: an error has been left in `status`. FUTEX_WAIT's time counts from now. */
class Deadline extends Struct {
  at: u64;
  status: i64;
}
function readDeadline(call: ptr<Call>, operation: u32, command: u32, deadline: ptr<Deadline>): void {
  if (call.args[3] === 0) return;
  let time: u64 = 0;
  deadline.status = readTime(call.args[3], addressOf(time));
  if (deadline.status < 0) return;
  const now = nanoseconds();
  if (command === FUTEX_WAIT) deadline.at = now + time < now ? FOREVER : now + time;
  else if ((operation & FUTEX_CLOCK_REALTIME) !== 0) {
    const real = realTime();
    deadline.at = time <= real ? now : now + (time - real);
  } else deadline.at = time;
}
/** Only FUTEX_WAIT_BITSET knows the real-time clock. */
function isServed(operation: u32, command: u32): bool {
  if ((operation & FUTEX_CLOCK_REALTIME) !== 0) return command === FUTEX_WAIT_BITSET;
  return (
    (command >= FUTEX_REQUEUE && command <= FUTEX_WAKE_OP) ||
    command === FUTEX_WAIT ||
    command === FUTEX_WAKE ||
    command === FUTEX_WAIT_BITSET ||
    command === FUTEX_WAKE_BITSET
  );
}
/** FUTEX_WAKE_OP's operation on the second word, and whether what was there meets its condition. */
function wakeOperation(call: ptr<Call>): i64 {
  const second = call.args[4];
  const code = u32Of(call.args[5]);
  const operand = (code >> 12) & 0xfff;
  const compared = code & 0xfff;
  const value = (code & 0x8000_0000) !== 0 ? u32(1) << (operand & 31) : operand;
  let before: u32 = 0;
  if (!copyIn(addressOf(before), second, 4)) return -EFAULT;
  let after = before;
  switch ((code >> 28) & 7) {
    case 0:
      after = value;
      break;
    case 1:
      after = before + value;
      break;
    case 2:
      after = before | value;
      break;
    case 3:
      after = before & ~value;
      break;
    case 4:
      after = before ^ value;
      break;
    default:
      return -ENOSYS;
  }
  if (!copyOut(second, addressOf(after), 4)) return -EFAULT;
  const is = truncate<i32>(before);
  const than = truncate<i32>(compared << 20) >> 20;
  let met = false;
  switch ((code >> 24) & 15) {
    case 0:
      met = is === than;
      break;
    case 1:
      met = is !== than;
      break;
    case 2:
      met = is < than;
      break;
    case 3:
      met = is <= than;
      break;
    case 4:
      met = is > than;
      break;
    case 5:
      met = is >= than;
      break;
    default:
      return -ENOSYS;
  }
  return wakeTwo(call.args[0], u32Of(call.args[2]), second, u32Of(call.args[3]), met);
}
export function sysFutex(call: ptr<Call>): i64 {
  const at = call.args[0];
  const operation = u32Of(call.args[1]);
  const command = operation & FUTEX_COMMAND;
  const value = u32Of(call.args[2]);
  const waits = command === FUTEX_WAIT || command === FUTEX_WAIT_BITSET;
  const deadline: Deadline = { at: FOREVER, status: 0 };
  if (waits) readDeadline(call, operation, command, addressOf(deadline));
  if (deadline.status < 0) return deadline.status;
  if (!isServed(operation, command)) return -ENOSYS;
  if ((at & 3) !== 0) return -EINVAL;
  if (at >= PROGRAMS_END) return -EFAULT;
  switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      const bits = command === FUTEX_WAIT ? ALL_BITS : u32Of(call.args[5]);
      if (bits === 0) return -EINVAL;
      return waitFutex(at, value, bits, deadline.at);
    }
    case FUTEX_WAKE:
      return i64(wakeFutex(at, value === 0 ? 1 : value, ALL_BITS));
    case FUTEX_WAKE_BITSET: {
      const bits = u32Of(call.args[5]);
      return bits === 0 ? -EINVAL : i64(wakeFutex(at, value === 0 ? 1 : value, bits));
    }
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      if (intOf(call.args[2]) < 0 || intOf(call.args[3]) < 0 || (call.args[4] & 3) !== 0) return -EINVAL;
      return requeueFutex(
        at,
        value,
        call.args[4],
        u32Of(call.args[3]),
        command === FUTEX_CMP_REQUEUE,
        u32Of(call.args[5]),
      );
    case FUTEX_WAKE_OP:
      return (call.args[4] & 3) !== 0 ? -EINVAL : wakeOperation(call);
    default:
      return -ENOSYS;
  }
}

export function sysSchedYield(_call: ptr<Call>): i64 {
  yieldNow();
  return 0;
}
const MASK_BYTES: u64 = 8;
/** Gives the bytes of the mask that the kernel has. */
export function sysSchedGetaffinity(call: ptr<Call>): i64 {
  const size = call.args[1];
  if (size < MASK_BYTES || (size & 7) !== 0) return -EINVAL;
  const thread = threadOf(intOf(call.args[0]));
  if (thread === null) return -ESRCH;
  const mask = u64(thread.thread.allowed) & ((u64(1) << u64(cpuCount)) - 1);
  return copyOut(call.args[2], addressOf(mask), MASK_BYTES) ? i64(MASK_BYTES) : -EFAULT;
}
export function sysSchedSetaffinity(call: ptr<Call>): i64 {
  const thread = threadOf(intOf(call.args[0]));
  const mask: u64 = 0;
  if (!copyIn(addressOf(mask), call.args[2], call.args[1] < 8 ? call.args[1] : 8)) return -EFAULT;
  if (thread === null) return -ESRCH;
  return setAffinity(thread.thread, truncate<u32>(mask)) ? 0 : -EINVAL;
}
export function sysGetcpu(call: ptr<Call>): i64 {
  const cpu = cpuIndex();
  const node: u32 = 0;
  if (call.args[0] !== 0 && !copyOut(call.args[0], addressOf(cpu), 4)) return -EFAULT;
  return call.args[1] === 0 || copyOut(call.args[1], addressOf(node), 4) ? 0 : -EFAULT;
}
/** SCHED_OTHER is all there is; FIFO and RR have their priorities told. */
const LAST_POLICY: i32 = 6;
const SCHED_RESET_ON_FORK: i32 = 0x4000_0000;
function isThread(id: i32): bool {
  return threadOf(id) !== null;
}
export function sysSchedGetscheduler(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  if (id < 0) return -EINVAL;
  return isThread(id) ? 0 : -ESRCH;
}
export function sysSchedSetscheduler(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  let policy = intOf(call.args[1]);
  let priority: i32 = 0;
  if (call.args[2] === 0 || id < 0 || policy < 0) return -EINVAL;
  if (!copyIn(addressOf(priority), call.args[2], 4)) return -EFAULT;
  if (!isThread(id)) return -ESRCH;
  policy &= ~SCHED_RESET_ON_FORK;
  if (policy > LAST_POLICY || policy === 4) return -EINVAL;
  if (policy === 1 || policy === 2) return priority < 1 || priority > 99 ? -EINVAL : -EPERM;
  return priority !== 0 ? -EINVAL : 0;
}
export function sysSchedGetparam(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  const priority: i32 = 0;
  if (call.args[1] === 0 || id < 0) return -EINVAL;
  if (!isThread(id)) return -ESRCH;
  return copyOut(call.args[1], addressOf(priority), 4) ? 0 : -EFAULT;
}
function priorityOf(policy: i32, realTimeOne: i64): i64 {
  if (policy === 1 || policy === 2) return realTimeOne;
  return policy === 0 || policy === 3 || policy === 5 || policy === 6 ? 0 : -EINVAL;
}
export function sysSchedGetPriorityMax(call: ptr<Call>): i64 {
  return priorityOf(intOf(call.args[0]), 99);
}
export function sysSchedGetPriorityMin(call: ptr<Call>): i64 {
  return priorityOf(intOf(call.args[0]), 1);
}
/** getpriority(2) gives 20 - nice. */
export function sysGetpriority(call: ptr<Call>): i64 {
  const which = intOf(call.args[0]);
  const who = intOf(call.args[1]);
  if (which < 0 || which > 2) return -EINVAL;
  return who === 0 || which === 2 || isThread(who) ? 20 : -ESRCH;
}
export function sysSetpriority(call: ptr<Call>): i64 {
  const which = intOf(call.args[0]);
  const who = intOf(call.args[1]);
  if (which < 0 || which > 2) return -EINVAL;
  return who === 0 || which === 2 || isThread(who) ? 0 : -ESRCH;
}
const MEMBARRIER_ALL: i64 = 0x1ff;
/** Every system call orders memory here, and others' stores are seen in the order in which they were made (x86's model). */
export function sysMembarrier(call: ptr<Call>): i64 {
  const command = intOf(call.args[0]);
  if (call.args[1] !== 0) return -EINVAL;
  if (command === 0) return MEMBARRIER_ALL & 0x1f;
  if (command < 0 || popcount(u32(command)) !== 1 || command > 16) return -EINVAL;
  fence();
  return 0;
}
/** set up once by new C libraries; they do without. */
export function rseq(_call: ptr<Call>): i64 {
  return -ENOSYS;
}
export function sysSchedSetparam(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  let priority: i32 = 0;
  if (call.args[1] === 0 || id < 0) return -EINVAL;
  if (!copyIn(addressOf(priority), call.args[1], 4)) return -EFAULT;
  if (!isThread(id)) return -ESRCH;
  return priority !== 0 ? -EINVAL : 0;
}
/** What a turn of SCHED_OTHER is, as Linux says it with one thread ready: 4 ms. */
const TURN: u64 = 4_000_000;
export function sysSchedRrGetInterval(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  if (id < 0) return -EINVAL;
  return isThread(id) ? writeTime(call.args[1], TURN) : -ESRCH;
}
