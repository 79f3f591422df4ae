/**
 * Exceptions: vectors 0 to 31. A handler that has been set may put things right and go on; all else is a panic, with every
 * register. SDM vol. 3 §6.15.
 */
import { newline, print, printAddress, printHex } from "../console/print.ts";
import { beginPanic, endPanic, printPlace } from "../panic.ts";
import { printCalls } from "./backtrace.ts";
import { cpuIndex } from "./cpu.ts";
import { readCr0, readCr2, readCr3, readCr4 } from "./instructions.ts";
import { enterPageFault, leavePageFault } from "./segments.ts";

/** What entry.ts saves, on a stack, lowest address first; changing it changes what is returned to. */
export class Registers extends Struct {
  r15: u64;
  r14: u64;
  r13: u64;
  r12: u64;
  r11: u64;
  r10: u64;
  r9: u64;
  r8: u64;
  rbp: u64;
  rdi: u64;
  rsi: u64;
  rdx: u64;
  rcx: u64;
  rbx: u64;
  rax: u64;
  vector: u64;
  /** 0 for vectors without one. */
  errorCode: u64;
  rip: u64;
  cs: u64;
  rflags: u64;
  rsp: u64;
  ss: u64;
}
static_assert(sizeof<Registers>() === 22 * 8);

export const EXCEPTIONS = 32;
export const PAGE_FAULT: u32 = 14;

type Handler = fn<(registers: ptr<Registers>) => bool>;
const handlers: array<Handler | null, typeof EXCEPTIONS> = zeroed();

const names: array<ptr<u8>, typeof EXCEPTIONS> = [
  "#DE divide error",
  "#DB debug exception",
  "non-maskable interrupt",
  "#BP breakpoint",
  "#OF overflow",
  "#BR bound range exceeded",
  "#UD invalid opcode",
  "#NM device not available",
  "#DF double fault",
  "coprocessor segment overrun",
  "#TS invalid task state segment",
  "#NP segment not present",
  "#SS stack fault",
  "#GP general protection",
  "#PF page fault",
  "exception 15",
  "#MF x87 error",
  "#AC alignment check",
  "#MC machine check",
  "#XM SIMD error",
  "#VE virtualization exception",
  "#CP control protection",
  "exception 22",
  "exception 23",
  "exception 24",
  "exception 25",
  "exception 26",
  "exception 27",
  "#HV hypervisor injection",
  "#VC VMM communication",
  "#SX security exception",
  "exception 31",
];

/**
 * `handler` is called with interrupts off; it gives true if the interrupted code can go on, with the registers as they are then.
 * Handlers of vectors 2, 8, 14 and 18 run on a stack of their own and must not switch threads.
 */
export function setExceptionHandler(vector: u32, handler: Handler): void {
  handlers[vector] = handler;
}

/** Called by dispatch. */
export function raiseException(registers: ptr<Registers>): void {
  const vector = u32(registers.vector);
  if (vector !== PAGE_FAULT) {
    if (!handled(registers)) panicAt(registers, names[vector]);
    return;
  }
  if (!enterPageFault(cpuIndex())) panicAt(registers, "page fault in the handler of a page fault");
  if (!handled(registers)) panicAt(registers, names[vector]);
  leavePageFault(cpuIndex());
}
function handled(registers: ptr<Registers>): bool {
  const handler = handlers[registers.vector];
  if (handler === null) return false;
  return handler(registers);
}
/** Ends everything, with what the processor says and what was in its registers. */
export function panicAt(registers: ptr<Registers>, reason: ptr<u8>): never {
  beginPanic(reason);
  if (registers.vector === u64(PAGE_FAULT)) printPageFault(registers.errorCode);
  else if (registers.errorCode !== 0) {
    print(", error code ");
    printHex(registers.errorCode);
  }
  printPlace();
  printRegisters(registers);
  printCalls(registers.rip, registers.rsp, registers.rbp);
  endPanic();
}
/** Bits of a page fault's error code: SDM vol. 3 §4.7. */
function printPageFault(code: u64): void {
  print((code & 16) !== 0 ? ": execution" : (code & 2) !== 0 ? ": write" : ": read");
  print(" at ");
  printAddress(readCr2());
  print((code & 8) !== 0 ? ", reserved bits set" : (code & 1) !== 0 ? ", not allowed" : ", not present");
}
function field(name: ptr<u8>, value: u64, last: bool): void {
  print("  ");
  print(name);
  print(" ");
  printAddress(value);
  if (last) newline();
}
export function printRegisters(r: ptr<Registers>): void {
  field("rax", r.rax, false);
  field("rbx", r.rbx, false);
  field("rcx", r.rcx, true);
  field("rdx", r.rdx, false);
  field("rsi", r.rsi, false);
  field("rdi", r.rdi, true);
  field("rbp", r.rbp, false);
  field("r8 ", r.r8, false);
  field("r9 ", r.r9, true);
  field("r10", r.r10, false);
  field("r11", r.r11, false);
  field("r12", r.r12, true);
  field("r13", r.r13, false);
  field("r14", r.r14, false);
  field("r15", r.r15, true);
  field("rip", r.rip, false);
  field("rsp", r.rsp, false);
  field("flg", r.rflags, true);
  field("cr0", readCr0(), false);
  field("cr3", readCr3(), false);
  field("cr4", readCr4(), true);
}
