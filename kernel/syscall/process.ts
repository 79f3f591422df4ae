/** System calls about the program itself: who it is, what it may have, its end. One user, who may do everything; one process. */

import { ECHILD, EFAULT, EINVAL, EPERM, ESRCH } from "../fs/errno.ts";
import { endProcess } from "../program/end.ts";
import { LIMITS, type Limit, limitOf, setLimit } from "../program/limits.ts";
import { currentProgram, PARENT_ID, PROCESS_ID, process } from "../program/process.ts";
import { endProgramThread, setThreadPointer } from "../program/program-thread.ts";
import { copyIn, copyOut, copyText } from "../program/user.ts";
import { setName } from "../thread/spawn.ts";
import { currentThread, type NAME_SIZE } from "../thread/thread.ts";
import { PROGRAMS_END } from "../vm/space.ts";
import { intOf, u32Of } from "./arguments.ts";
import type { Call } from "./call.ts";

export function sysExit(_call: ptr<Call>): i64 {
  const program = currentProgram();
  if (process.threadCount === 1) endProcess(u32Of(_call.args[0]) & 0xff);
  if (address(program) !== 0) endProgramThread();
  return 0;
}
export function sysExitGroup(call: ptr<Call>): i64 {
  endProcess(u32Of(call.args[0]) & 0xff);
}
export function sysGetpid(_call: ptr<Call>): i64 {
  return i64(PROCESS_ID);
}
export function sysGetppid(_call: ptr<Call>): i64 {
  return i64(PARENT_ID);
}
export function sysGettid(_call: ptr<Call>): i64 {
  return i64(currentProgram().id);
}
export function sysGetuid(_call: ptr<Call>): i64 {
  return i64(process.owner);
}
export function sysGetgid(_call: ptr<Call>): i64 {
  return i64(process.group);
}
/** getresuid, getresgid: three times the same. */
function giveThree(call: ptr<Call>, id: u32): i64 {
  for (let i: usize = 0; i < 3; i++) if (!copyOut(call.args[i], addressOf(id), 4)) return -EFAULT;
  return 0;
}
export function sysGetresuid(call: ptr<Call>): i64 {
  return giveThree(call, process.owner);
}
export function sysGetresgid(call: ptr<Call>): i64 {
  return giveThree(call, process.group);
}
/** setuid and its kin: to what it is already, or by root to anything, which changes nothing but the number. */
function mayBe(wanted: u32, current: u32): bool {
  return wanted === current || wanted === 0xffff_ffff || process.owner === 0;
}
export function sysSetuid(call: ptr<Call>): i64 {
  const wanted = u32Of(call.args[0]);
  if (wanted === 0xffff_ffff) return -EINVAL;
  if (!mayBe(wanted, process.owner)) return -EPERM;
  process.owner = wanted;
  return 0;
}
export function sysSetgid(call: ptr<Call>): i64 {
  const wanted = u32Of(call.args[0]);
  if (wanted === 0xffff_ffff) return -EINVAL;
  if (!mayBe(wanted, process.group)) return -EPERM;
  process.group = wanted;
  return 0;
}
export function sysSetresuid(call: ptr<Call>): i64 {
  for (let i: usize = 0; i < 3; i++) if (!mayBe(u32Of(call.args[i]), process.owner)) return -EPERM;
  if (u32Of(call.args[1]) !== 0xffff_ffff) process.owner = u32Of(call.args[1]);
  return 0;
}
export function sysSetresgid(call: ptr<Call>): i64 {
  for (let i: usize = 0; i < 3; i++) if (!mayBe(u32Of(call.args[i]), process.group)) return -EPERM;
  if (u32Of(call.args[1]) !== 0xffff_ffff) process.group = u32Of(call.args[1]);
  return 0;
}
export function sysGetgroups(call: ptr<Call>): i64 {
  return intOf(call.args[0]) < 0 ? -EINVAL : 0;
}
/** Groups and sessions: it leads its own. */
function own(id: i32): i64 {
  return id === 0 || id === i32(PROCESS_ID) ? i64(PROCESS_ID) : -ESRCH;
}
export function sysGetpgid(call: ptr<Call>): i64 {
  return own(intOf(call.args[0]));
}
export function sysGetpgrp(_call: ptr<Call>): i64 {
  return i64(PROCESS_ID);
}
/** A leader of a session can neither begin another nor change its group. */
export function sysSetsid(_call: ptr<Call>): i64 {
  return -EPERM;
}
export function sysSetpgid(call: ptr<Call>): i64 {
  const group = intOf(call.args[1]);
  if (group < 0 || (group === 0 && intOf(call.args[0]) < 0)) return -EINVAL;
  const status = own(intOf(call.args[0]));
  return status < 0 ? status : -EPERM;
}

