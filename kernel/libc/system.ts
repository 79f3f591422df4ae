/** Calls of the kernel's by number, as programs make them, for the libc's own use: results as the kernel gives them. */
export { systemCall, systemCall6 } from "../lib/linux.ts";

import { systemCall, systemCall6 } from "../lib/linux.ts";

export function call1(number: u64, a: u64): i64 {
  return systemCall(number, a, 0, 0);
}
export function call2(number: u64, a: u64, b: u64): i64 {
  return systemCall(number, a, b, 0);
}
export function call4(number: u64, a: u64, b: u64, c: u64, d: u64): i64 {
  return systemCall6(number, a, b, c, d, 0, 0);
}
export const AT_FDCWD: u64 = truncate<u64>(i64(-100));

/** EAX: the number; the other registers as C hands arguments over. C's way to say errors: -1 and errno. @naked */
export function asSystemCall(): void {
  asm`
    mov r10, rcx
    syscall
    cmp rax, -4095
    jae failed
    ret
  failed:
    neg eax
    mov fs:[0x100], eax
    mov rax, -1
    ret`;
}
/** The same for functions that give the error itself, such as clock_nanosleep and posix_fallocate. @naked */
export function asErrorCall(): void {
  asm`
    mov r10, rcx
    syscall
    neg eax
    ret`;
}
