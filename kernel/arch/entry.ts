/**
 * Where the processor comes in: 256 stubs for interrupts and exceptions, which save all registers as a `Registers` and call
 * `dispatch`. SDM vol. 3 §6.14.
 *
 * Every gate has a stack of its own in the TSS, so that no frame is ever pushed below the pointer of code that keeps 128 bytes there (the
 * red zone of programs), or onto a page of a stack that is not there yet, where the processor would lose an interrupt. Four
 * vectors stay there: double fault, NMI, machine check and page fault. All others move their frame to where they interrupted, 128 bytes
 * lower, so that the thread may be switched away; if the page is missing there, that is a page fault like any other. If it was a
 * program's code that they interrupted, the frame goes to the thread's kernel stack: a program's may be too small.
 */
import type { Thread } from "../thread/thread.ts";
import { KERNEL_START } from "./code.ts";
import { dispatch } from "./dispatch.ts";
import { loadRegisters } from "./load-registers.ts";
import { staysOnItsStack } from "./staying.ts";

declare const __image_end: u8;

/** Bytes of a stub: a call, whose return address says which one it was. */
const STUB_SIZE = 5;
/** Vectors with an error code (SDM vol. 3 table 6-1): 8, 10–14, 17, 21, 29, 30. */
const WITH_CODE: u32 = 0x6022_7d00;

/** @naked */
function plainStubs(): void {
  asm`times 256 call ${plain}`;
}
/** @naked */
function codedStubs(): void {
  asm`times 32 call ${coded}`;
}
/** @naked */
function stayingStubs(): void {
  asm`times 32 call ${staying}`;
}
/** @naked */
function stayingCodedStubs(): void {
  asm`times 32 call ${stayingCoded}`;
}
/** The address for a vector's gate. */
export function stubOf(vector: u32): usize {
  const bit: u32 = vector < 32 ? 1 << vector : 0;
  const hasCode = (WITH_CODE & bit) !== 0;
  const table = staysOnItsStack(vector)
    ? hasCode
      ? address(stayingCodedStubs)
      : address(stayingStubs)
    : hasCode
      ? address(codedStubs)
      : address(plainStubs);
  return table + usize(vector) * STUB_SIZE;
}

// Each leaves the stub's offset in its table where the return address was, then the error code or 0, then the processor's frame.
/** @naked */
function plain(): void {
  asm`
    push qword [rsp]
    mov qword [rsp + 8], 0
    sub qword [rsp], ${plainStubs} + ${STUB_SIZE}
    jmp ${moveFrame}`;
}
/** @naked */
function coded(): void {
  asm`sub qword [rsp], ${codedStubs} + ${STUB_SIZE}; jmp ${moveFrame}`;
}
/** @naked */
function staying(): void {
  asm`
    push qword [rsp]
    mov qword [rsp + 8], 0
    sub qword [rsp], ${stayingStubs} + ${STUB_SIZE}
    push rax
    jmp ${saveAndDispatch}`;
}
/** @naked */
function stayingCoded(): void {
  asm`sub qword [rsp], ${stayingCodedStubs} + ${STUB_SIZE}; push rax; jmp ${saveAndDispatch}`;
}
/**
 * The frame's seven words go to the interrupted stack, below its red zone, or to the top of the thread's kernel stack, and RAX after them.
 * The kernel's code is in its image, a program's is not.
 *
 *     rsp →  0 rcx   8 rax   16 stub   24 error code   32 rip   40 cs   48 rflags   56 rsp   64 ss
 *
 * @naked
 */
function moveFrame(): void {
  asm`
    push rax
    push rcx
    mov rax, [rsp + 32]
    cmp rax, ${KERNEL_START}
    jb outside
    cmp rax, ${addressOf(__image_end)}
    jb kernel
  outside:
    mov rax, gs:[16]
    cmp qword [rax + ${offsetof<Thread>("program")}], 0
    je kernel
    mov rax, [rax + ${offsetof<Thread>("stackTop")}]
    jmp move
  kernel:
    mov rax, [rsp + 56]
    sub rax, 128
    and rax, -16
  move:
    mov rcx, [rsp + 64]
    mov [rax - 8], rcx
    mov rcx, [rsp + 56]
    mov [rax - 16], rcx
    mov rcx, [rsp + 48]
    mov [rax - 24], rcx
    mov rcx, [rsp + 40]
    mov [rax - 32], rcx
    mov rcx, [rsp + 32]
    mov [rax - 40], rcx
    mov rcx, [rsp + 24]
    mov [rax - 48], rcx
    mov rcx, [rsp + 16]
    mov [rax - 56], rcx
    mov rcx, [rsp + 8]
    mov [rax - 64], rcx
    pop rcx
    lea rsp, [rax - 64]
    jmp ${saveAndDispatch}`;
}
/** RAX has been pushed. @naked */
export function saveAndDispatch(): void {
  asm`
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
    cld
    mov rdi, rsp
    call ${dispatch}
    jmp ${loadRegisters}`;
}
