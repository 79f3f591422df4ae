/** Exceptions of a program's code become its signals, as Linux has them (arch/x86/kernel/traps.c, sigaction(2)). */
import { isProgramCode } from "../arch/code.ts";
import { type Registers, setExceptionHandler } from "../arch/exceptions.ts";
import { currentThread } from "../thread/thread.ts";
import { currentProgram, type SignalInformation } from "./process.ts";
import { SI_KERNEL, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP } from "./signal-numbers.ts";
import { forceSignal } from "./signals.ts";

const FPE_INTDIV: i32 = 1;
const FPE_FLTDIV: i32 = 3;
const FPE_FLTOVF: i32 = 4;
const FPE_FLTUND: i32 = 5;
const FPE_FLTRES: i32 = 6;
const FPE_FLTINV: i32 = 7;
const ILL_ILLOPN: i32 = 2;
const TRAP_TRACE: i32 = 2;
const BUS_ADRALN: i32 = 1;

/** Whether a program's code was interrupted: on a program's thread, above the kernel's image. */
export function isProgram(registers: ptr<Registers>): bool {
  return isProgramCode(registers.rip) && address(currentThread()) !== 0 && currentThread().program !== null;
}
/** The calling thread gets a signal for what its code did; `at` is si_addr, or 0. */
export function raiseFault(registers: ptr<Registers>, signal: u32, code: i32, at: u64): void {
  const program = currentProgram();
  program.faultVector = registers.vector;
  program.faultError = registers.errorCode;
  program.faultAddress = at;
  const information: SignalInformation = init({ signal: i32(signal), code, first: at });
  forceSignal(addressOf(information));
}
function raise(registers: ptr<Registers>, signal: u32, code: i32, at: u64): bool {
  if (!isProgram(registers)) return false;
  raiseFault(registers, signal, code, at);
  // What this field says to who comes back from a system call it does not say here.
  registers.errorCode = 0;
  return true;
}
function onDivide(registers: ptr<Registers>): bool {
  return raise(registers, SIGFPE, FPE_INTDIV, registers.rip);
}
function onDebug(registers: ptr<Registers>): bool {
  return raise(registers, SIGTRAP, TRAP_TRACE, registers.rip);
}
function onBreakpoint(registers: ptr<Registers>): bool {
  return raise(registers, SIGTRAP, SI_KERNEL, 0);
}
function onInvalid(registers: ptr<Registers>): bool {
  return raise(registers, SIGILL, ILL_ILLOPN, registers.rip);
}
function onProtection(registers: ptr<Registers>): bool {
  return raise(registers, SIGSEGV, SI_KERNEL, 0);
}
function onStack(registers: ptr<Registers>): bool {
  return raise(registers, SIGBUS, SI_KERNEL, 0);
}
function onAlignment(registers: ptr<Registers>): bool {
  return raise(registers, SIGBUS, BUS_ADRALN, 0);
}
/** What of x87's or SSE's exceptions is unmasked: SDM vol. 1 §8.1.3, §10.2.3. */
function codeOf(raised: u32): i32 {
  if ((raised & 1) !== 0) return FPE_FLTINV;
  if ((raised & 4) !== 0) return FPE_FLTDIV;
  if ((raised & 8) !== 0) return FPE_FLTOVF;
  if ((raised & 0x12) !== 0) return FPE_FLTUND;
  if ((raised & 0x20) !== 0) return FPE_FLTRES;
  return 0;
}
function onVector(registers: ptr<Registers>): bool {
  const state: array<u32, 1> = zeroed();
  asm({ in: { rdi: addressOf(state) }, clobbers: ["memory"] })`stmxcsr [rdi]`;
  return raise(registers, SIGFPE, codeOf(state[0] & ~(state[0] >> 7)), registers.rip);
}
function onFloat(registers: ptr<Registers>): bool {
  const state: array<u16, 2> = zeroed();
  asm({ in: { rdi: addressOf(state) }, clobbers: ["memory"] })`fnstcw [rdi]; fnstsw [rdi + 2]`;
  return raise(registers, SIGFPE, codeOf(u32(state[1]) & ~u32(state[0])), registers.rip);
}

export function initProgramExceptions(): void {
  setExceptionHandler(0, onDivide);
  setExceptionHandler(1, onDebug);
  setExceptionHandler(3, onBreakpoint);
  setExceptionHandler(4, onProtection);
  setExceptionHandler(6, onInvalid);
  setExceptionHandler(11, onProtection);
  setExceptionHandler(12, onStack);
  setExceptionHandler(13, onProtection);
  setExceptionHandler(16, onFloat);
  setExceptionHandler(17, onAlignment);
  setExceptionHandler(19, onVector);
}
