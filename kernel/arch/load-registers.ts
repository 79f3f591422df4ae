/** The way from the kernel to whatever code was interrupted, or is to begin: all registers at once. SDM vol. 2, IRET. */

/**
 * Jumped to with RSP at a `Registers`, which may be on any stack of the kernel's; goes on there. Interrupts may be on: the
 * registers are above the stack pointer until they are loaded. @naked
 */
export function loadRegisters(): void {
  asm`
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
