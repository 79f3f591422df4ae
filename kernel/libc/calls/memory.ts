/** Calls about memory (POSIX <sys/mman.h>). Made of ../system.ts: arguments are as C hands them over, of "..." as well. */
import { asSystemCall } from "../system.ts";

/** @export @naked */
export function mmap(): void {
  asm`mov eax, 9; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mprotect(): void {
  asm`mov eax, 10; jmp ${asSystemCall}`;
}
/** @export @naked */
export function munmap(): void {
  asm`mov eax, 11; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mremap(): void {
  asm`mov eax, 25; jmp ${asSystemCall}`;
}
/** @export @naked */
export function msync(): void {
  asm`mov eax, 26; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mincore(): void {
  asm`mov eax, 27; jmp ${asSystemCall}`;
}
/** @export @naked */
export function madvise(): void {
  asm`mov eax, 28; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mlock(): void {
  asm`mov eax, 149; jmp ${asSystemCall}`;
}
/** @export @naked */
export function munlock(): void {
  asm`mov eax, 150; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mlockall(): void {
  asm`mov eax, 151; jmp ${asSystemCall}`;
}
/** @export @naked */
export function munlockall(): void {
  asm`mov eax, 152; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mmap64(): void {
  asm`mov eax, 9; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mlock2(): void {
  asm`mov eax, 325; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __mmap(): void {
  asm`mov eax, 9; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __munmap(): void {
  asm`mov eax, 11; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __mprotect(): void {
  asm`mov eax, 10; jmp ${asSystemCall}`;
}
/** @export @naked */
export function shmget(): void {
  asm`mov eax, 29; jmp ${asSystemCall}`;
}
/** @export @naked */
export function shmat(): void {
  asm`mov eax, 30; jmp ${asSystemCall}`;
}
/** @export @naked */
export function shmctl(): void {
  asm`mov eax, 31; jmp ${asSystemCall}`;
}
/** @export @naked */
export function shmdt(): void {
  asm`mov eax, 67; jmp ${asSystemCall}`;
}
/** @export @naked */
export function process_vm_readv(): void {
  asm`mov eax, 310; jmp ${asSystemCall}`;
}
