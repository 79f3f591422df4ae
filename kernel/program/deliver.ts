/**
 * A signal reaches its thread: a handler's frame on the program's stack, in the form that Linux gives it (arch/x86/kernel/signal_64.c, sigaction(2)),
 * since run-times read it and change it; or the default: the end, or nothing. And back from the handler: rt_sigreturn(2).
 *
 *     rsp →  restorer   ucontext   siginfo   …   vector registers, at a multiple of 64
 */

import { forbidPreemption } from "../arch/cpu.ts";
import type { Registers } from "../arch/exceptions.ts";
import { CODE_SELECTOR, DATA_SELECTOR } from "../arch/segments.ts";
import { EINTR } from "../fs/errno.ts";
import { free, malloc } from "../memory/malloc.ts";
import { allowPreemption } from "../thread/preemption.ts";
import { currentThread } from "../thread/thread.ts";
import { restoreVectors, saveVectors, vectorBytes, vectorComponents } from "../thread/vector-state.ts";
import { PROGRAMS_END } from "../vm/space.ts";
import { endBySignal } from "./end.ts";
import {
  type Action,
  currentProgram,
  type ProgramThread,
  process,
  type SignalInformation,
} from "./process.ts";
import { endProgramThread } from "./program-thread.ts";
import { bitOf, isIgnoredByDefault, SI_KERNEL, SIGSEGV } from "./signal-numbers.ts";
import { actionOf, forceSignal, SIG_DFL, SIG_IGN, setBlocked, takeSignal } from "./signals.ts";
import { copyIn, copyOut } from "./user.ts";

/** sa_flags. */
const SA_NODEFER: u64 = 0x4000_0000;
const SA_RESETHAND: u64 = 0x8000_0000;
const SA_RESTART: u64 = 0x1000_0000;
const SA_ONSTACK: u64 = 0x0800_0000;
/** ss_flags. */
export const SS_ONSTACK: u32 = 1;
export const SS_DISABLE: u32 = 2;
export const SS_AUTODISARM: u32 = 0x8000_0000;

const RED_ZONE: usize = 128;
/** uc_flags: the vector state is XSAVE's; SS is kept. */
const UC_FP_XSTATE: u64 = 1;
const UC_SIGCONTEXT_SS: u64 = 6;
/** Where XSAVE's area says what it holds (struct _fpx_sw_bytes), and what stands behind it. */
const SOFTWARE_AT: usize = 464;
const MAGIC_1: u32 = 0x4650_5853;
const MAGIC_2: u32 = 0x4650_5845;
const HEADER_AT: usize = 512;
const MXCSR_AT: usize = 24;
/** RFLAGS that a handler may change: CF PF AF ZF SF TF DF OF, RF, AC. */
const FREE_FLAGS: u64 = 0x5_0dd5;
const DF_TF_RF: u64 = 0x1_0500;
const CALL_BYTES: u64 = 2;

class Frame extends Struct {
  restorer: u64;
  flags: u64;
  link: u64;
  stackStart: u64;
  stackFlags: u64;
  stackBytes: u64;
  r8: u64;
  r9: u64;
  r10: u64;
  r11: u64;
  r12: u64;
  r13: u64;
  r14: u64;
  r15: u64;
  rdi: u64;
  rsi: u64;
  rbp: u64;
  rbx: u64;
  rdx: u64;
  rax: u64;
  rcx: u64;
  rsp: u64;
  rip: u64;
  rflags: u64;
  cs: u16;
  gs: u16;
  fs: u16;
  ss: u16;
  error: u64;
  trap: u64;
  oldMask: u64;
  cr2: u64;
  vectors: u64;
  reserved: array<u64, 8>;
  blocked: u64;
  information: SignalInformation;
}
static_assert(offsetof<Frame>("r8") === 48 && offsetof<Frame>("blocked") === 304 && sizeof<Frame>() === 440);

