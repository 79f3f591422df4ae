/** System calls that send a signal with information of the program's own: sigqueue(3), pthread_sigqueue(3). In Linux's order of checks (kernel/signal.c). */
import { EFAULT, EINVAL, EPERM, ESRCH } from "../fs/errno.ts";
import {
  currentProgram,
  PROCESS_ID,
  type ProgramThread,
  process,
  type SignalInformation,
} from "../program/process.ts";
import { SI_TKILL, SI_USER } from "../program/signal-numbers.ts";
import { findThread, isSignal, sendToProcess, sendToThread } from "../program/signals.ts";
import { copyIn } from "../program/user.ts";
import { intOf, u32Of } from "./arguments.ts";
import type { Call } from "./call.ts";

/** Whether the caller may say so to this thread: that it is the kernel's, or of kill, only to itself. */
function mayTell(information: ptr<SignalInformation>, id: i32): bool {
  const isOthers = information.code >= SI_USER || information.code === SI_TKILL;
  return !isOthers || id === i32(currentProgram().id);
}
function threadOf(id: i32): ptr<ProgramThread> | null {
  const flags = process.lock.lock();
  const program = findThread(u32(id));
  process.lock.unlock(flags);
  return program;
}
export function sysRtSigqueueinfo(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  const signal = u64(u32Of(call.args[1]));
  const information: SignalInformation = zeroed();
  if (!copyIn(addressOf(information), call.args[2], sizeof<SignalInformation>())) return -EFAULT;
  if (!mayTell(addressOf(information), id)) return -EPERM;
  if (id !== i32(PROCESS_ID)) return -ESRCH;
  if (signal === 0) return 0;
  if (!isSignal(signal)) return -EINVAL;
  information.signal = i32(signal);
  return sendToProcess(addressOf(information));
}
export function sysRtTgsigqueueinfo(call: ptr<Call>): i64 {
  const group = intOf(call.args[0]);
  const id = intOf(call.args[1]);
  const signal = u64(u32Of(call.args[2]));
  const information: SignalInformation = zeroed();
  if (!copyIn(addressOf(information), call.args[3], sizeof<SignalInformation>())) return -EFAULT;
  if (group <= 0 || id <= 0) return -EINVAL;
  if (!mayTell(addressOf(information), id)) return -EPERM;
  const program = threadOf(id);
  if (group !== i32(PROCESS_ID) || program === null) return -ESRCH;
  if (signal === 0) return 0;
  if (!isSignal(signal)) return -EINVAL;
  information.signal = i32(signal);
  return sendToThread(program, addressOf(information));
}
