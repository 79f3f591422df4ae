/**
 * Wrappers of the instructions that no language has: the only place, with entry and switch code, where assembly is written.
 * Nothing here decides anything. Intel SDM vol. 2.
 */

/** RFLAGS.IF. */
export const INTERRUPT_FLAG: u64 = 0x200;

export function readFlags(): u64 {
  return asm<u64>`pushfq; pop ${asm.result}`;
}
/** @inline */
export function enableInterrupts(): void {
  asm({ clobbers: ["memory"] })`sti`;
}
/** @inline */
export function disableInterrupts(): void {
  asm({ clobbers: ["memory"] })`cli`;
}
/** Interrupts off. Gives the flags of before, for `restoreInterrupts`. */
export function saveInterrupts(): u64 {
  const flags = readFlags();
  disableInterrupts();
  return flags;
}
export function restoreInterrupts(flags: u64): void {
  if ((flags & INTERRUPT_FLAG) !== 0) enableInterrupts();
}
/** Waits for an interrupt. Interrupts are enabled in the same moment, so that none is missed between. */
export function waitForInterrupt(): void {
  asm({ clobbers: ["memory"] })`sti; hlt`;
}
/** For good: nothing but an NMI or a reset ends it. */
export function halt(): never {
  for (;;) asm`cli; hlt`;
}

export function readCr0(): u64 {
  return asm<u64>`mov ${asm.result}, cr0`;
}
export function writeCr0(value: u64): void {
  asm({ clobbers: ["memory"] })`mov cr0, ${value}`;
}
/** The address of the last page fault. */
export function readCr2(): u64 {
  return asm<u64>`mov ${asm.result}, cr2`;
}
/** For who tells of a page fault after others may have come. */
export function writeCr2(linear: usize): void {
  asm({ clobbers: ["memory"] })`mov cr2, ${linear}`;
}
/** The physical address of the PML4, and PCID. */
export function readCr3(): u64 {
  return asm<u64>`mov ${asm.result}, cr3`;
}
/** Flushes the TLB but for global pages. */
export function writeCr3(value: u64): void {
  asm({ clobbers: ["memory"] })`mov cr3, ${value}`;
}
export function readCr4(): u64 {
  return asm<u64>`mov ${asm.result}, cr4`;
}
export function writeCr4(value: u64): void {
  asm({ clobbers: ["memory"] })`mov cr4, ${value}`;
}
/** Forgets the translation of one page, also a global one. */
export function invalidatePage(linear: usize): void {
  asm({ clobbers: ["memory"] })`invlpg [${linear}]`;
}

export function readMsr(msr: u32): u64 {
  return asm<u64>({
    in: { rcx: u64(msr) },
    out: "rax",
    clobbers: ["rdx"],
  })`rdmsr; shl rdx, 32; or rax, rdx`;
}
export function writeMsr(msr: u32, value: u64): void {
  asm({ in: { rcx: u64(msr), rax: value, rdx: value >> 32 }, clobbers: ["memory"] })`wrmsr`;
}

/** What CPUID gives for a leaf and subleaf: EAX and EBX, each in a half. */
export function cpuidAB(leaf: u32, subleaf: u32): u64 {
  return asm<u64>({
    in: { rax: u64(leaf), rcx: u64(subleaf) },
    out: "rax",
    clobbers: ["rbx", "rcx", "rdx"],
  })`cpuid; shl rbx, 32; or rax, rbx`;
}
/** ECX in the low half, EDX in the high one. */
export function cpuidCD(leaf: u32, subleaf: u32): u64 {
  return asm<u64>({
    in: { rax: u64(leaf), rcx: u64(subleaf) },
    out: "rcx",
    clobbers: ["rax", "rbx", "rdx"],
  })`cpuid; shl rdx, 32; or rcx, rdx`;
}

/** Ten bytes: limit, base. SDM vol. 3 §3.5.1. */
export function loadGdt(descriptor: ptr<unknown>): void {
  asm({ clobbers: ["memory"] })`lgdt [${descriptor}]`;
}
export function loadIdt(descriptor: ptr<unknown>): void {
  asm({ clobbers: ["memory"] })`lidt [${descriptor}]`;
}
export function loadTask(selector: u16): void {
  asm({ clobbers: ["memory"] })`ltr ${selector}`;
}

/** Whether all of `count` words, one at least, have the value. */
export function wordsAre(words: ptr<u64>, count: u64, value: u64): bool {
  const differ = asm<u64>({
    in: { rdi: words, rcx: count, rax: value },
    out: "rax",
    clobbers: ["rdi", "rcx", "memory"],
  })`repe scasq; setne al; movzx eax, al`;
  return differ === 0;
}