/** Whether a stack pointer is on the thread's alternate stack. */
export function isOnAlternate(program: ptr<ProgramThread>, rsp: usize): bool {
  return rsp > program.stackStart && rsp - program.stackStart <= program.stackBytes;
}
/** Bytes of the vector registers with what says what they are. */
function vectorsSize(): usize {
  return vectorBytes() + (vectorComponents() !== 0 ? 4 : 0);
}
/** The registers go to the program's memory. */
function copyVectors(to: usize): bool {
  const area = currentThread().vectors;
  if (area === null) return false;
  // Whoever switches meanwhile saves the same values again.
  saveVectors(area);
  const components = vectorComponents();
  if (components === 0) return copyOut(to, area, vectorBytes());
  const software: array<u32, 12> = zeroed();
  software[0] = MAGIC_1;
  software[1] = u32(vectorsSize());
  software[2] = truncate<u32>(components);
  software[3] = truncate<u32>(components >> 32);
  software[4] = u32(vectorBytes());
  const end = MAGIC_2;
  return (
    copyOut(to, area, vectorBytes()) &&
    copyOut(to + SOFTWARE_AT, addressOf(software), 48) &&
    copyOut(to + vectorBytes(), addressOf(end), 4)
  );
}
/** Makes the frame, and lets the program go on in the handler. False: its stack cannot be written, or the handler is no address. */
function enterHandler(
  registers: ptr<Registers>,
  signal: u32,
  action: ptr<Action>,
  information: ptr<SignalInformation>,
  blocked: u64,
): bool {
  const program = currentProgram();
  if (action.handler >= PROGRAMS_END) return false;
  let top = registers.rsp - RED_ZONE;
  if ((action.flags & SA_ONSTACK) !== 0 && program.stackBytes !== 0 && !isOnAlternate(program, registers.rsp))
    top = program.stackStart + program.stackBytes;
  const vectors = (top - vectorsSize()) & ~usize(63);
  const at = ((vectors - sizeof<Frame>()) & ~usize(15)) - 8;
  const memory = malloc(sizeof<Frame>());
  if (memory === null) return false;
  const frame = cast<Frame>(memory);
  frame.value = init<Frame>({
    restorer: action.restorer,
    flags: (vectorComponents() !== 0 ? UC_FP_XSTATE : 0) | UC_SIGCONTEXT_SS,
    stackStart: program.stackStart,
    stackFlags: u64(
      program.stackBytes === 0 ? SS_DISABLE : isOnAlternate(program, registers.rsp) ? SS_ONSTACK : 0,
    ),
    stackBytes: program.stackBytes,
    r8: registers.r8,
    r9: registers.r9,
    r10: registers.r10,
    r11: registers.r11,
    r12: registers.r12,
    r13: registers.r13,
    r14: registers.r14,
    r15: registers.r15,
    rdi: registers.rdi,
    rsi: registers.rsi,
    rbp: registers.rbp,
    rbx: registers.rbx,
    rdx: registers.rdx,
    rax: registers.rax,
    rcx: registers.rcx,
    rsp: registers.rsp,
    rip: registers.rip,
    rflags: registers.rflags,
    // As programs know them from Linux.
    cs: 0x33,
    ss: 0x2b,
    error: program.faultError,
    trap: program.faultVector,
    cr2: program.faultAddress,
    vectors,
    blocked,
    information: information.value,
  });
  const done = copyVectors(vectors) && copyOut(at, frame, sizeof<Frame>());
  free(memory);
  if (!done) return false;
  if ((program.stackFlags & SS_AUTODISARM) !== 0) program.stackBytes = 0;
  registers.rdi = u64(signal);
  registers.rsi = at + offsetof<Frame>("information");
  registers.rdx = at + offsetof<Frame>("flags");
  registers.rax = 0;
  registers.rsp = at;
  registers.rip = action.handler;
  registers.rflags &= ~DF_TF_RF;
  registers.errorCode = 1;
  return true;
}
/** Also for a way into the program that is no address: IRET would fail, in the kernel. */
export function fault(): void {
  const information: SignalInformation = init({ signal: i32(SIGSEGV), code: SI_KERNEL });
  actionOf(SIGSEGV).handler = SIG_DFL;
  forceSignal(addressOf(information));
}
/** A signal that has been taken is acted upon. */
function act(
  registers: ptr<Registers>,
  signal: u32,
  information: ptr<SignalInformation>,
  restartable: bool,
): void {
  const program = currentProgram();
  const action: Action = actionOf(signal).value;
  if (action.handler === SIG_IGN || (action.handler === SIG_DFL && isIgnoredByDefault(signal))) return;
  if (action.handler === SIG_DFL) endBySignal(registers, signal, information);
  if (restartable) {
    if ((action.flags & SA_RESTART) !== 0) restart(registers);
    else registers.rax = truncate<u64>(-EINTR);
  }
  if ((action.flags & SA_RESETHAND) !== 0) actionOf(signal).handler = SIG_DFL;
  const before = program.restoresBlocked ? program.savedBlocked : program.blocked;
  program.restoresBlocked = false;
  if (!enterHandler(registers, signal, addressOf(action), information, before)) {
    fault();
    return;
  }
  setBlocked(program.blocked | action.mask | ((action.flags & SA_NODEFER) !== 0 ? 0 : bitOf(signal)));
}
/** The system call is made again: RIP is behind SYSCALL, two bytes. */
function restart(registers: ptr<Registers>): void {
  registers.rax = registers.vector;
  registers.rip -= CALL_BYTES;
  registers.errorCode = 1;
}
/**
 * Everything that waits for the calling thread is delivered, before it goes on in the program with `registers`. `restartable`: they are of a system call
 * that was interrupted, and is to be made again where no handler says otherwise.
 */
