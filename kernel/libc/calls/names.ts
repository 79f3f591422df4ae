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
/** @export @naked */
export function setxattr(): void {
  asm`mov eax, 188; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lsetxattr(): void {
  asm`mov eax, 189; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fsetxattr(): void {
  asm`mov eax, 190; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getxattr(): void {
  asm`mov eax, 191; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lgetxattr(): void {
  asm`mov eax, 192; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fgetxattr(): void {
  asm`mov eax, 193; jmp ${asSystemCall}`;
}
/** @export @naked */
export function listxattr(): void {
  asm`mov eax, 194; jmp ${asSystemCall}`;
}
/** @export @naked */
export function llistxattr(): void {
  asm`mov eax, 195; jmp ${asSystemCall}`;
}
/** @export @naked */
export function flistxattr(): void {
  asm`mov eax, 196; jmp ${asSystemCall}`;
}
/** @export @naked */
export function removexattr(): void {
  asm`mov eax, 197; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lremovexattr(): void {
  asm`mov eax, 198; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fremovexattr(): void {
  asm`mov eax, 199; jmp ${asSystemCall}`;
}
/** A FIFO is a node of that kind. @export @naked */
export function mkfifo(): void {
  asm`or esi, 0x1000; xor edx, edx; mov eax, 133; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mkfifoat(): void {
  asm`or edx, 0x1000; xor ecx, ecx; mov eax, 259; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mknodat(): void {
  asm`mov eax, 259; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mount(): void {
  asm`mov eax, 165; jmp ${asSystemCall}`;
}
/** @export @naked */
export function umount2(): void {
  asm`mov eax, 166; jmp ${asSystemCall}`;
}
/** @export @naked */
export function umount(): void {
  asm`xor esi, esi; mov eax, 166; jmp ${asSystemCall}`;
}
/** @export @naked */
export function eaccess(): void {
  asm`mov eax, 21; jmp ${asSystemCall}`;
}
/** @export @naked */
export function euidaccess(): void {
  asm`mov eax, 21; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __xstat64(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __lxstat64(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 6; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __fxstatat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov rdx, rcx; mov rcx, r8; mov eax, 262; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __fxstatat64(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov rdx, rcx; mov rcx, r8; mov eax, 262; jmp ${asSystemCall}`;
}