const ARCH_SET_GS: i32 = 0x1001;
const ARCH_SET_FS: i32 = 0x1002;
const ARCH_GET_FS: i32 = 0x1003;
/** GS is the kernel's. */
export function sysArchPrctl(call: ptr<Call>): i64 {
  const code = intOf(call.args[0]);
  if (code === ARCH_SET_FS) {
    if (call.args[1] >= PROGRAMS_END) return -EPERM;
    setThreadPointer(call.args[1]);
    return 0;
  }
  if (code === ARCH_GET_FS) {
    const threadPointer = currentThread().threadPointer;
    return copyOut(call.args[1], addressOf(threadPointer), 8) ? 0 : -EFAULT;
  }
  return code === ARCH_SET_GS ? -EPERM : -EINVAL;
}

const PR_SET_PDEATHSIG: i32 = 1;
const PR_GET_PDEATHSIG: i32 = 2;
const PR_GET_DUMPABLE: i32 = 3;
const PR_SET_DUMPABLE: i32 = 4;
const PR_SET_NAME: i32 = 15;
const PR_GET_NAME: i32 = 16;
const PR_CAPBSET_READ: i32 = 23;
const PR_SET_TIMERSLACK: i32 = 29;
const PR_GET_TIMERSLACK: i32 = 30;
const PR_SET_NO_NEW_PRIVS: i32 = 38;
const PR_GET_NO_NEW_PRIVS: i32 = 39;
const PR_SET_VMA: i32 = 0x5356_4d41;
/** A task's name with its zero. */
const COMM: usize = 16;
const TIMER_SLACK: i64 = 50_000;

export function sysPrctl(call: ptr<Call>): i64 {
  const zero: u32 = 0;
  switch (intOf(call.args[0])) {
    case PR_SET_NAME: {
      const name: array<u8, typeof NAME_SIZE> = zeroed();
      if (copyText(addressOf(name[0]), call.args[1], COMM) === -EFAULT) return -EFAULT;
      name[COMM - 1] = 0;
      setName(currentThread(), addressOf(name[0]));
      return 0;
    }
    case PR_GET_NAME: {
      const name: array<u8, typeof COMM> = zeroed();
      const thread = currentThread();
      for (let i: usize = 0; i < COMM - 1 && thread.name[i] !== 0; i++) name[i] = thread.name[i];
      return copyOut(call.args[1], addressOf(name[0]), COMM) ? 0 : -EFAULT;
    }
    case PR_SET_PDEATHSIG:
      return call.args[1] > 64 ? -EINVAL : 0;
    case PR_GET_PDEATHSIG:
      return copyOut(call.args[1], addressOf(zero), 4) ? 0 : -EFAULT;
    case PR_GET_DUMPABLE:
      return 1;
    case PR_SET_DUMPABLE:
      return call.args[1] > 1 ? -EINVAL : 0;
    case PR_CAPBSET_READ:
      return call.args[1] > 40 ? -EINVAL : 1;
    case PR_SET_TIMERSLACK:
      return 0;
    case PR_GET_TIMERSLACK:
      return TIMER_SLACK;
    case PR_SET_NO_NEW_PRIVS:
      return call.args[1] === 1 && call.args[2] === 0 ? 0 : -EINVAL;
    case PR_GET_NO_NEW_PRIVS:
      return call.args[1] !== 0 || call.args[2] !== 0 || call.args[3] !== 0 || call.args[4] !== 0
        ? -EINVAL
        : 1;
    case PR_SET_VMA:
      return 0;
    default:
      return -EINVAL;
  }
}

