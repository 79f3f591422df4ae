/** From the kernel into a program's code, which is in ring 0 as well. */
import type { Registers } from "../arch/exceptions.ts";

/** RFLAGS of a program that begins: IF, and the bit that is always 1. */
export const PROGRAM_FLAGS: u64 = 0x202;

/** Loads all registers; does not come back. The kernel's stack is empty from here on. @naked */
function load(_registers: ptr<Registers>): void {
  asm`
    cli
    mov rsp, rdi
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    add rsp, 16
    iretq`;
}
export function enterProgram(registers: ptr<Registers>): never {
  load(registers);
  unreachable();
}
