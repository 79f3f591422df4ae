/** Calls about open files: descriptors and what is behind them (POSIX <unistd.h>, <fcntl.h>, <sys/uio.h>). Made of ../system.ts: arguments are as C hands them over, of "..." as well. */
import { asErrorCall, asSystemCall } from "../system.ts";

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
export function pipe(): void {
  asm`mov eax, 22; jmp ${asSystemCall}`;
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
export function sendfile(): void {
  asm`mov eax, 40; jmp ${asSystemCall}`;
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
export function ftruncate(): void {
  asm`mov eax, 77; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchdir(): void {
  asm`mov eax, 81; jmp ${asSystemCall}`;
}
/** @export @naked */
export function creat(): void {
  asm`mov eax, 85; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchmod(): void {
  asm`mov eax, 91; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fchown(): void {
  asm`mov eax, 93; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstatfs(): void {
  asm`mov eax, 138; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sync(): void {
  asm`mov eax, 162; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getdents64(): void {
  asm`mov eax, 217; jmp ${asSystemCall}`;
}
/** @export @naked */
export function openat(): void {
  asm`mov eax, 257; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fallocate(): void {
  asm`mov eax, 285; jmp ${asSystemCall}`;
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
export function memfd_create(): void {
  asm`mov eax, 319; jmp ${asSystemCall}`;
}
/** @export @naked */
export function copy_file_range(): void {
  asm`mov eax, 326; jmp ${asSystemCall}`;
}
/** @export @naked */
export function open(): void {
  asm`mov eax, 2; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstat(): void {
  asm`mov eax, 5; jmp ${asSystemCall}`;
}
/** @export @naked */
export function close_range(): void {
  asm`mov eax, 436; jmp ${asSystemCall}`;
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
export function sendfile64(): void {
  asm`mov eax, 40; jmp ${asSystemCall}`;
}
/** @export @naked */
export function fstat64(): void {
  asm`mov eax, 5; jmp ${asSystemCall}`;
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
/** With the version of the structure first, as __xstat. @export @naked */
export function __fxstat(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 5; jmp ${asSystemCall}`;
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
export function preadv64(): void {
  asm`mov eax, 295; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pwritev64(): void {
  asm`mov eax, 296; jmp ${asSystemCall}`;
}
/** @export @naked */
export function preadv2(): void {
  asm`mov eax, 327; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pwritev2(): void {
  asm`mov eax, 328; jmp ${asSystemCall}`;
}
/** @export @naked */
export function splice(): void {
  asm`mov eax, 275; jmp ${asSystemCall}`;
}
/** @export @naked */
export function tee(): void {
  asm`mov eax, 276; jmp ${asSystemCall}`;
}
/** @export @naked */
export function vmsplice(): void {
  asm`mov eax, 278; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sync_file_range(): void {
  asm`mov eax, 277; jmp ${asSystemCall}`;
}
/** @export @naked */
export function syncfs(): void {
  asm`mov eax, 306; jmp ${asSystemCall}`;
}
/** @export @naked */
export function readahead(): void {
  asm`mov eax, 187; jmp ${asSystemCall}`;
}
/** The room of the buffer comes last. @export @naked */
export function __pread_chk(): void {
  asm`mov eax, 17; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __pread64_chk(): void {
  asm`mov eax, 17; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __openat_2(): void {
  asm`xor ecx, ecx; mov eax, 257; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __openat64_2(): void {
  asm`xor ecx, ecx; mov eax, 257; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __fxstat64(): void {
  asm`mov rdi, rsi; mov rsi, rdx; mov eax, 5; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __lseek(): void {
  asm`mov eax, 8; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __fcntl(): void {
  asm`mov eax, 72; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __dup2(): void {
  asm`mov eax, 33; jmp ${asSystemCall}`;
}
/** utimensat without a name. @export @naked */
export function futimens(): void {
  asm`mov rdx, rsi; xor esi, esi; xor ecx, ecx; mov eax, 280; jmp ${asSystemCall}`;
}
/** @export @naked */
export function inotify_init(): void {
  asm`mov eax, 253; jmp ${asSystemCall}`;
}
/** @export @naked */
export function inotify_init1(): void {
  asm`mov eax, 294; jmp ${asSystemCall}`;
}
/** @export @naked */
export function inotify_add_watch(): void {
  asm`mov eax, 254; jmp ${asSystemCall}`;
}
/** @export @naked */
export function inotify_rm_watch(): void {
  asm`mov eax, 255; jmp ${asSystemCall}`;
}
