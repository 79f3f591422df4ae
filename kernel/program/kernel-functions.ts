/**
 * Functions of the kernel that a program calls as functions: malloc and its kin. Code and program share ring 0 and one address space, so that a call needs a
 * stack of the kernel's and nothing else: pages of the program's may be missing, and are read by page faults that may wait.
 *
 * The caller (kernel/libc/kernel-calls.ts, src/program/malloc-object.ts) keeps its stack pointer in RBP, its way back in R10, the function's number in EAX, and has
 * interrupts off when it jumps to `enter`. It gets the result in RAX; EDX is not 0 if a signal waits for the thread.
 */

import { thisCpu } from "../arch/cpu.ts";
import { functionOf } from "../arch/functions.ts";
import { moduleCount, modules } from "../boot/loaded.ts";
import { newline, print, printAddress } from "../console/print.ts";
import { startsWith } from "../lib/text.ts";
import { Area, inArea } from "../memory/address.ts";
import { alignedAlloc, calloc, free, malloc, mallocUsableSize, realloc } from "../memory/malloc.ts";
import { setBlame } from "../memory/violation.ts";
import { currentThread, type Thread } from "../thread/thread.ts";
import type { SignalInformation } from "./process.ts";
import { SI_TKILL, SIGABRT } from "./signal-numbers.ts";
import { forceSignal } from "./signals.ts";
import { allowKernelObjects } from "./user.ts";

/** The program finds the modules that call the kernel's functions there. */
const PLACE: ptr<u8> = "file=/vitrine/";
/** What `--libc kernel` makes a program's interpreter. */
export const LIBC_PATH: ptr<u8> = "/vitrine/libc.elf";

/** Where `enter` leaves the return address, below the stack's top. */
const CALL_AT: usize = 24;
/** In a module, at a multiple of 16: before the word that is to be the address of `enter`. */
const MARK: ptr<u8> = "VITRINE FUNCTION";
const MARK_BYTES: usize = 16;

/** What is not the kernel's stays where it is: an object of before the program's malloc was the kernel's. */
function isKernels(object: ptr<unknown> | null): bool {
  return address(object) >> 63 !== 0;
}
function freeObject(object: ptr<unknown> | null): void {
  if (isKernels(object)) free(object);
}
/** As glibc: an object of no bytes has an address. */
function mallocObject(bytes: usize): ptr<unknown> | null {
  return malloc(bytes === 0 ? 1 : bytes);
}
function callocObject(count: usize, bytes: usize): ptr<unknown> | null {
  return count === 0 || bytes === 0 ? calloc(1, 1) : calloc(count, bytes);
}
function reallocObject(object: ptr<unknown> | null, bytes: usize): ptr<unknown> | null {
  if (object === null) return mallocObject(bytes);
  if (!isKernels(object)) return null;
  if (bytes !== 0) return realloc(object, bytes);
  free(object);
  return null;
}
/** `align`: a power of two. */
function alignObject(align: usize, bytes: usize): ptr<unknown> | null {
  if (popcount(align) !== 1) return null;
  return alignedAlloc(align, bytes === 0 ? 1 : bytes);
}
function sizeObject(object: ptr<unknown> | null): usize {
  return isKernels(object) ? mallocUsableSize(object) : 0;
}

/** By their numbers. @naked */
function jump(): void {
  asm`
    cmp eax, 5
    ja none
    je size
    cmp eax, 1
    jb ${mallocObject}
    je ${freeObject}
    cmp eax, 3
    jb ${callocObject}
    je ${reallocObject}
    jmp ${alignObject}
  size:
    jmp ${sizeObject}
  none:
    xor eax, eax
    ret`;
}
/** Below the top of the kernel stack: the way back, eight bytes, the return address of the call. @naked */
function enter(): void {
  asm`
    mov rsp, gs:[16]
    mov rsp, [rsp + ${offsetof<Thread>("stackTop")}]
    push r10
    sub rsp, 8
    sti
    call ${jump}
    cli
    add rsp, 8
    pop r10
    mov rdx, gs:[16]
    movzx edx, byte ptr [rdx + ${offsetof<Thread>("interrupted")}]
    mov rsp, rbp
    sti
    jmp r10`;
}
/** Whether the calling thread is in a function that the program has called: the return address of the first call on its kernel stack is here. */
function isCalled(): bool {
  const thread = currentThread();
  if (thread.program === null || thisCpu().interruptDepth !== 0) return false;
  const caller = functionOf(pointer<usize>(thread.stackTop - CALL_AT).value);
  return caller !== null && usize(caller.address) === address(enter);
}
/** A program that frees what is not an object gets SIGABRT, as from the C libraries' own malloc. */
function blameProgram(kind: ptr<u8>, object: usize): bool {
  if (!isCalled()) return false;
  print("vitrine: the program has misused malloc: ");
  print(kind);
  print(", ");
  printAddress(object);
  newline();
  const information: SignalInformation = init({ signal: i32(SIGABRT), code: SI_TKILL });
  forceSignal(addressOf(information));
  return true;
}
function tell(start: ptr<u8>, bytes: usize): void {
  for (let at: usize = 0; at + MARK_BYTES + 8 <= bytes; at += 16) {
    let i: usize = 0;
    while (i < MARK_BYTES && start[at + i] === MARK[i]) i++;
    if (i === MARK_BYTES) cast<u64>(start.offset(at + MARK_BYTES)).value = address(enter);
  }
}
/** Modules that call the kernel's functions learn where they are, and the kernel's objects are the program's from here on. */
export function openKernelFunctions(): void {
  let isOpen = false;
  for (let i: usize = 0; i < moduleCount; i++) {
    if (!startsWith(modules[i].text, PLACE)) continue;
    tell(pointer<u8>(inArea(Area.Early, modules[i].start)), modules[i].end - modules[i].start);
    isOpen = true;
  }
  if (!isOpen) return;
  allowKernelObjects();
  setBlame(blameProgram);
}