export function deliver(registers: ptr<Registers>, restartable: bool): void {
  const program = currentProgram();
  const information: SignalInformation = zeroed();
  let handled = false;
  for (;;) {
    if (process.ending) endProgramThread();
    const signal = takeSignal(addressOf(information));
    if (signal === 0) break;
    const before = registers.errorCode;
    registers.errorCode = 0;
    act(registers, signal, addressOf(information), restartable && !handled);
    if (registers.errorCode !== 0) handled = true;
    else registers.errorCode = before;
  }
  if (!handled && restartable) restart(registers);
  if (program.restoresBlocked) {
    program.restoresBlocked = false;
    setBlocked(program.savedBlocked);
  }
}
/** What a handler may have made of the vector registers. False: they cannot be. */
function loadVectors(at: usize): bool {
  const thread = currentThread();
  const area = thread.vectors;
  const size = vectorBytes();
  if (area === null) return false;
  const memory = malloc(size);
  if (memory === null) return false;
  const bytes = cast<u8>(memory);
  const components = vectorComponents();
  let good = copyIn(bytes, at, size);
  if (good) {
    cast<u32>(addressOf(bytes[MXCSR_AT])).value &= 0xffff;
    if (components !== 0) {
      const header = cast<u64>(addressOf(bytes[HEADER_AT]));
      const software = cast<u32>(addressOf(bytes[SOFTWARE_AT]));
      // A frame without the marks has x87's and SSE's registers only.
      header[0] = software[0] === MAGIC_1 ? header[0] & components : 3;
      for (let i: usize = 1; i < 8; i++) header[i] = 0;
    }
    forbidPreemption();
    memcpy(area, bytes, size);
    thread.vectorsAt = 0xffff_ffff;
    restoreVectors(thread, area);
    allowPreemption();
  }
  free(memory);
  return good;
}
/** rt_sigreturn(2): everything as the frame has it. */
export function returnFromHandler(registers: ptr<Registers>): void {
  const program = currentProgram();
  const memory = malloc(sizeof<Frame>());
  if (memory === null) {
    fault();
    return;
  }
  const frame = cast<Frame>(memory);
  // The restorer's address has been popped.
  if (
    !copyIn(frame, registers.rsp - 8, sizeof<Frame>()) ||
    (frame.vectors !== 0 && !loadVectors(frame.vectors))
  ) {
    free(memory);
    fault();
    return;
  }
  registers.r8 = frame.r8;
  registers.r9 = frame.r9;
  registers.r10 = frame.r10;
  registers.r11 = frame.r11;
  registers.r12 = frame.r12;
  registers.r13 = frame.r13;
  registers.r14 = frame.r14;
  registers.r15 = frame.r15;
  registers.rdi = frame.rdi;
  registers.rsi = frame.rsi;
  registers.rbp = frame.rbp;
  registers.rbx = frame.rbx;
  registers.rdx = frame.rdx;
  registers.rax = frame.rax;
  registers.rcx = frame.rcx;
  registers.rsp = frame.rsp;
  registers.rip = frame.rip;
  registers.rflags = (registers.rflags & ~FREE_FLAGS) | (frame.rflags & FREE_FLAGS);
  registers.cs = u64(CODE_SELECTOR);
  registers.ss = u64(DATA_SELECTOR);
  registers.errorCode = 1;
  if (registers.rip >= PROGRAMS_END) fault();
  if ((program.stackFlags & SS_AUTODISARM) !== 0) {
    program.stackStart = frame.stackStart;
    program.stackBytes = frame.stackBytes;
  }
  const blocked = frame.blocked;
  free(memory);
  setBlocked(blocked);
}
