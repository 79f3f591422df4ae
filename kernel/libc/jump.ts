/** setjmp and longjmp (ISO C §7.13): a jmp_buf of 200 bytes has the registers that calls keep, and the signals that are blocked. */
import { systemCall6 } from "./system.ts";

/** 0 rbx  8 rbp  16 r12 … 40 r15  48 rsp  56 rip  64 whether signals are kept  72 signals. */
const SAVED = 64;
const SIGNALS = 72;

function keepSignals(buffer: usize, signals: i32): i32 {
  pointer<i32>(buffer + SAVED).value = signals;
  if (signals !== 0) systemCall6(14, 0, 0, buffer + SIGNALS, 8, 0, 0);
  return 0;
}
/** @export @naked */
export function __sigsetjmp(): void {
  asm`
    mov [rdi], rbx
    mov [rdi + 8], rbp
    mov [rdi + 16], r12
    mov [rdi + 24], r13
    mov [rdi + 32], r14
    mov [rdi + 40], r15
    lea rax, [rsp + 8]
    mov [rdi + 48], rax
    mov rax, [rsp]
    mov [rdi + 56], rax
    jmp ${keepSignals}`;
}
/** @export @naked */
export function sigsetjmp(): void {
  asm`jmp ${__sigsetjmp}`;
}
/** @export @naked */
export function _setjmp(): void {
  asm`xor esi, esi; jmp ${__sigsetjmp}`;
}
/** @export @naked */
export function setjmp(): void {
  asm`mov esi, 1; jmp ${__sigsetjmp}`;
}
/** @naked */
function jump(_buffer: usize, _value: i32): void {
  asm`
    mov eax, esi
    mov rbx, [rdi]
    mov rbp, [rdi + 8]
    mov r12, [rdi + 16]
    mov r13, [rdi + 24]
    mov r14, [rdi + 32]
    mov r15, [rdi + 40]
    mov rsp, [rdi + 48]
    jmp qword ptr [rdi + 56]`;
}
function leap(buffer: usize, value: i32): void {
  if (pointer<i32>(buffer + SAVED).value !== 0) systemCall6(14, 2, buffer + SIGNALS, 0, 8, 0, 0);
  jump(buffer, value === 0 ? 1 : value);
}
/** @export */
export function siglongjmp(buffer: usize, value: i32): void {
  leap(buffer, value);
}
/** @export */
export function longjmp(buffer: usize, value: i32): void {
  leap(buffer, value);
}
/** @export */
export function _longjmp(buffer: usize, value: i32): void {
  leap(buffer, value);
}
/** @export */
export function __longjmp_chk(buffer: usize, value: i32): void {
  leap(buffer, value);
}
