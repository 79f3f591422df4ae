/**
 * Thread-local storage of programs, x86-64's variant II (System V ABI, "ELF Handling For Thread-Local Storage" §3.4.6): below the thread
 * pointer a copy of the program's template, at it a control block whose first word is its own address. FS's base is the thread pointer. The
 * kernel itself has no thread-local variables: what is a thread's is in its `Thread`.
 *
 *     block             thread pointer
 *     │ image │ zeros │ self │ …          CONTROL_SIZE bytes for the C library
 */
import { cpuidAB, readCr4, writeCr4, writeMsr } from "../arch/instructions.ts";
import { alignedAlloc, free } from "../memory/malloc.ts";

const FS_BASE: u32 = 0xc000_0100;
/** EBX of CPUID's leaf 7, and CR4: FS's base may be written without an MSR. */
const HAS_FSGSBASE: u64 = 1;
const CR4_FSGSBASE: u64 = 1 << 16;
/** Enough for glibc's and musl's struct pthread; the canary of stack protectors is at 0x28. */
const CONTROL_SIZE: usize = 2304;
const LEAST_ALIGNMENT: usize = 64;

/** PT_TLS of a program. */
export class LocalTemplate extends Struct {
  image: ptr<u8>;
  imageSize: usize;
  /** Of image and zeros. */
  size: usize;
  /** A power of two. */
  alignment: usize;
}
let fast: bool = false;

/** For each processor. */
export function initThreadPointer(): void {
  if (truncate<u32>(cpuidAB(0, 0)) < 7) return;
  fast = ((cpuidAB(7, 0) >> 32) & HAS_FSGSBASE) !== 0;
  if (fast) writeCr4(readCr4() | CR4_FSGSBASE);
}
export function loadThreadPointer(threadPointer: usize): void {
  if (fast) asm`wrfsbase ${threadPointer}`;
  else writeMsr(FS_BASE, threadPointer);
}
function alignmentOf(template: ptr<LocalTemplate>): usize {
  return template.alignment > LEAST_ALIGNMENT ? template.alignment : LEAST_ALIGNMENT;
}
/** Bytes from the block's start to the thread pointer. */
function pointerOffset(template: ptr<LocalTemplate>): usize {
  const mask = alignmentOf(template) - 1;
  return (template.size + mask) & ~mask;
}
/** A thread pointer with variables of its own below it; 0: there is no memory. */
export function makeThreadLocals(template: ptr<LocalTemplate>): usize {
  const offset = pointerOffset(template);
  const block = alignedAlloc(alignmentOf(template), offset + CONTROL_SIZE);
  if (block === null) return 0;
  const threadPointer = address(block) + offset;
  const variables = threadPointer - ((template.size + template.alignment - 1) & ~(template.alignment - 1));
  memset(block, 0, offset + CONTROL_SIZE);
  memcpy(pointer<u8>(variables), template.image, template.imageSize);
  pointer<usize>(threadPointer).value = threadPointer;
  return threadPointer;
}
export function freeThreadLocals(template: ptr<LocalTemplate>, threadPointer: usize): void {
  free(pointer<unknown>(threadPointer - pointerOffset(template)));
}