export function sysGetrlimit(call: ptr<Call>): i64 {
  const resource = u32Of(call.args[0]);
  if (resource >= u32(LIMITS)) return -EINVAL;
  return copyOut(call.args[1], limitOf(resource), sizeof<Limit>()) ? 0 : -EFAULT;
}
export function sysSetrlimit(call: ptr<Call>): i64 {
  const resource = u32Of(call.args[0]);
  const wanted: Limit = zeroed();
  if (resource >= u32(LIMITS)) return -EINVAL;
  if (!copyIn(addressOf(wanted), call.args[1], sizeof<Limit>())) return -EFAULT;
  return setLimit(resource, addressOf(wanted));
}
export function sysPrlimit64(call: ptr<Call>): i64 {
  const id = intOf(call.args[0]);
  const resource = u32Of(call.args[1]);
  const wanted: Limit = zeroed();
  if (call.args[2] !== 0 && !copyIn(addressOf(wanted), call.args[2], sizeof<Limit>())) return -EFAULT;
  if (id !== 0 && id !== i32(PROCESS_ID)) return -ESRCH;
  if (resource >= u32(LIMITS)) return -EINVAL;
  const before: Limit = limitOf(resource).value;
  if (call.args[2] !== 0) {
    const status = setLimit(resource, addressOf(wanted));
    if (status < 0) return status;
  }
  if (call.args[3] === 0) return 0;
  return copyOut(call.args[3], addressOf(before), sizeof<Limit>()) ? 0 : -EFAULT;
}
/** No process has children here. */
export function sysWait4(call: ptr<Call>): i64 {
  return (u32Of(call.args[2]) & ~u32(0xe000_000b)) !== 0 ? -EINVAL : -ECHILD;
}
const PER_LINUX32_MASK: u64 = 0xffff_ffff;
/** personality(2): told, not changed. */
export function sysPersonality(call: ptr<Call>): i64 {
  return call.args[0] === PER_LINUX32_MASK || (call.args[0] & 0xff) === 0 ? 0 : -EINVAL;
}
export function sysSetreuid(call: ptr<Call>): i64 {
  for (let i: usize = 0; i < 2; i++) if (!mayBe(u32Of(call.args[i]), process.owner)) return -EPERM;
  if (u32Of(call.args[1]) !== 0xffff_ffff) process.owner = u32Of(call.args[1]);
  return 0;
}
export function sysSetregid(call: ptr<Call>): i64 {
  for (let i: usize = 0; i < 2; i++) if (!mayBe(u32Of(call.args[i]), process.group)) return -EPERM;
  if (u32Of(call.args[1]) !== 0xffff_ffff) process.group = u32Of(call.args[1]);
  return 0;
}
const MOST_GROUPS: u64 = 65536;
export function sysSetgroups(call: ptr<Call>): i64 {
  if (process.owner !== 0) return -EPERM;
  const count = u64(u32Of(call.args[0]));
  if (count > MOST_GROUPS) return -EINVAL;
  for (let i: u64 = 0; i < count; i++) {
    let group: u32 = 0;
    if (!copyIn(addressOf(group), call.args[1] + i * 4, 4)) return -EFAULT;
  }
  return 0;
}
/** No process has children here. */
const P_ALL: i32 = 0;
const P_PID: i32 = 1;
const P_PGID: i32 = 2;
const P_PIDFD: i32 = 3;
export function sysWaitid(call: ptr<Call>): i64 {
  const options = u32Of(call.args[3]);
  const known: u32 = 0xe100_000f;
  const kind = intOf(call.args[0]);
  const id = intOf(call.args[1]);
  let status: i64 = -ECHILD;
  if ((options & ~known) !== 0 || (options & 14) === 0) status = -EINVAL;
  else if (kind < P_ALL || kind > P_PIDFD) status = -EINVAL;
  else if ((kind === P_PID && id <= 0) || (kind === P_PGID && id < 0)) status = -EINVAL;
  // Linux tells in any case that nobody has ended: si_signo, si_errno and si_code, si_pid, si_uid and si_status.
  const nobody: array<u32, 3> = zeroed();
  const to = call.args[2];
  if (to === 0) return status;
  return copyOut(to, addressOf(nobody), 12) && copyOut(to + 16, addressOf(nobody), 12) ? status : -EFAULT;
}
/** struct __user_cap_header_struct, and one of the two halves of version 3. */
class CapabilityHeader extends Struct {
  version: u32;
  id: i32;
}
class Capabilities extends Struct {
  effective: u32;
  permitted: u32;
  inheritable: u32;
}
const CAPABILITY_VERSION: u32 = 0x2008_0522;
const FIRST_VERSION: u32 = 0x1998_0330;
const SECOND_VERSION: u32 = 0x2007_1026;
/** Root has them all, others none. */
export function sysCapget(call: ptr<Call>): i64 {
  const header: CapabilityHeader = zeroed();
  if (!copyIn(addressOf(header), call.args[0], sizeof<CapabilityHeader>())) return -EFAULT;
  if (
    header.version !== CAPABILITY_VERSION &&
    header.version !== SECOND_VERSION &&
    header.version !== FIRST_VERSION
  ) {
    header.version = CAPABILITY_VERSION;
    if (!copyOut(call.args[0], addressOf(header), sizeof<CapabilityHeader>())) return -EFAULT;
    return call.args[1] === 0 ? 0 : -EINVAL;
  }
  if (call.args[1] === 0) return 0;
  if (header.id < 0) return -EINVAL;
  if (header.id !== 0 && header.id !== i32(PROCESS_ID)) return -ESRCH;
  const halves: u64 = header.version === FIRST_VERSION ? 1 : 2;
  for (let i: u64 = 0; i < halves; i++) {
    const all: u32 = process.owner !== 0 ? 0 : i === 0 ? 0xffff_ffff : 0x1ff;
    const half: Capabilities = init({ effective: all, permitted: all });
    if (!copyOut(call.args[1] + i * sizeof<Capabilities>(), addressOf(half), sizeof<Capabilities>()))
      return -EFAULT;
  }
  return 0;
}
