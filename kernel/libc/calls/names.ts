/** Calls about files by their names (POSIX <unistd.h>, <sys/stat.h>, <utime.h>). Made of ../system.ts: arguments are as C hands them over, of "..." as well. */
import { asSystemCall } from "../system.ts";

/** @export @naked */
export function access(): void {
  asm`mov eax, 21; jmp ${asSystemCall}`;
}
/** @export @naked */
export function truncate(): void {
  asm`mov eax, 76; jmp ${asSystemCall}`;
}
/** @export @naked */
export function chdir(): void {
  asm`mov eax, 80; jmp ${asSystemCall}`;
}
/** @export @naked */
export function rename(): void {
  asm`mov eax, 82; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mkdir(): void {
  asm`mov eax, 83; jmp ${asSystemCall}`;
}
/** @export @naked */
export function rmdir(): void {
  asm`mov eax, 84; jmp ${asSystemCall}`;
}
/** @export @naked */
export function link(): void {
  asm`mov eax, 86; jmp ${asSystemCall}`;
}
/** @export @naked */
export function unlink(): void {
  asm`mov eax, 87; jmp ${asSystemCall}`;
}
/** @export @naked */
export function symlink(): void {
  asm`mov eax, 88; jmp ${asSystemCall}`;
}
/** @export @naked */
export function readlink(): void {
  asm`mov eax, 89; jmp ${asSystemCall}`;
}
/** @export @naked */
export function chmod(): void {
  asm`mov eax, 90; jmp ${asSystemCall}`;
}
/** @export @naked */
export function chown(): void {
  asm`mov eax, 92; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lchown(): void {
  asm`mov eax, 94; jmp ${asSystemCall}`;
}
/** @export @naked */
export function umask(): void {
  asm`mov eax, 95; jmp ${asSystemCall}`;
}
/** @export @naked */
export function statfs(): void {
  asm`mov eax, 137; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mkdirat(): void {
  asm`mov eax, 258; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchownat(): void {
  asm`mov eax, 260; jmp ${asSystemCall}`;
}
/** @export @naked */
export function unlinkat(): void {
  asm`mov eax, 263; jmp ${asSystemCall}`;
}
/** @export @naked */
export function renameat(): void {
  asm`mov eax, 264; jmp ${asSystemCall}`;
}
/** @export @naked */
export function linkat(): void {
  asm`mov eax, 265; jmp ${asSystemCall}`;
}
/** @export @naked */
export function symlinkat(): void {
  asm`mov eax, 266; jmp ${asSystemCall}`;
}
/** @export @naked */
export function readlinkat(): void {
  asm`mov eax, 267; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchmodat(): void {
  asm`mov eax, 268; jmp ${asSystemCall}`;
}
/** @export @naked */
export function faccessat(): void {
  asm`mov eax, 269; jmp ${asSystemCall}`;
}
/** @export @naked */
export function utimensat(): void {
  asm`mov eax, 280; jmp ${asSystemCall}`;
}
/** @export @naked */
export function renameat2(): void {
  asm`mov eax, 316; jmp ${asSystemCall}`;
}
/** @export @naked */
export function statx(): void {
  asm`mov eax, 332; jmp ${asSystemCall}`;
}
/** @export @naked */
export function stat(): void {
  asm`mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lstat(): void {
  asm`mov eax, 6; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstatat(): void {
  asm`mov eax, 262; jmp ${asSystemCall}`;
}
/** @export @naked */
export function utimes(): void {
  asm`mov eax, 235; jmp ${asSystemCall}`;
}
/** @export @naked */
export function futimesat(): void {
  asm`mov eax, 261; jmp ${asSystemCall}`;
}
/** @export @naked */
export function utime(): void {
  asm`mov eax, 132; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mknod(): void {
  asm`mov eax, 133; jmp ${asSystemCall}`;
}
/** @export @naked */
export function chroot(): void {
  asm`mov eax, 161; jmp ${asSystemCall}`;
}
/** @export @naked */
export function truncate64(): void {
  asm`mov eax, 76; jmp ${asSystemCall}`;
}
/** @export @naked */
export function stat64(): void {
  asm`mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lstat64(): void {
  asm`mov eax, 6; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstatat64(): void {
  asm`mov eax, 262; jmp ${asSystemCall}`;
}
/** @export @naked */
export function statfs64(): void {
  asm`mov eax, 137; jmp ${asSystemCall}`;
}
// What programs of before glibc 2.33 call: with the version of the structure before the rest.
/** @export @naked */
export function __xstat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __lxstat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 6; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __readlink_chk(): void {
  asm`mov eax, 89; jmp ${asSystemCall}`;
}
