/**
 * Where SYSCALL comes in. Programs run in ring 0, so that nothing changes but RIP, RFLAGS, RCX and R11; SYSRET, which goes to ring 3, has no
 * use. SDM vol. 2, SYSCALL; vol. 3 §5.8.8.
 */
import type { Cpu } from "../arch/cpu.ts";
import { readMsr, writeMsr } from "../arch/instructions.ts";
import { CODE_SELECTOR, DATA_SELECTOR } from "../arch/segments.ts";
import type { Thread } from "../thread/thread.ts";
import { serveCall } from "./serve.ts";

const STAR: u32 = 0xc000_0081;
const LSTAR: u32 = 0xc000_0082;
const FMASK: u32 = 0xc000_0084;
const EFER: u32 = 0xc000_0080;
/** EFER.SCE. */
const SYSCALL_ENABLE: u64 = 1;
/** TF, IF, DF, IOPL, NT, AC: off while the kernel runs. */
const CLEARED: u64 = 0x4_7700;
/** TF, DF, OF, NT, RF, AC, ID: what SAHF cannot set. */
const UNUSUAL_FLAGS = 0x25_4d00;
/** RFLAGS without IF, as a signed immediate. */
const WITHOUT_INTERRUPTS = -0x201;
/** Of a Call's registers: RFLAGS. */
const FLAGS_AT = 48 + 18 * 8;

/**
 * Makes a `Call` on the thread's kernel stack. Interrupts are off here. The way back has two forms: fast, with everything as it was but for RAX; and
 * by IRET, with whatever the call or a signal has made of the registers. POPF costs far more than SAHF. After STI interrupts stay off for one more instruction, so that none finds the
 * kernel's code on a program's stack.
 *
 * @naked
 */
function enter(): void {
  asm`
    mov gs:[${offsetof<Cpu>("programStack")}], rsp
    mov rsp, gs:[16]
    mov rsp, [rsp + ${offsetof<Thread>("stackTop")}]
    push ${DATA_SELECTOR}
    push qword gs:[${offsetof<Cpu>("programStack")}]
    push r11
    push ${CODE_SELECTOR}
    push rcx
    push 0
    push rax
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    push r9
    push r8
    push r10
    push rdx
    push rsi
    push rdi
    mov rdi, rsp
    call ${serveCall}
    test al, al
    jnz whole
    mov r11, [rsp + ${FLAGS_AT}]
    lea rsp, [rsp + ${48 + 5 * 8}]
    pop r10
    pop r9
    pop r8
    lea rsp, [rsp + 8]
    pop rdi
    pop rsi
    pop rdx
    lea rsp, [rsp + 16]
    test r11d, ${UNUSUAL_FLAGS}
    jnz flags
    mov eax, r11d
    mov ah, al
    sahf
    pop rax
    lea rsp, [rsp + 16]
    pop rcx
    lea rsp, [rsp + 16]
    pop rsp
    sti
    jmp rcx
  flags:
    pop rax
    lea rsp, [rsp + 16]
    pop rcx
    lea rsp, [rsp + 8]
    and qword [rsp], ${WITHOUT_INTERRUPTS}
    popfq
    pop rsp
    sti
    jmp rcx
  whole:
    add rsp, 48
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

/** Once on every processor. */
export function enterCalls(): void {
  writeMsr(EFER, SYSCALL_ENABLE | readMsr(EFER));
  writeMsr(STAR, u64(CODE_SELECTOR) << 32);
  writeMsr(LSTAR, address(enter));
  writeMsr(FMASK, CLEARED);
}
