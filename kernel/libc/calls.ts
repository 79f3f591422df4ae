/**
 * What the kernel serves as a system call, as C functions: arguments are as they are, and errors are -1 and errno (POSIX <unistd.h>, <fcntl.h>, <sys/…>).
 * Of functions with "..." the arguments come in the same registers.
 */
import { asErrorCall, asSystemCall } from "./system.ts";

/** @export @naked */
export function read(): void {
  asm`mov eax, 0; jmp ${asSystemCall}`;
}
/** @export @naked */
export function write(): void {
  asm`mov eax, 1; jmp ${asSystemCall}`;
}
/** @export @naked */
export function close(): void {
  asm`mov eax, 3; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lseek(): void {
  asm`mov eax, 8; jmp ${asSystemCall}`;
}
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
export function ioctl(): void {
  asm`mov eax, 16; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pread64(): void {
  asm`mov eax, 17; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pwrite64(): void {
  asm`mov eax, 18; jmp ${asSystemCall}`;
}
/** @export @naked */
export function readv(): void {
  asm`mov eax, 19; jmp ${asSystemCall}`;
}
/** @export @naked */
export function writev(): void {
  asm`mov eax, 20; jmp ${asSystemCall}`;
}
/** @export @naked */
export function access(): void {
  asm`mov eax, 21; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pipe(): void {
  asm`mov eax, 22; jmp ${asSystemCall}`;
}
/** @export @naked */
export function select(): void {
  asm`mov eax, 23; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_yield(): void {
  asm`mov eax, 24; jmp ${asSystemCall}`;
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
export function dup(): void {
  asm`mov eax, 32; jmp ${asSystemCall}`;
}
/** @export @naked */
export function dup2(): void {
  asm`mov eax, 33; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pause(): void {
  asm`mov eax, 34; jmp ${asSystemCall}`;
}
/** @export @naked */
export function nanosleep(): void {
  asm`mov eax, 35; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getitimer(): void {
  asm`mov eax, 36; jmp ${asSystemCall}`;
}
/** @export @naked */
export function alarm(): void {
  asm`mov eax, 37; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setitimer(): void {
  asm`mov eax, 38; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getpid(): void {
  asm`mov eax, 39; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendfile(): void {
  asm`mov eax, 40; jmp ${asSystemCall}`;
}
/** @export @naked */
export function socket(): void {
  asm`mov eax, 41; jmp ${asSystemCall}`;
}
/** @export @naked */
export function connect(): void {
  asm`mov eax, 42; jmp ${asSystemCall}`;
}
/** @export @naked */
export function accept(): void {
  asm`mov eax, 43; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendto(): void {
  asm`mov eax, 44; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recvfrom(): void {
  asm`mov eax, 45; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendmsg(): void {
  asm`mov eax, 46; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recvmsg(): void {
  asm`mov eax, 47; jmp ${asSystemCall}`;
}
/** @export @naked */
export function shutdown(): void {
  asm`mov eax, 48; jmp ${asSystemCall}`;
}
/** @export @naked */
export function bind(): void {
  asm`mov eax, 49; jmp ${asSystemCall}`;
}
/** @export @naked */
export function listen(): void {
  asm`mov eax, 50; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getsockname(): void {
  asm`mov eax, 51; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getpeername(): void {
  asm`mov eax, 52; jmp ${asSystemCall}`;
}
/** @export @naked */
export function socketpair(): void {
  asm`mov eax, 53; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setsockopt(): void {
  asm`mov eax, 54; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getsockopt(): void {
  asm`mov eax, 55; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fork(): void {
  asm`mov eax, 57; jmp ${asSystemCall}`;
}
/** @export @naked */
export function vfork(): void {
  asm`mov eax, 58; jmp ${asSystemCall}`;
}
/** @export @naked */
export function execve(): void {
  asm`mov eax, 59; jmp ${asSystemCall}`;
}
/** @export @naked */
export function wait4(): void {
  asm`mov eax, 61; jmp ${asSystemCall}`;
}
/** @export @naked */
export function kill(): void {
  asm`mov eax, 62; jmp ${asSystemCall}`;
}
/** @export @naked */
export function uname(): void {
  asm`mov eax, 63; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fcntl(): void {
  asm`mov eax, 72; jmp ${asSystemCall}`;
}
/** @export @naked */
export function flock(): void {
  asm`mov eax, 73; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fsync(): void {
  asm`mov eax, 74; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fdatasync(): void {
  asm`mov eax, 75; jmp ${asSystemCall}`;
}
/** @export @naked */
export function truncate(): void {
  asm`mov eax, 76; jmp ${asSystemCall}`;
}
/** @export @naked */
export function ftruncate(): void {
  asm`mov eax, 77; jmp ${asSystemCall}`;
}
/** @export @naked */
export function chdir(): void {
  asm`mov eax, 80; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchdir(): void {
  asm`mov eax, 81; jmp ${asSystemCall}`;
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
export function creat(): void {
  asm`mov eax, 85; jmp ${asSystemCall}`;
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
export function fchmod(): void {
  asm`mov eax, 91; jmp ${asSystemCall}`;
}
/** @export @naked */
export function chown(): void {
  asm`mov eax, 92; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchown(): void {
  asm`mov eax, 93; jmp ${asSystemCall}`;
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
export function gettimeofday(): void {
  asm`mov eax, 96; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getrlimit(): void {
  asm`mov eax, 97; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getrusage(): void {
  asm`mov eax, 98; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sysinfo(): void {
  asm`mov eax, 99; jmp ${asSystemCall}`;
}
/** @export @naked */
export function times(): void {
  asm`mov eax, 100; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getuid(): void {
  asm`mov eax, 102; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getgid(): void {
  asm`mov eax, 104; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setuid(): void {
  asm`mov eax, 105; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setgid(): void {
  asm`mov eax, 106; jmp ${asSystemCall}`;
}
/** @export @naked */
export function geteuid(): void {
  asm`mov eax, 107; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getegid(): void {
  asm`mov eax, 108; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setpgid(): void {
  asm`mov eax, 109; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getppid(): void {
  asm`mov eax, 110; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getpgrp(): void {
  asm`mov eax, 111; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setsid(): void {
  asm`mov eax, 112; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getgroups(): void {
  asm`mov eax, 115; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getpgid(): void {
  asm`mov eax, 121; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getsid(): void {
  asm`mov eax, 124; jmp ${asSystemCall}`;
}
/** @export @naked */
export function statfs(): void {
  asm`mov eax, 137; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstatfs(): void {
  asm`mov eax, 138; jmp ${asSystemCall}`;
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
export function prctl(): void {
  asm`mov eax, 157; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setrlimit(): void {
  asm`mov eax, 160; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sync(): void {
  asm`mov eax, 162; jmp ${asSystemCall}`;
}
/** @export @naked */
export function gettid(): void {
  asm`mov eax, 186; jmp ${asSystemCall}`;
}
/** @export @naked */
export function time(): void {
  asm`mov eax, 201; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_setaffinity(): void {
  asm`mov eax, 203; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_getaffinity(): void {
  asm`mov eax, 204; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_create(): void {
  asm`mov eax, 213; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getdents64(): void {
  asm`mov eax, 217; jmp ${asSystemCall}`;
}
/** @export @naked */
export function clock_gettime(): void {
  asm`mov eax, 228; jmp ${asSystemCall}`;
}
/** @export @naked */
export function clock_getres(): void {
  asm`mov eax, 229; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_wait(): void {
  asm`mov eax, 232; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_ctl(): void {
  asm`mov eax, 233; jmp ${asSystemCall}`;
}
/** @export @naked */
export function tgkill(): void {
  asm`mov eax, 234; jmp ${asSystemCall}`;
}
/** @export @naked */
export function openat(): void {
  asm`mov eax, 257; jmp ${asSystemCall}`;
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
export function epoll_pwait(): void {
  asm`mov eax, 281; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timerfd_create(): void {
  asm`mov eax, 283; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fallocate(): void {
  asm`mov eax, 285; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timerfd_settime(): void {
  asm`mov eax, 286; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timerfd_gettime(): void {
  asm`mov eax, 287; jmp ${asSystemCall}`;
}
/** @export @naked */
export function accept4(): void {
  asm`mov eax, 288; jmp ${asSystemCall}`;
}
/** @export @naked */
export function eventfd(): void {
  asm`mov eax, 290; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_create1(): void {
  asm`mov eax, 291; jmp ${asSystemCall}`;
}
/** @export @naked */
export function dup3(): void {
  asm`mov eax, 292; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pipe2(): void {
  asm`mov eax, 293; jmp ${asSystemCall}`;
}
/** @export @naked */
export function preadv(): void {
  asm`mov eax, 295; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pwritev(): void {
  asm`mov eax, 296; jmp ${asSystemCall}`;
}
/** @export @naked */
export function prlimit(): void {
  asm`mov eax, 302; jmp ${asSystemCall}`;
}
/** @export @naked */
export function renameat2(): void {
  asm`mov eax, 316; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getrandom(): void {
  asm`mov eax, 318; jmp ${asSystemCall}`;
}
/** @export @naked */
export function memfd_create(): void {
  asm`mov eax, 319; jmp ${asSystemCall}`;
}
/** @export @naked */
export function copy_file_range(): void {
  asm`mov eax, 326; jmp ${asSystemCall}`;
}
/** @export @naked */
export function statx(): void {
  asm`mov eax, 332; jmp ${asSystemCall}`;
}
/** @export @naked */
export function open(): void {
  asm`mov eax, 2; jmp ${asSystemCall}`;
}
/** @export @naked */
export function stat(): void {
  asm`mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstat(): void {
  asm`mov eax, 5; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lstat(): void {
  asm`mov eax, 6; jmp ${asSystemCall}`;
}
/** @export @naked */
export function poll(): void {
  asm`mov eax, 7; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstatat(): void {
  asm`mov eax, 262; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pselect(): void {
  asm`mov eax, 270; jmp ${asSystemCall}`;
}
/** @export @naked */
export function ppoll(): void {
  asm`mov eax, 271; jmp ${asSystemCall}`;
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
export function close_range(): void {
  asm`mov eax, 436; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_getparam(): void {
  asm`mov eax, 143; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_getscheduler(): void {
  asm`mov eax, 145; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_get_priority_max(): void {
  asm`mov eax, 146; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_get_priority_min(): void {
  asm`mov eax, 147; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setpriority(): void {
  asm`mov eax, 141; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getpriority(): void {
  asm`mov eax, 140; jmp ${asSystemCall}`;
}
/** @export @naked */
export function arch_prctl(): void {
  asm`mov eax, 158; jmp ${asSystemCall}`;
}
/** @export @naked */
export function personality(): void {
  asm`mov eax, 135; jmp ${asSystemCall}`;
}
/** @export @naked */
export function open64(): void {
  asm`mov eax, 2; jmp ${asSystemCall}`;
}
/** @export @naked */
export function lseek64(): void {
  asm`mov eax, 8; jmp ${asSystemCall}`;
}
/** @export @naked */
export function mmap64(): void {
  asm`mov eax, 9; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pread(): void {
  asm`mov eax, 17; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pwrite(): void {
  asm`mov eax, 18; jmp ${asSystemCall}`;
}
/** @export @naked */
export function ftruncate64(): void {
  asm`mov eax, 77; jmp ${asSystemCall}`;
}
/** @export @naked */
export function truncate64(): void {
  asm`mov eax, 76; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fcntl64(): void {
  asm`mov eax, 72; jmp ${asSystemCall}`;
}
/** @export @naked */
export function openat64(): void {
  asm`mov eax, 257; jmp ${asSystemCall}`;
}
/** @export @naked */
export function creat64(): void {
  asm`mov eax, 85; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getrlimit64(): void {
  asm`mov eax, 97; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setrlimit64(): void {
  asm`mov eax, 160; jmp ${asSystemCall}`;
}
/** @export @naked */
export function prlimit64(): void {
  asm`mov eax, 302; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendfile64(): void {
  asm`mov eax, 40; jmp ${asSystemCall}`;
}
/** @export @naked */
export function stat64(): void {
  asm`mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstat64(): void {
  asm`mov eax, 5; jmp ${asSystemCall}`;
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
/** @export @naked */
export function fstatfs64(): void {
  asm`mov eax, 138; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fallocate64(): void {
  asm`mov eax, 285; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __open(): void {
  asm`mov eax, 2; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __read(): void {
  asm`mov eax, 0; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __write(): void {
  asm`mov eax, 1; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __close(): void {
  asm`mov eax, 3; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __getpid(): void {
  asm`mov eax, 39; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __poll(): void {
  asm`mov eax, 7; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __sched_yield(): void {
  asm`mov eax, 24; jmp ${asSystemCall}`;
}
// These give the error itself.
/** @export @naked */
export function clock_nanosleep(): void {
  asm`mov eax, 230; jmp ${asErrorCall}`;
}
/** @export @naked */
export function posix_fadvise(): void {
  asm`mov eax, 221; jmp ${asErrorCall}`;
}
/** @export @naked */
export function posix_fadvise64(): void {
  asm`mov eax, 221; jmp ${asErrorCall}`;
}
/** @export @naked */
export function posix_fallocate(): void {
  asm`mov rcx, rdx; mov rdx, rsi; xor esi, esi; mov eax, 285; jmp ${asErrorCall}`;
}
/** The number comes first, as an argument. @export @naked */
export function syscall(): void {
  asm`
    mov eax, edi
    mov rdi, rsi
    mov rsi, rdx
    mov rdx, rcx
    mov rcx, r8
    mov r8, r9
    mov r9, [rsp + 8]
    jmp ${asSystemCall}`;
}
// What programs of before glibc 2.33 call: with the version of the structure before the rest.
/** @export @naked */
export function __xstat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 4; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __fxstat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 5; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __lxstat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 6; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __open_2(): void {
  asm`xor edx, edx; mov eax, 2; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __open64_2(): void {
  asm`xor edx, edx; mov eax, 2; jmp ${asSystemCall}`;
}
/** The room of the buffer comes last; the kernel checks the buffer. @export @naked */
export function __read_chk(): void {
  asm`xor eax, eax; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __readlink_chk(): void {
  asm`mov eax, 89; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __poll_chk(): void {
  asm`mov eax, 7; jmp ${asSystemCall}`;
}
/** @export @naked */
export function waitpid(): void {
  asm`xor ecx, ecx; mov eax, 61; jmp ${asSystemCall}`;
}
/** @export @naked */
export function wait(): void {
  asm`mov rsi, rdi; mov rdi, -1; xor edx, edx; xor ecx, ecx; mov eax, 61; jmp ${asSystemCall}`;
}
/** @export @naked */
export function send(): void {
  asm`xor r8d, r8d; xor r9d, r9d; mov eax, 44; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recv(): void {
  asm`xor r8d, r8d; xor r9d, r9d; mov eax, 45; jmp ${asSystemCall}`;
}
