/** System calls of signals (signal(7)). There is one process, to which numbers of groups and of all lead too. */
import { EAGAIN, EFAULT, EINTR, EINVAL, ENOMEM, EPERM, ESRCH } from "../fs/errno.ts";
import {
  isOnAlternate,
  returnFromHandler,
  SS_AUTODISARM,
  SS_DISABLE,
  SS_ONSTACK,
} from "../program/deliver.ts";
import {
  type Action,
  currentProgram,
  PROCESS_ID,
  process,
  type SignalInformation,
} from "../program/process.ts";
import { bitOf, SI_TKILL, SI_USER, UNSTOPPABLE } from "../program/signal-numbers.ts";
import {
  actionOf,
  findThread,
  isSignal,
  sendToProcess,
  sendToThread,
  setAction,
  setBlocked,
  takeAwaited,
  waitingSignals,
} from "../program/signals.ts";
import { copyIn, copyOut } from "../program/user.ts";
import { FOREVER, nanoseconds } from "../thread/time.ts";
import { intOf, u32Of } from "./arguments.ts";
import type { Call } from "./call.ts";
import { sleepInterruptibly } from "./time.ts";
import { readTime } from "./time-values.ts";

const SET_BYTES: u64 = 8;
const SIG_BLOCK: i32 = 0;
const SIG_UNBLOCK: i32 = 1;
const SIG_SETMASK: i32 = 2;

export function sysRtSigaction(call: ptr<Call>): i64 {
  const signal = u64(u32Of(call.args[0]));
  if (call.args[3] !== SET_BYTES) return -EINVAL;
  const action: Action = zeroed();
  if (call.args[1] !== 0 && !copyIn(addressOf(action), call.args[1], sizeof<Action>())) return -EFAULT;
  if (!isSignal(signal)) return -EINVAL;
  const number = u32(signal);
  if (call.args[1] !== 0 && (bitOf(number) & UNSTOPPABLE) !== 0) return -EINVAL;
  const before: Action = actionOf(number).value;
  if (call.args[1] !== 0) {
    action.mask &= ~UNSTOPPABLE;
    setAction(number, addressOf(action));
  }
  return call.args[2] === 0 || copyOut(call.args[2], addressOf(before), sizeof<Action>()) ? 0 : -EFAULT;
}
export function sysRtSigprocmask(call: ptr<Call>): i64 {
  if (call.args[3] !== SET_BYTES) return -EINVAL;
  const before = currentProgram().blocked;
  if (call.args[1] !== 0) {
    let set: u64 = 0;
    if (!copyIn(addressOf(set), call.args[1], SET_BYTES)) return -EFAULT;
    switch (intOf(call.args[0])) {
      case SIG_BLOCK:
        setBlocked(before | set);
        break;
      case SIG_UNBLOCK:
        setBlocked(before & ~set);
        break;
      case SIG_SETMASK:
        setBlocked(set);
        break;
      default:
        return -EINVAL;
    }
  }
  return call.args[2] === 0 || copyOut(call.args[2], addressOf(before), SET_BYTES) ? 0 : -EFAULT;
}
export function sysRtSigreturn(call: ptr<Call>): i64 {
  returnFromHandler(addressOf(call.registers));
  return truncate<i64>(call.registers.rax);
}
export function sysRtSigpending(call: ptr<Call>): i64 {
  if (call.args[1] > SET_BYTES) return -EINVAL;
  const waiting = waitingSignals();
  return copyOut(call.args[0], addressOf(waiting), call.args[1]) ? 0 : -EFAULT;
}
/** Another mask until a handler has run; it is put back by the handler's frame. */
export function sysRtSigsuspend(call: ptr<Call>): i64 {
  if (call.args[1] !== SET_BYTES) return -EINVAL;
  let set: u64 = 0;
  if (!copyIn(addressOf(set), call.args[0], SET_BYTES)) return -EFAULT;
  useMask(set);
  while (sleepInterruptibly(FOREVER));
  return -EINTR;
}
/** For the rest of this call: also ppoll's, pselect's and epoll_pwait's. */
export function useMask(set: u64): void {
  const program = currentProgram();
  program.savedBlocked = program.blocked;
  program.restoresBlocked = true;
  setBlocked(set);
}
export function sysRtSigtimedwait(call: ptr<Call>): i64 {
  if (call.args[3] !== SET_BYTES) return -EINVAL;
  let set: u64 = 0;
  let span: u64 = 0;
  if (!copyIn(addressOf(set), call.args[0], SET_BYTES)) return -EFAULT;
  set &= ~UNSTOPPABLE;
  let deadline: u64 = FOREVER;
  if (call.args[2] !== 0) {
    const status = readTime(call.args[2], addressOf(span));
    if (status < 0) return status;
    const now = nanoseconds();
    deadline = span > FOREVER - now ? FOREVER : now + span;
  }
  const information: SignalInformation = zeroed();
  let signal = takeAwaited(set, true, addressOf(information));
  let late = false;
  let interrupted = false;
  while (signal === 0 && !late) {
    interrupted = !sleepInterruptibly(deadline);
    late = !interrupted;
    // Another signal, if it is none of these: its handler is to run.
    signal = takeAwaited(set, false, addressOf(information));
    if (interrupted) break;
  }
  if (signal === 0) return interrupted ? -EINTR : -EAGAIN;
  if (call.args[1] !== 0 && !copyOut(call.args[1], addressOf(information), sizeof<SignalInformation>()))
    return -EFAULT;
  return i64(signal);
}

