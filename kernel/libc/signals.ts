/** Signals (ISO C §7.14, POSIX <signal.h>): glibc's structures to the kernel's and back. */
import { end } from "./abort.ts";
import { failWith, resultOf } from "./errno.ts";
import { call2, call4, systemCall } from "./system.ts";

const EINVAL: i32 = 22;
const SA_RESTORER: u64 = 0x400_0000;
const SA_RESTART: u64 = 0x1000_0000;
const ERROR: usize = 0xffff_ffff_ffff_ffff;

/** struct sigaction of glibc: 152 bytes. */
class Action extends Struct {
  handler: usize;
  mask: array<u64, 16>;
  flags: i32;
  restorer: usize;
}
static_assert(sizeof<Action>() === 152);
class KernelAction extends Struct {
  handler: usize;
  flags: u64;
  restorer: usize;
  mask: u64;
}
/** rt_sigreturn. @naked */
function restore(): void {
  asm`mov eax, 15; syscall; hlt`;
}
/** @export */
export function sigaction(signal: i32, action: ptr<Action>, old: ptr<Action>): i32 {
  const now: KernelAction = zeroed();
  const before: KernelAction = zeroed();
  const isSet = address(action) !== 0;
  if (isSet) {
    now.handler = action.handler;
    now.flags = u64(truncate<u32>(action.flags)) | SA_RESTORER;
    now.restorer = address(restore);
    now.mask = action.mask[0];
  }
  const status = call4(
    13,
    truncate<u64>(i64(signal)),
    isSet ? address(addressOf(now)) : 0,
    address(old) === 0 ? 0 : address(addressOf(before)),
    8,
  );
  if (status < 0) return failWith(i32(0 - status));
  if (address(old) !== 0) {
    old.value = init({
      handler: before.handler,
      flags: truncate<i32>(before.flags),
      restorer: before.restorer,
    });
    old.mask[0] = before.mask;
  }
  return 0;
}
/** @export */
export function signal(number: i32, handler: usize): usize {
  const action: Action = init({ handler, flags: truncate<i32>(SA_RESTART) });
  const old: Action = zeroed();
  if (number >= 1 && number <= 64) action.mask[0] = u64(1) << u64(number - 1);
  return sigaction(number, addressOf(action), addressOf(old)) < 0 ? ERROR : old.handler;
}
/** @export */
export function __sysv_signal(number: i32, handler: usize): usize {
  return signal(number, handler);
}
/** @export */
export function bsd_signal(number: i32, handler: usize): usize {
  return signal(number, handler);
}
/** @export */
export function raise(number: i32): i32 {
  const id = systemCall(186, 0, 0, 0);
  return i32(resultOf(systemCall(234, u64(systemCall(39, 0, 0, 0)), u64(id), truncate<u64>(i64(number)))));
}
/** @export */
export function sigprocmask(how: i32, set: usize, old: usize): i32 {
  return i32(resultOf(call4(14, truncate<u64>(i64(how)), set, old, 8)));
}
/** @export */
export function pthread_sigmask(how: i32, set: usize, old: usize): i32 {
  return i32(0 - call4(14, truncate<u64>(i64(how)), set, old, 8));
}
/** @export */
export function sigsuspend(set: usize): i32 {
  return i32(resultOf(call2(130, set, 8)));
}
/** @export */
export function sigpending(set: usize): i32 {
  return i32(resultOf(call2(127, set, 8)));
}
/** @export */
export function sigaltstack(stack: usize, old: usize): i32 {
  return i32(resultOf(call2(131, stack, old)));
}
/** @export */
export function sigtimedwait(set: usize, information: usize, time: usize): i32 {
  return i32(resultOf(call4(128, set, information, time, 8)));
}
/** @export */
export function sigwaitinfo(set: usize, information: usize): i32 {
  return sigtimedwait(set, information, 0);
}
/** @export */
export function sigwait(set: usize, number: ptr<i32>): i32 {
  for (;;) {
    const status = call4(128, set, 0, 0, 8);
    if (status === -4) continue;
    if (status < 0) return i32(0 - status);
    number.value = i32(status);
    return 0;
  }
}
function isSignal(number: i32): bool {
  return number >= 1 && number <= 64;
}
/** A sigset_t has 128 bytes, of which the kernel knows 8. @export */
export function sigemptyset(set: ptr<u64>): i32 {
  memset(set, 0, 128);
  return 0;
}
/** @export */
export function sigfillset(set: ptr<u64>): i32 {
  memset(set, 0xff, 128);
  return 0;
}
/** @export */
export function sigaddset(set: ptr<u64>, number: i32): i32 {
  if (!isSignal(number)) return failWith(EINVAL);
  set[0] |= u64(1) << u64(number - 1);
  return 0;
}
/** @export */
export function sigdelset(set: ptr<u64>, number: i32): i32 {
  if (!isSignal(number)) return failWith(EINVAL);
  set[0] &= ~(u64(1) << u64(number - 1));
  return 0;
}
/** @export */
export function sigismember(set: ptr<u64>, number: i32): i32 {
  if (!isSignal(number)) return failWith(EINVAL);
  return ((set[0] >> u64(number - 1)) & 1) !== 0 ? 1 : 0;
}
/** @export */
export function sigisemptyset(set: ptr<u64>): i32 {
  return set[0] === 0 ? 1 : 0;
}
/** @export */
export function siginterrupt(number: i32, isOn: i32): i32 {
  const action: Action = zeroed();
  if (sigaction(number, pointer<Action>(0), addressOf(action)) < 0) return -1;
  if (isOn !== 0) action.flags &= ~truncate<i32>(SA_RESTART);
  else action.flags |= truncate<i32>(SA_RESTART);
  return sigaction(number, addressOf(action), pointer<Action>(0));
}
/** @export */
export function __libc_current_sigrtmin(): i32 {
  return 34;
}
/** @export */
export function __libc_current_sigrtmax(): i32 {
  return 64;
}
/** @export */
export function abort(): never {
  end();
}
