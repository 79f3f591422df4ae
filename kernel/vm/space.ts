/**
 * An address space: a root table, and the addresses that it gives out. There is the kernel's, and one for each program, cloned from it
 * (clone.ts): what lies above programs' addresses, and the kernel's low part, are the same tables in all of them.
 */
import { cpuIndex, type MAX_CPUS } from "../arch/cpu.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import type { Arena } from "./arena.ts";
import { indexOf, ROOT_LEVEL, targetOf } from "./entry.ts";
import { enterRoot } from "./paging.ts";
import { tableAt } from "./table.ts";

/** Programs have the addresses from here, */
export const PROGRAMS_START: usize = 0x40_0000;
/** up to here: the lower half without its last page, so that no access reaches over the edge. */
export const PROGRAMS_END: usize = 0x7fff_ffff_f000;

/** Whether a program may have it. */
export function isProgramAddress(linear: usize): bool {
  return linear >= PROGRAMS_START && linear < PROGRAMS_END;
}

export class AddressSpace extends Struct {
  /** As an entry that points to the root table. */
  root: u64;
  /** Of its tables; of the kernel's space also of the list of the others. */
  lock: SpinLock;
  /** Processors that may have translations of it, by bits. */
  cpus: u32;
  arena: Arena;
  /** Of the list of programs' spaces. */
  next: ptr<AddressSpace> | null;
}

export const kernelSpace: AddressSpace = zeroed();
let programs: ptr<AddressSpace> | null = null;
/** Whose translations each processor uses; null: the kernel's. */
const current: array<ptr<AddressSpace> | null, typeof MAX_CPUS> = zeroed();

/** Whether an address is the kernel's in every space. */
export function isKernels(linear: usize): bool {
  return linear < PROGRAMS_START || linear >> 63 !== 0;
}
/** The calling processor's. */
export function currentSpace(): ptr<AddressSpace> {
  const space = current[cpuIndex()];
  return space === null ? addressOf(kernelSpace) : space;
}
/** The space whose tables say what is at an address. */
export function spaceOf(linear: usize): ptr<AddressSpace> {
  return isKernels(linear) ? addressOf(kernelSpace) : currentSpace();
}
/** The calling processor uses a space's translations from here on. Preemption is forbidden, or the thread's space is this one. */
export function enterSpace(space: ptr<AddressSpace>): void {
  const flags = saveInterrupts();
  const cpu = cpuIndex();
  const bit = u32(1) << cpu;
  const before = currentSpace();
  if (before !== space) {
    atomicOr(addressOf(space.cpus), bit);
    current[cpu] = space;
    enterRoot(targetOf(space.root));
    if (before !== addressOf(kernelSpace)) atomicAnd(addressOf(before.cpus), ~bit);
  }
  restoreInterrupts(flags);
}

/** A program's space is one of those that get the kernel's new tables. The kernel space's lock is held. */
export function addProgram(space: ptr<AddressSpace>): void {
  space.next = programs;
  programs = space;
}
export function removeProgram(space: ptr<AddressSpace>): void {
  const flags = kernelSpace.lock.lock();
  if (programs === space) programs = space.next;
  else {
    let before = programs;
    while (before !== null && before.next !== space) before = before.next;
    if (before !== null) before.next = space.next;
  }
  kernelSpace.lock.unlock(flags);
}
/**
 * Gives all programs' roots the entries of the kernel's for the addresses from `linear` up to `end`, in the upper half: a table there may
 * be new. The kernel space's lock is held.
 */
export function shareKernelTables(linear: usize, end: usize): void {
  const from = tableAt(targetOf(kernelSpace.root));
  const last = indexOf(end - 1, ROOT_LEVEL);
  for (let space = programs; space !== null; space = space.next) {
    const to = tableAt(targetOf(space.root));
    for (let i = indexOf(linear, ROOT_LEVEL); i <= last; i++) to[i] = from[i];
  }
}
/** Programs' spaces, for the walker. */
export function firstProgram(): ptr<AddressSpace> | null {
  return programs;
}
