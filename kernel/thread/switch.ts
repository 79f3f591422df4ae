/**
 * The moment of the switch. Only what a called function must keep (System V ABI) is saved, since each thread that is not running has
 * called `switchStacks`; a thread that was interrupted has the rest in its interrupt frame. What is on such a stack:
 *
 *     stackPointer →  0 r15   8 r14   16 r13   24 r12   32 rbx   40 rbp   48 return address
 */
import type { Thread } from "./thread.ts";

/**
 * Goes on with `to`, where it once called this. Interrupts are off. The result, in the other thread's time, is the thread that it was
 * switched from.
 *
 * @naked
 */
export function switchStacks(_from: ptr<Thread>, _to: ptr<Thread>): ptr<Thread> {
  return asm<ptr<Thread>>`
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    mov [rdi], rsp
    mov rsp, [rsi]
    mov rax, rdi
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret`;
}
/** RBX has what `prepareStack` was given, RAX the thread before; RBP is 0, which ends the chain of frames. @naked */
function enterThread(): void {
  asm`mov rdi, rax; call rbx; ud2`;
}
/**
 * Makes a stack as if its thread had called `switchStacks` in the beginning of `begin`, which gets the thread that ran before. `top` is a
 * multiple of 16. Gives the stack pointer.
 */
export function prepareStack(top: usize, begin: fn<(previous: ptr<Thread>) => void>): usize {
  const words = pointer<u64>(top - 64);
  for (let i: usize = 0; i < 8; i++) words[i] = 0;
  words[4] = address(begin);
  words[6] = address(enterThread);
  return top - 64;
}
