/** Calls about the process, its threads, clocks and limits (POSIX <unistd.h>, <time.h>, <sched.h>, <sys/resource.h>). Made of ../system.ts: arguments are as C hands them over, of "..." as well. */
import { asErrorCall, asSystemCall } from "../system.ts";

/** @export @naked */
export function sched_yield(): void {
  asm`mov eax, 24; jmp ${asSystemCall}`;
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
export function prctl(): void {
  asm`mov eax, 157; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setrlimit(): void {
  asm`mov eax, 160; jmp ${asSystemCall}`;
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
export function clock_gettime(): void {
  asm`mov eax, 228; jmp ${asSystemCall}`;
}
/** @export @naked */
export function clock_getres(): void {
  asm`mov eax, 229; jmp ${asSystemCall}`;
}
/** @export @naked */
export function tgkill(): void {
  asm`mov eax, 234; jmp ${asSystemCall}`;
}
/** @export @naked */
export function prlimit(): void {
  asm`mov eax, 302; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getrandom(): void {
  asm`mov eax, 318; jmp ${asSystemCall}`;
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
export function __getpid(): void {
  asm`mov eax, 39; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __sched_yield(): void {
  asm`mov eax, 24; jmp ${asSystemCall}`;
}
/** @export @naked */
export function clock_nanosleep(): void {
  asm`mov eax, 230; jmp ${asErrorCall}`;
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
/** @export @naked */
export function waitpid(): void {
  asm`xor ecx, ecx; mov eax, 61; jmp ${asSystemCall}`;
}
/** @export @naked */
export function wait(): void {
  asm`mov rsi, rdi; mov rdi, -1; xor edx, edx; xor ecx, ecx; mov eax, 61; jmp ${asSystemCall}`;
}
/** @export @naked */
export function clock_settime(): void {
  asm`mov eax, 227; jmp ${asSystemCall}`;
}
/** @export @naked */
export function settimeofday(): void {
  asm`mov eax, 164; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setgroups(): void {
  asm`mov eax, 116; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setreuid(): void {
  asm`mov eax, 113; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setregid(): void {
  asm`mov eax, 114; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setresuid(): void {
  asm`mov eax, 117; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setresgid(): void {
  asm`mov eax, 119; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getresuid(): void {
  asm`mov eax, 118; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getresgid(): void {
  asm`mov eax, 120; jmp ${asSystemCall}`;
}
/** @export @naked */
export function seteuid(): void {
  asm`mov esi, edi; mov edi, -1; mov edx, -1; mov eax, 117; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setegid(): void {
  asm`mov esi, edi; mov edi, -1; mov edx, -1; mov eax, 119; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setpgrp(): void {
  asm`xor edi, edi; xor esi, esi; mov eax, 109; jmp ${asSystemCall}`;
}
/** @export @naked */
export function killpg(): void {
  asm`neg edi; mov eax, 62; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_setscheduler(): void {
  asm`mov eax, 144; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_setparam(): void {
  asm`mov eax, 142; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sched_rr_get_interval(): void {
  asm`mov eax, 148; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sethostname(): void {
  asm`mov eax, 170; jmp ${asSystemCall}`;
}
/** @export @naked */
export function waitid(): void {
  asm`xor r8d, r8d; mov eax, 247; jmp ${asSystemCall}`;
}
/** @export @naked */
export function wait3(): void {
  asm`mov rcx, rdx; mov rdx, rsi; mov rsi, rdi; mov rdi, -1; mov eax, 61; jmp ${asSystemCall}`;
}
/** @export @naked */
export function acct(): void {
  asm`mov eax, 163; jmp ${asSystemCall}`;
}
/** @export @naked */
export function reboot(): void {
  asm`mov eax, 169; jmp ${asSystemCall}`;
}
/** @export @naked */
export function ptrace(): void {
  asm`mov eax, 101; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timer_settime(): void {
  asm`mov eax, 223; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timer_gettime(): void {
  asm`mov eax, 224; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timer_delete(): void {
  asm`mov eax, 226; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timer_getoverrun(): void {
  asm`mov eax, 225; jmp ${asSystemCall}`;
}
/** @export @naked */
export function unshare(): void {
  asm`mov eax, 272; jmp ${asSystemCall}`;
}
/** The first argument of getcpu is its result. @export @naked */
export function sched_getcpu(): void {
  asm`
    sub rsp, 24
    mov rdi, rsp
    xor esi, esi
    xor edx, edx
    mov eax, 309
    syscall
    mov eax, [rsp]
    add rsp, 24
    ret`;
}
