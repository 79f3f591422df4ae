/**
 * Segments of long mode: flat code and data for ring 0, and for each processor a task state segment, which holds nothing but
 * the stacks that gates ask for (SDM vol. 3 §3.4.5, §8.7). Those stacks are here too. Ring 3 does not exist.
 */
import { MAX_CPUS } from "./cpu.ts";
import { loadGdt, loadTask } from "./instructions.ts";

export const CODE_SELECTOR: u16 = 8;
export const DATA_SELECTOR: u16 = 16;
const FIRST_TASK = 3;
const DESCRIPTORS = FIRST_TASK + 2 * MAX_CPUS;

/** Present, 64-bit code, read; present, data, written; all of the address space. */
const CODE: u64 = 0x00af_9b00_0000_ffff;
const DATA: u64 = 0x00cf_9300_0000_ffff;
/** A present, available 64-bit TSS. */
const TASK: u64 = 0x89 << 40;

/** Which stack of the TSS a gate switches to (SDM vol. 3 §6.14.5); interrupts leave theirs at once (entry.ts). */
/** @base u8 */
export enum Stack {
  DoubleFault = 1,
  NonMaskable = 2,
  MachineCheck = 3,
  PageFault = 4,
  Entry = 5,
}
const STACKS = 5;
const SMALL = 4096;
/** The handler of page faults allocates memory. The last page is for the report of one that faults itself. */
const LARGE = 4 * SMALL;
const NESTED = 3 * SMALL;
/** Bytes of a processor's stacks: Stack's, each but the page faults' of a page. */
export const STACKS_SIZE: usize = 4 * SMALL + LARGE;

/** SDM vol. 3 §8.7. */
class TaskState extends Struct {
  reserved: u32;
  /** Low and high halves: rsp0–2, a reserved one, ist1–7. */
  stacks: array<u32, 22>;
  reserved2: array<u32, 2>;
  reserved3: u16;
  /** Of the map of ports: behind the end, there is none. */
  portMap: u16;
  /** The processor's part ends before: a page fault is being handled. */
  nested: bool;
}
const TASK_SIZE = 104;
static_assert(offsetof<TaskState>("nested") === TASK_SIZE);
/** @packed */
class TablePointer extends Struct {
  limit: u16;
  base: u64;
}

const gdt: array<u64, typeof DESCRIPTORS> = zeroed();
const tasks: array<TaskState, typeof MAX_CPUS> = zeroed();
/** The first processor's. @align 16 */
const firstStacks: array<u8, typeof STACKS_SIZE> = zeroed();

function setStack(task: ptr<TaskState>, stack: usize, top: usize): void {
  const at: usize = 2 * (stack + 3);
  task.stacks[at] = truncate<u32>(top);
  task.stacks[at + 1] = truncate<u32>(top >> 32);
}
function stackOf(task: ptr<TaskState>, stack: usize): usize {
  const at: usize = 2 * (stack + 3);
  return usize(task.stacks[at]) | (usize(task.stacks[at + 1]) << 32);
}

/** While a page fault is handled, a second one gets the last page of their stack. False: this is the second. */
export function enterPageFault(cpu: u32): bool {
  const task = addressOf(tasks[cpu]);
  if (task.nested) return false;
  task.nested = true;
  setStack(task, usize(Stack.PageFault), stackOf(task, usize(Stack.PageFault)) - NESTED);
  return true;
}
export function leavePageFault(cpu: u32): void {
  const task = addressOf(tasks[cpu]);
  task.nested = false;
  setStack(task, usize(Stack.PageFault), stackOf(task, usize(Stack.PageFault)) + NESTED);
}

/** Loads a processor's segments and task. `stacks`: STACKS_SIZE bytes, or 0 for the first processor's own. */
export function initSegments(cpu: u32, stacks: usize): void {
  gdt[1] = CODE;
  gdt[2] = DATA;
  const task = addressOf(tasks[cpu]);
  task.portMap = TASK_SIZE;
  let top = stacks === 0 ? address(addressOf(firstStacks)) : stacks;
  for (let i: usize = 1; i <= STACKS; i++) {
    top += i === usize(Stack.PageFault) ? LARGE : SMALL;
    setStack(task, i, top);
  }
  const base = address(task);
  const low = ((base & 0xff_ffff) << 16) | ((base & 0xff00_0000) << 32);
  const index = FIRST_TASK + 2 * usize(cpu);
  gdt[index] = low | TASK | (TASK_SIZE - 1);
  gdt[index + 1] = base >> 32;
  const gdtr: TablePointer = { limit: gdtLimit(), base: gdtAddress() };
  loadGdt(addressOf(gdtr));
  reloadSegments();
  loadTask(u16(index * 8));
}
/** Far return for CS, since no far jump takes 64 bits. FS and GS keep their bases. */
function reloadSegments(): void {
  asm({ clobbers: ["rax", "memory"] })`
    lea rax, [rel next]
    push ${CODE_SELECTOR}
    push rax
    retfq
  next:
    mov eax, ${DATA_SELECTOR}
    mov ss, eax
    mov ds, eax
    mov es, eax`;
}
/** For other processors, which load it before anything else. */
export function gdtAddress(): usize {
  return address(addressOf(gdt));
}
export function gdtLimit(): u16 {
  return DESCRIPTORS * 8 - 1;
}
