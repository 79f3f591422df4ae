/**
 * Where SYSCALL comes in. Programs run in ring 0, so that nothing changes but RIP, RFLAGS, RCX and R11; SYSRET, which goes to ring 3, has no
 * use. SDM vol. 2, SYSCALL; vol. 3 §5.8.8.
 */
import type { Cpu } from "../arch/cpu.ts";
import type { Registers } from "../arch/exceptions.ts";
import { readMsr, writeMsr } from "../arch/instructions.ts";
import { loadRegisters } from "../arch/load-registers.ts";
import { CODE_SELECTOR, DATA_SELECTOR } from "../arch/segments.ts";
import type { Thread } from "../thread/thread.ts";
import type { Call } from "./call.ts";
import { quickCalls } from "./quick.ts";
import { serveCall } from "./serve.ts";
import { CALLS } from "./table.ts";

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
const REGISTERS = offsetof<Call>("registers");

/**
 * The quick calls: their arguments lie as in a `Call`, and what a function may change is kept. The others: a whole `Call` on the thread's kernel stack.
 *
 * The way back has two forms: `back`, with RFLAGS in RCX, RIP in R11 and all other registers as they are to be; and by IRET, with whatever the call or a signal has
 * made of them. Interrupts are off here. POPF costs far more than SAHF. After STI they stay off for one more instruction, so that none finds the kernel's code
 * on a program's stack.
 *
 * @naked
 */
function enter(): void {
  asm`
    mov gs:[${offsetof<Cpu>("programStack")}], rsp
    cmp rax, ${CALLS}
    jae long
    cmp qword [rax * 8 + ${addressOf(quickCalls)}], 0
    je long
    mov rsp, gs:[${offsetof<Cpu>("thread")}]
    mov rsp, [rsp + ${offsetof<Thread>("stackTop")}]
    push rcx
    push r11
    push r9
    push r8
    push r10
    push rdx
    push rsi
    push rdi
    mov rdi, rsp
    call [rax * 8 + ${addressOf(quickCalls)}]
    pop rdi
    pop rsi
    pop rdx
    pop r10
    pop r8
    pop r9
    pop rcx
    pop r11
    mov rsp, gs:[${offsetof<Cpu>("programStack")}]
  back:
    test ecx, ${UNUSUAL_FLAGS}
    jnz unusual
    xchg ah, cl
    sahf
    xchg ah, cl
    xchg rcx, r11
    sti
    jmp rcx
  unusual:
    mov gs:[${offsetof<Cpu>("programStack")}], rsp
    mov rsp, gs:[${offsetof<Cpu>("thread")}]
    mov rsp, [rsp + ${offsetof<Thread>("stackTop")}]
    push rcx
    and qword [rsp], ${WITHOUT_INTERRUPTS}
    popfq
    xchg rcx, r11
    mov rsp, gs:[${offsetof<Cpu>("programStack")}]
    sti
    jmp rcx
  long:
    mov rsp, gs:[${offsetof<Cpu>("thread")}]
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
    test rax, rax
    jnz whole
    mov rax, [rsp + ${REGISTERS + offsetof<Registers>("rax")}]
    mov rcx, [rsp + ${REGISTERS + offsetof<Registers>("rflags")}]
    mov rdx, [rsp + ${REGISTERS + offsetof<Registers>("rdx")}]
    mov rsi, [rsp + ${REGISTERS + offsetof<Registers>("rsi")}]
    mov rdi, [rsp + ${REGISTERS + offsetof<Registers>("rdi")}]
    mov r8, [rsp + ${REGISTERS + offsetof<Registers>("r8")}]
    mov r9, [rsp + ${REGISTERS + offsetof<Registers>("r9")}]
    mov r10, [rsp + ${REGISTERS + offsetof<Registers>("r10")}]
    mov r11, [rsp + ${REGISTERS + offsetof<Registers>("rip")}]
    mov rsp, [rsp + ${REGISTERS + offsetof<Registers>("rsp")}]
    jmp back
  whole:
    add rsp, ${REGISTERS}
    jmp ${loadRegisters}`;
}

/** Once on every processor. */
export function enterCalls(): void {
  writeMsr(EFER, SYSCALL_ENABLE | readMsr(EFER));
  writeMsr(STAR, u64(CODE_SELECTOR) << 32);
  writeMsr(LSTAR, address(enter));
  writeMsr(FMASK, CLEARED);
}
