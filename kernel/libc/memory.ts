/** Bytes in memory (ISO C §7.26), with POSIX's and GNU's; and the checked variants that compilers put in their place. */
import { abort } from "./abort.ts";

type Bytes = ptr<u8>;

/** @export @naked */
export function memcpy(_to: Bytes, _from: Bytes, _bytes: usize): Bytes {
  return asm<Bytes>`mov rax, rdi; mov rcx, rdx; rep movsb; ret`;
}
/** @export @naked */
export function mempcpy(_to: Bytes, _from: Bytes, _bytes: usize): Bytes {
  return asm<Bytes>`mov rcx, rdx; rep movsb; mov rax, rdi; ret`;
}
/** @export @naked */
export function __mempcpy(_to: Bytes, _from: Bytes, _bytes: usize): Bytes {
  return asm<Bytes>`mov rcx, rdx; rep movsb; mov rax, rdi; ret`;
}
/** @export @naked */
export function memmove(_to: Bytes, _from: Bytes, _bytes: usize): Bytes {
  return asm<Bytes>`
    mov rax, rdi
    mov rcx, rdx
    mov r8, rdi
    sub r8, rsi
    cmp r8, rdx
    jb backwards
    rep movsb
    ret
  backwards:
    lea rdi, [rdi + rdx - 1]
    lea rsi, [rsi + rdx - 1]
    std
    rep movsb
    cld
    ret`;
}
/** @export @naked */
export function memset(_to: Bytes, _byte: i32, _bytes: usize): Bytes {
  return asm<Bytes>`mov r8, rdi; mov eax, esi; mov rcx, rdx; rep stosb; mov rax, r8; ret`;
}
/** @export */
export function bcopy(from: Bytes, to: Bytes, bytes: usize): void {
  memmove(to, from, bytes);
}
/** @export */
export function bzero(to: Bytes, bytes: usize): void {
  memset(to, 0, bytes);
}
/** @export */
export function explicit_bzero(to: Bytes, bytes: usize): void {
  memset(to, 0, bytes);
}
/** @export */
export function memcmp(a: Bytes, b: Bytes, bytes: usize): i32 {
  for (let i: usize = 0; i < bytes; i++) if (a[i] !== b[i]) return i32(a[i]) - i32(b[i]);
  return 0;
}
/** @export */
export function bcmp(a: Bytes, b: Bytes, bytes: usize): i32 {
  return memcmp(a, b, bytes);
}
/** @export */
export function __memcmpeq(a: Bytes, b: Bytes, bytes: usize): i32 {
  return memcmp(a, b, bytes);
}
/** @export */
export function memchr(from: Bytes, byte: i32, bytes: usize): Bytes | null {
  const wanted = truncate<u8>(byte);
  for (let i: usize = 0; i < bytes; i++) if (from[i] === wanted) return from.offset(i);
  return null;
}
/** @export */
export function memrchr(from: Bytes, byte: i32, bytes: usize): Bytes | null {
  const wanted = truncate<u8>(byte);
  for (let i = bytes; i > 0; i--) if (from[i - 1] === wanted) return from.offset(i - 1);
  return null;
}
/** @export */
export function rawmemchr(from: Bytes, byte: i32): Bytes {
  const wanted = truncate<u8>(byte);
  let i: usize = 0;
  while (from[i] !== wanted) i++;
  return from.offset(i);
}
/** @export */
export function memmem(hay: Bytes, hayBytes: usize, needle: Bytes, needleBytes: usize): Bytes | null {
  if (needleBytes === 0) return hay;
  for (let i: usize = 0; i + needleBytes <= hayBytes; i++)
    if (hay[i] === needle[0] && memcmp(hay.offset(i), needle, needleBytes) === 0) return hay.offset(i);
  return null;
}
/** @export */
export function memccpy(to: Bytes, from: Bytes, byte: i32, bytes: usize): Bytes | null {
  for (let i: usize = 0; i < bytes; i++) {
    to[i] = from[i];
    if (from[i] === truncate<u8>(byte)) return to.offset(i + 1);
  }
  return null;
}
/** @export */
export function swab(from: Bytes, to: Bytes, bytes: i64): void {
  for (let i: i64 = 0; i + 1 < bytes; i += 2) {
    const first = from[i];
    to[i] = from[i + 1];
    to[i + 1] = first;
  }
}
/** What a checked function says before it ends the program. */
function check(bytes: usize, room: usize): void {
  if (bytes > room) __chk_fail();
}
/** @export */
export function __chk_fail(): never {
  abort("*** buffer overflow detected ***: terminated\n");
}
/** @export */
export function __stack_chk_fail(): never {
  abort("*** stack smashing detected ***: terminated\n");
}
/** @export */
export function __memcpy_chk(to: Bytes, from: Bytes, bytes: usize, room: usize): Bytes {
  check(bytes, room);
  return memcpy(to, from, bytes);
}
/** @export */
export function __mempcpy_chk(to: Bytes, from: Bytes, bytes: usize, room: usize): Bytes {
  check(bytes, room);
  return mempcpy(to, from, bytes);
}
/** @export */
export function __memmove_chk(to: Bytes, from: Bytes, bytes: usize, room: usize): Bytes {
  check(bytes, room);
  return memmove(to, from, bytes);
}
/** @export */
export function __memset_chk(to: Bytes, byte: i32, bytes: usize, room: usize): Bytes {
  check(bytes, room);
  return memset(to, byte, bytes);
}
/** @export */
export function __explicit_bzero_chk(to: Bytes, bytes: usize, room: usize): void {
  check(bytes, room);
  memset(to, 0, bytes);
}
/** Whether a descriptor fits an fd_set; gives the word that it is in. @export */
export function __fdelt_chk(file: i64): i64 {
  if (file < 0 || file >= 1024) __chk_fail();
  return file / 64;
}
