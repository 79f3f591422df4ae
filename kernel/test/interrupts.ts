/** Interrupts: that they come, once, where they are sent to, and leave everything as it was. */
import { sendInterrupt, sendToOthers } from "../arch/apic.ts";
import { cpuCount, cpuIndex, cpus, forbidPreemption, MAX_CPUS } from "../arch/cpu.ts";
import { disableInterrupts, enableInterrupts, INTERRUPT_FLAG, readFlags } from "../arch/instructions.ts";
import { setInterruptHandler } from "../arch/interrupts.ts";
import { allowPreemption } from "../thread/preemption.ts";
import { check, checkEqual } from "./check.ts";

/** Nobody's. */
const VECTOR: u32 = 0x60;
/** Ticks of the time-stamp counter that an interrupt may take: far more than it does. */
const PATIENCE: u64 = 10_000_000_000;

class Seen extends Struct {
  count: u64;
  task: u64;
  flags: u64;
}
const seen: array<Seen, typeof MAX_CPUS> = zeroed();

function note(): void {
  const mine = addressOf(seen[cpuIndex()]);
  mine.task = asm<u64>`xor eax, eax; str ax; mov ${asm.result}, rax`;
  mine.flags = readFlags();
  atomicAdd(addressOf(mine.count), 1);
}
function begin(): void {
  for (let i: u32 = 0; i < MAX_CPUS; i++) seen[i] = { count: 0, task: 0, flags: 0 };
  setInterruptHandler(VECTOR, note);
}
/** Whether `cpu` has seen `count` of them, at last. */
function hasSeen(cpu: u32, count: u64): bool {
  const start = readTsc();
  while (atomicLoad(addressOf(seen[cpu].count)) < count) {
    if (readTsc() - start > PATIENCE) return false;
    pause();
  }
  return true;
}

export function toItself(): void {
  begin();
  forbidPreemption();
  const here = cpuIndex();
  sendInterrupt(here, VECTOR);
  check(hasSeen(here, 1), "it came");
  checkEqual(seen[here].flags & INTERRUPT_FLAG, 0, "interrupts are off in a handler");
  check((readFlags() & INTERRUPT_FLAG) !== 0, "and on again");
  disableInterrupts();
  sendInterrupt(here, VECTOR);
  const start = readTsc();
  while (readTsc() - start < 10_000) pause();
  checkEqual(atomicLoad(addressOf(seen[here].count)), 1, "none while interrupts are off");
  enableInterrupts();
  check(hasSeen(here, 2), "it has waited");
  allowPreemption();
}
export function toEachProcessor(): void {
  begin();
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) {
    for (let n: u64 = 1; n <= 10; n++) {
      sendInterrupt(cpu, VECTOR);
      check(hasSeen(cpu, n), "it came");
    }
  }
  for (let cpu: u32 = 0; cpu < MAX_CPUS; cpu++)
    checkEqual(seen[cpu].count, cpu < cpuCount ? 10 : 0, "ten each");
  for (let a: u32 = 0; a < cpuCount; a++) {
    for (let b: u32 = 0; b < a; b++) {
      check(seen[a].task !== seen[b].task, "a task segment of its own");
      check(cpus[a].apicId !== cpus[b].apicId, "an APIC of its own");
    }
  }
}
export function toAllOthers(): void {
  begin();
  forbidPreemption();
  const here = cpuIndex();
  sendToOthers(VECTOR);
  for (let cpu: u32 = 0; cpu < cpuCount; cpu++) check(cpu === here || hasSeen(cpu, 1), "it came");
  checkEqual(seen[here].count, 0, "none to itself");
  allowPreemption();
}
/** Powers of two in all registers, and the carry: their sum tells whether one is another. */
export function registersAreKept(): void {
  begin();
  const sum = asm<u64>({
    out: "rax",
    clobbers: [
      "rbx",
      "rcx",
      "rdx",
      "rsi",
      "rdi",
      "rbp",
      "r8",
      "r9",
      "r10",
      "r11",
      "r12",
      "r13",
      "r14",
      "r15",
      "memory",
    ],
  })`
    mov rax, 1
    mov rbx, 2
    mov rcx, 4
    mov rdx, 8
    mov rsi, 16
    mov rdi, 32
    mov rbp, 64
    mov r8, 128
    mov r9, 256
    mov r10, 512
    mov r11, 1024
    mov r12, 2048
    mov r13, 4096
    mov r14, 8192
    mov r15, 16384
    stc
    int ${VECTOR}
    adc rax, 0
    add rax, rbx
    add rax, rcx
    add rax, rdx
    add rax, rsi
    add rax, rdi
    add rax, rbp
    add rax, r8
    add rax, r9
    add rax, r10
    add rax, r11
    add rax, r12
    add rax, r13
    add rax, r14
    add rax, r15`;
  checkEqual(sum, 32768, "registers and the carry");
}