/** struct sigaltstack. */
class AlternateStack extends Struct {
  start: u64;
  flags: u32;
  padding: u32;
  bytes: u64;
}
const LEAST_STACK: u64 = 2048;
export function sysSigaltstack(call: ptr<Call>): i64 {
  const program = currentProgram();
  const isOn = program.stackBytes !== 0 && isOnAlternate(program, call.registers.rsp);
  const before: AlternateStack = init({
    start: program.stackStart,
    flags: program.stackBytes === 0 ? SS_DISABLE : (isOn ? SS_ONSTACK : 0) | program.stackFlags,
    bytes: program.stackBytes,
  });
  if (call.args[0] !== 0) {
    const wanted: AlternateStack = zeroed();
    if (!copyIn(addressOf(wanted), call.args[0], sizeof<AlternateStack>())) return -EFAULT;
    const mode = wanted.flags & ~SS_AUTODISARM;
    if (isOn) return -EPERM;
    if (mode !== SS_DISABLE && mode !== SS_ONSTACK && mode !== 0) return -EINVAL;
    if (mode !== SS_DISABLE && wanted.bytes < LEAST_STACK) return -ENOMEM;
    program.stackStart = mode === SS_DISABLE ? 0 : wanted.start;
    program.stackBytes = mode === SS_DISABLE ? 0 : wanted.bytes;
    program.stackFlags = wanted.flags & SS_AUTODISARM;
  }
  return call.args[1] === 0 || copyOut(call.args[1], addressOf(before), sizeof<AlternateStack>())
    ? 0
    : -EFAULT;
}

function from(signal: u32, code: i32): SignalInformation {
  return init<SignalInformation>({
    signal: i32(signal),
    code,
    first: u64(PROCESS_ID) | (u64(process.owner) << 32),
  });
}
export function sysKill(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  const signal = call.args[1] & 0xffff_ffff;
  if (id !== i32(PROCESS_ID) && id !== 0 && id !== -1 && id !== -i32(PROCESS_ID)) return -ESRCH;
  // -1: all but the caller, who is the only one.
  if (id === -1) return -ESRCH;
  if (signal === 0) return 0;
  if (!isSignal(signal)) return -EINVAL;
  const information = from(u32(signal), SI_USER);
  return sendToProcess(addressOf(information));
}
function toThread(id: i32, signal: u64): i64 {
  if (id <= 0) return -EINVAL;
  const flags = process.lock.lock();
  const program = findThread(u32(id));
  process.lock.unlock(flags);
  if (program === null) return -ESRCH;
  if (signal === 0) return 0;
  if (!isSignal(signal)) return -EINVAL;
  const information = from(u32(signal), SI_TKILL);
  return sendToThread(program, addressOf(information));
}
export function sysTkill(call: ptr<Call>): i64 {
  return toThread(intOf(call.args[0]), call.args[1] & 0xffff_ffff);
}
export function sysTgkill(call: ptr<Call>): i64 {
  const group = intOf(call.args[0]);
  if (group <= 0 || intOf(call.args[1]) <= 0) return -EINVAL;
  if (group !== i32(PROCESS_ID)) return -ESRCH;
  return toThread(intOf(call.args[1]), call.args[2] & 0xffff_ffff);
}
