/**
 * A new address space from the kernel's. The root's entries are pointers: a table below one of them is shared by everyone who has a copy of
 * it, 512 GiB at once. So the upper half is copied, and of the lower half nothing but the kernel's own part, 0 to 4 MiB, by two
 * entries of a directory that is the clone's own. Should the kernel's root have anything else there, every program would have
 * that as well, and freeing it once for each of them would be the end; so it is refused.
 *
 *     clone's root ─┬─ 0 ── own ── 0 ── own ─┬─ 0 ── the kernel's, 0–2 MiB
 *                   │                        └─ 1 ── the kernel's, 2–4 MiB
 *                   └─ 256 … 511 the kernel's
 */
import { lockConsole, newline, print, printAddress, printU64, unlockConsole } from "../console/print.ts";
import { panic } from "../panic.ts";
import { ENTRIES, levelSize, PERMANENT, ROOT_LEVEL, tableEntry, targetOf } from "./entry.ts";
import { unmapRange } from "./map.ts";
import {
  type AddressSpace,
  addProgram,
  kernelSpace,
  PROGRAMS_END,
  PROGRAMS_START,
  removeProgram,
} from "./space.ts";
import type { SpareTables } from "./split.ts";
import { giveTable, tableAt } from "./table.ts";

const USER_ENTRIES: usize = ENTRIES / 2;
/** Entries of the first directory that are the kernel's. */
const KERNEL_DIRECTORIES: usize = 2;

/** An entry of the kernel's root that programs would share. */
export class Stray extends Struct {
  /** The first address that it stands for. */
  linear: usize;
  level: u64;
  entry: u64;
}

/** Looks among entries `from` to `to` of a table for one that is not empty. `base`: the first address that the table covers. */
function look(table: usize, level: u64, base: usize, from: usize, to: usize, stray: ptr<Stray>): bool {
  for (let i = from; i < to; i++) {
    const entry = tableAt(table)[i];
    if (entry === 0) continue;
    stray.value = { linear: base + i * levelSize(level), level, entry };
    return true;
  }
  return false;
}
/** The first entry for programs' addresses that is not empty in the kernel's root; false: there is none. */
export function findStray(stray: ptr<Stray>): bool {
  const root = targetOf(kernelSpace.root);
  const pointers = targetOf(tableAt(root)[0]);
  const directory = targetOf(tableAt(pointers)[0]);
  return (
    look(directory, 1, 0, KERNEL_DIRECTORIES, ENTRIES, stray) ||
    look(pointers, 2, 0, 1, ENTRIES, stray) ||
    look(root, ROOT_LEVEL, 0, 1, USER_ENTRIES, stray)
  );
}
export function reportStray(stray: ptr<Stray>): void {
  const flags = lockConsole();
  print("the kernel's root has an entry for programs' addresses: level ");
  printU64(stray.level);
  print(", ");
  printAddress(stray.linear);
  print(" to ");
  printAddress(stray.linear + levelSize(stray.level) - 1);
  print(", entry ");
  printAddress(stray.entry);
  newline();
  print("every program would share what is below it");
  newline();
  unlockConsole(flags);
}

/** Makes `space` one of its own, in which nothing but the kernel is mapped. False: no memory. @noinline */
export function cloneRoot(space: ptr<AddressSpace>): bool {
  const stray: Stray = zeroed();
  if (findStray(addressOf(stray))) {
    reportStray(addressOf(stray));
    panic("an address space cloned from a root with entries of programs");
  }
  const tables: SpareTables = zeroed();
  space.value = zeroed();
  if (!space.arena.open(PROGRAMS_START, PROGRAMS_END)) return false;
  if (!tables.take(3)) {
    space.arena.close();
    return false;
  }
  const root = tables.tables[0];
  const pointers = tables.tables[1];
  const directory = tables.tables[2];
  space.root = tableEntry(root, PERMANENT);
  const flags = kernelSpace.lock.lock();
  const from = tableAt(targetOf(kernelSpace.root));
  for (let i = USER_ENTRIES; i < ENTRIES; i++) tableAt(root)[i] = from[i];
  const kernels = tableAt(targetOf(tableAt(targetOf(from[0]))[0]));
  for (let i: usize = 0; i < KERNEL_DIRECTORIES; i++) tableAt(directory)[i] = kernels[i];
  tableAt(root)[0] = tableEntry(pointers, PERMANENT);
  tableAt(pointers)[0] = tableEntry(directory, PERMANENT);
  addProgram(space);
  kernelSpace.lock.unlock(flags);
  return true;
}
/** Ends a space that no processor uses. What it still has mapped is unmapped, whatever ranges it is in. */
export function releaseRoot(space: ptr<AddressSpace>): void {
  unmapRange(space, PROGRAMS_START, PROGRAMS_END - PROGRAMS_START);
  removeProgram(space);
  const root = targetOf(space.root);
  const pointers = targetOf(tableAt(root)[0]);
  giveTable(targetOf(tableAt(pointers)[0]));
  giveTable(pointers);
  giveTable(root);
  space.root = 0;
}
