/**
 * The program's memory, as the kernel reads and writes it: nothing else touches a program's addresses. False, or a negative result, means that
 * the program may not do there what is done for it: EFAULT. Pages that are not there yet are made or read, so it may sleep; where it must
 * not (a spin lock is held, preemption forbidden) false also means that the page is not there now.
 */
import { EFAULT, ENAMETOOLONG } from "../fs/errno.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { addRecovery } from "../vm/recover.ts";
import { PROGRAMS_END, PROGRAMS_START } from "../vm/space.ts";

/** What the next functions give if they fault. */
const FAULT: u64 = 0xffff_ffff_ffff_ffff;
/** The kernel's objects are the program's too: its malloc is the kernel's. */
let hasKernelObjects: bool = false;

/** Copies; 0, or FAULT. @naked */
function copy(_to: usize, _from: usize, _bytes: usize): u64 {
  return asm<u64>`
    mov rcx, rdx
    shr rcx, 3
    cmp rcx, 8
    ja long
    test rcx, rcx
    jz rest
  words:
    mov rax, [rsi]
    mov [rdi], rax
    add rsi, 8
    add rdi, 8
    dec rcx
    jnz words
    jmp rest
  long:
    rep movsq
  rest:
    and edx, 7
    jz done
  bytes:
    mov al, [rsi]
    mov [rdi], al
    inc rsi
    inc rdi
    dec edx
    jnz bytes
  done:
    xor eax, eax
    ret`;
}
/** Fills with zeros; 0, or FAULT. @naked */
function clear(_to: usize, _bytes: usize): u64 {
  return asm<u64>`
    mov rcx, rsi
    shr rcx, 3
    xor eax, eax
    rep stosq
    mov ecx, esi
    and ecx, 7
    rep stosb
    ret`;
}
/** Copies up to and with a zero, at most `room` bytes; how many before the zero, `room` without one, or FAULT. @naked */
function copyUntilZero(_to: usize, _from: usize, _room: usize): u64 {
  return asm<u64>`
    xor eax, eax
  next:
    cmp rax, rdx
    je done
    mov cl, [rsi + rax]
    mov [rdi + rax], cl
    test cl, cl
    jz done
    inc rax
    jmp next
  done:
    ret`;
}
/** A word as it is, or FAULT. @naked */
function load(_at: usize): u64 {
  return asm<u64>`mov eax, [rdi]; ret`;
}
/** The word that was there, exchanged if it was `old`; or FAULT. @naked */
function compareExchange(_at: usize, _old: u32, _now: u32): u64 {
  return asm<u64>`
    mov eax, esi
    lock cmpxchg [rdi], edx
    mov eax, eax
    ret`;
}
/** Where a function of these goes on that has faulted. @naked */
function fail(): u64 {
  return asm<u64>`mov rax, -1; ret`;
}
/** Once, at start. */
export function initUserMemory(): void {
  addRecovery(address(copy), address(fail));
  addRecovery(address(clear), address(fail));
  addRecovery(address(copyUntilZero), address(fail));
  addRecovery(address(load), address(fail));
  addRecovery(address(compareExchange), address(fail));
}
/** From here on programs may also have the kernel read and write at the kernel's addresses: their malloc is the kernel's. */
export function allowKernelObjects(): void {
  hasKernelObjects = true;
}

/** Whether all of the bytes are at addresses that a program may have; of none, any address is. */
export function isProgramRange(start: usize, bytes: usize): bool {
  if (bytes === 0) return true;
  if (hasKernelObjects && start >> 63 !== 0) return start + bytes >= start;
  return start >= PROGRAMS_START && start < PROGRAMS_END && bytes <= PROGRAMS_END - start;
}
/** The program's bytes at `from`. */
export function copyIn(to: ptr<unknown>, from: usize, bytes: usize): bool {
  return isProgramRange(from, bytes) && copy(address(to), from, bytes) === 0;
}
export function copyOut(to: usize, from: ptr<unknown>, bytes: usize): bool {
  if (!isProgramRange(to, bytes)) return false;
  if (copy(to, address(from), bytes) === 0) return true;
  // What comes before the page that cannot be written is written, as Linux has it.
  const before = PAGE_SIZE - (to & (PAGE_SIZE - 1));
  if (before < bytes) copy(to, address(from), before);
  return false;
}
/** Zeros. */
export function clearOut(to: usize, bytes: usize): bool {
  return isProgramRange(to, bytes) && clear(to, bytes) === 0;
}
/** A text that a zero ends, with the zero, to `room` bytes at `to`. Its length without the zero, -EFAULT, or -ENAMETOOLONG. */
export function copyText(to: ptr<u8>, from: usize, room: usize): i64 {
  if (!isProgramRange(from, 1)) return -EFAULT;
  const below = (from >> 63 !== 0 ? 0 : PROGRAMS_END) - from;
  const limit = room < below ? room : below;
  const length = copyUntilZero(address(to), from, limit);
  if (length === FAULT) return -EFAULT;
  if (length < limit) return i64(length);
  return limit < room ? -EFAULT : -ENAMETOOLONG;
}
/** One word, 4 bytes at a multiple of 4, in one access. */
export function loadWord(at: usize, word: ptr<u32>): bool {
  if (!isProgramRange(at, 4)) return false;
  const found = load(at);
  if (found === FAULT) return false;
  word.value = truncate<u32>(found);
  return true;
}
/** Atomically: `now` takes the place of the word if it is `old`. `found` is what was there. */
export function compareExchangeWord(at: usize, old: u32, now: u32, found: ptr<u32>): bool {
  if (!isProgramRange(at, 4)) return false;
  const was = compareExchange(at, old, now);
  if (was === FAULT) return false;
  found.value = truncate<u32>(was);
  return true;
}
