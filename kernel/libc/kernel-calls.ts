/**
 * Functions that are the kernel's own: malloc and its kin, which give objects of the kernel's areas (docs/kernel.md, "Objects"). A call changes the stack and
 * nothing else; kernel/program/kernel-functions.ts is the other side.
 */
import { address_of_errno } from "./errno.ts";

class Calls extends Struct {
  /** The kernel looks for this, */
  mark: array<u8, 16>;
  /** and writes the address of its `enter` here. */
  enter: usize;
}
/** @align 16 */
let calls: Calls = init({ mark: bytes("VITRINE FUNCTION") });

/** EAX: the function's number. A signal that came meanwhile is taken in a system call (sched_yield). @naked */
function call(): void {
  asm`
    push rbp
    mov rbp, rsp
    mov r10, ${back}
    cli
    jmp qword ptr [${addressOf(calls.enter)}]`;
}
/** @naked */
function back(): void {
  asm`
    pop rbp
    test edx, edx
    jnz signal
    ret
  signal:
    push rax
    mov eax, 24
    syscall
    pop rax
    ret`;
}
/** @naked */
function callMalloc(_bytes: usize): ptr<u8> | null {
  return asm<ptr<u8>>`xor eax, eax; jmp ${call}`;
}
/** @naked */
function callFree(_object: ptr<unknown> | null): void {
  asm`mov eax, 1; jmp ${call}`;
}
/** @naked */
function callCalloc(_count: usize, _bytes: usize): ptr<u8> | null {
  return asm<ptr<u8>>`mov eax, 2; jmp ${call}`;
}
/** @naked */
function callRealloc(_object: ptr<unknown> | null, _bytes: usize): ptr<u8> | null {
  return asm<ptr<u8>>`mov eax, 3; jmp ${call}`;
}
/** @naked */
function callAlign(_align: usize, _bytes: usize): ptr<u8> | null {
  return asm<ptr<u8>>`mov eax, 4; jmp ${call}`;
}
/** @naked */
function callSize(_object: ptr<unknown> | null): usize {
  return asm<usize>`mov eax, 5; jmp ${call}`;
}
const EINVAL: i32 = 22;
const ENOMEM: i32 = 12;
const PAGE: usize = 4096;

function orErrno(object: ptr<u8> | null): ptr<u8> | null {
  if (object === null) address_of_errno().value = ENOMEM;
  return object;
}
/** @export */
export function malloc(bytes: usize): ptr<u8> | null {
  return orErrno(callMalloc(bytes));
}
/** @export */
export function free(object: ptr<unknown> | null): void {
  if (object !== null) callFree(object);
}
/** @export */
export function calloc(count: usize, bytes: usize): ptr<u8> | null {
  return orErrno(callCalloc(count, bytes));
}
/** @export */
export function realloc(object: ptr<unknown> | null, bytes: usize): ptr<u8> | null {
  const now = callRealloc(object, bytes);
  return bytes === 0 ? now : orErrno(now);
}
/** @export */
export function reallocarray(object: ptr<unknown> | null, count: usize, bytes: usize): ptr<u8> | null {
  if (bytes !== 0 && mulHigh(count, bytes) !== 0) return orErrno(null);
  return realloc(object, count * bytes);
}
/** @export */
export function memalign(align: usize, bytes: usize): ptr<u8> | null {
  let power: usize = 16;
  while (power < align && power < usize(1) << 62) power <<= 1;
  return orErrno(callAlign(power, bytes));
}
/** @export */
export function aligned_alloc(align: usize, bytes: usize): ptr<u8> | null {
  if (popcount(align) !== 1) {
    address_of_errno().value = EINVAL;
    return null;
  }
  return memalign(align, bytes);
}
/** @export */
export function posix_memalign(place: ptr<ptr<u8> | null>, align: usize, bytes: usize): i32 {
  if (popcount(align) !== 1 || align < 8) return EINVAL;
  const object = callAlign(align < 16 ? 16 : align, bytes);
  if (object === null) return ENOMEM;
  place.value = object;
  return 0;
}
/** @export */
export function valloc(bytes: usize): ptr<u8> | null {
  return memalign(PAGE, bytes);
}
/** @export */
export function pvalloc(bytes: usize): ptr<u8> | null {
  return memalign(PAGE, (bytes + PAGE - 1) & ~(PAGE - 1));
}
/** @export */
export function malloc_usable_size(object: ptr<unknown> | null): usize {
  return object === null ? 0 : callSize(object);
}
/** @export */
export function malloc_trim(_bytes: usize): i32 {
  return 0;
}
/** @export */
export function mallopt(_name: i32, _value: i32): i32 {
  return 1;
}
