/**
 * Catching a page fault that is expected: for tests, and for looking at memory that may not be there. The function that faults is left
 * where it stands, so it must hold nothing.
 */
import { cpuIndex, forbidPreemption, type MAX_CPUS, thisCpu } from "../arch/cpu.ts";
import type { Registers } from "../arch/exceptions.ts";
import { NONE } from "../memory/address.ts";
import { allowPreemption } from "../thread/preemption.ts";

/** Who is catching on a processor. */
class Catcher extends Struct {
  /** 0: nobody. What is on that stack is `attempt`'s. */
  stackPointer: at<0, usize>;
  linear: at<8, usize>;
  preemption: at<16, u32>;
}
const catchers: array<Catcher, typeof MAX_CPUS> = zeroed();

/** Calls `action(argument)`, and comes back when it ends or faults. @naked */
function attempt(_action: fn<(argument: usize) => void>, _argument: usize, _stackPointer: ptr<usize>): void {
  asm`
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    mov [rdx], rsp
    mov rax, rdi
    mov rdi, rsi
    call rax
    jmp ${leave}`;
}
/** Also where it goes on after a fault. @naked */
function leave(): void {
  asm`
    add rsp, 8
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret`;
}

/**
 * Runs `action(argument)` until it ends or touches what cannot be touched. Gives the address of that; NONE: it came to its end. It does
 * not wait or switch threads, and is not nested.
 */
export function catchFault(action: fn<(argument: usize) => void>, argument: usize): usize {
  forbidPreemption();
  const catcher = addressOf(catchers[cpuIndex()]);
  catcher.preemption = thisCpu().preemption;
  catcher.linear = NONE;
  attempt(action, argument, addressOf(catcher.stackPointer));
  catcher.stackPointer = 0;
  const linear = catcher.linear;
  allowPreemption();
  return linear;
}
/** In the handler: whether the fault is one that is waited for; then the interrupted code goes on behind `attempt`. */
export function isCaught(registers: ptr<Registers>, linear: usize): bool {
  const catcher = addressOf(catchers[cpuIndex()]);
  if (catcher.stackPointer === 0) return false;
  catcher.linear = linear;
  thisCpu().preemption = catcher.preemption;
  registers.rsp = catcher.stackPointer;
  registers.rip = address(leave);
  return true;
}

function read(linear: usize): void {
  asm({ clobbers: ["rax"] })`mov al, [${linear}]`;
}
function write(linear: usize): void {
  asm({ clobbers: ["memory"] })`lock or byte [${linear}], 0`;
}
function call(linear: usize): void {
  functionAt<() => void>(linear)();
}
/** Whether a byte can be read: what is promised there, is. */
export function canRead(linear: usize): bool {
  return catchFault(read, linear) === NONE;
}
/** Whether it can be written; it stays as it is. */
export function canWrite(linear: usize): bool {
  return catchFault(write, linear) === NONE;
}
/** Calls what is there; false: it cannot be executed. */
export function canCall(linear: usize): bool {
  return catchFault(call, linear) === NONE;
}
