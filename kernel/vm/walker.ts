/**
 * Looks whether the page tables are as they must be, from all roots: for tests, after each case, while nobody changes them. Each
 * violation is a line with its values.
 *
 * - bits that are reserved or nobody's are 0, and addresses are below the processor's limit;
 * - a table has as many entries that are not 0 as the entry that points to it says, and at least one;
 * - there are as many tables as have been taken and not given back;
 * - none of the kernel's memory is both writable and executable, and nothing of programs is global;
 * - no frame is both free and mapped, but by the aliases, and one that is counted has as many references as mappings;
 * - aliases show memory at its own address, from one set of tables; programs' roots have the kernel's tables, and the kernel's root has
 *   nothing of programs.
 */
import { newline, print, printHex } from "../console/print.ts";
import { Area, areaBase, areaOf, NONE, PAGE_SIZE, physicalOf } from "../memory/address.ts";
import { type Census, isFree } from "./census.ts";
import { findStray, type Stray } from "./clone.ts";
import {
  ACCESSED,
  ADDRESS_MASK,
  COUNTED,
  countOf,
  DIRTY,
  ENTRIES,
  GLOBAL,
  indexOf,
  isLeaf,
  isPromise,
  isTable,
  isWithheld,
  LARGE,
  levelShift,
  levelSize,
  NO_EXECUTE,
  PERMANENT,
  PRESENT,
  PROMISE,
  RIGHTS,
  ROOT_LEVEL,
  released,
  targetOf,
  WRITABLE,
} from "./entry.ts";
import { knownRights, largestLeaf, physicalLimit } from "./paging.ts";
import { type AddressSpace, firstProgram, isKernels, kernelSpace } from "./space.ts";
import { tableAt, tableCount } from "./table.ts";

/** Violations that are printed. */
const LINES: u32 = 8;
const UPPER: usize = ENTRIES / 2;
/** Root entries of an area. */
const AREA_SLOTS: usize = 32;

class Walk extends Struct {
  violations: u32;
  /** How many of them are to be printed. */
  lines: u32;
  tables: u64;
  census: Census;
  /** The root is a program's: what is the kernel's is not walked again. */
  program: bool;
}

function violation(w: ptr<Walk>, what: ptr<u8>, linear: usize, value: u64): void {
  w.violations++;
  if (w.violations > w.lines) return;
  print("vm: ");
  print(what);
  print(" at ");
  printHex(linear);
  print(": ");
  printHex(value);
  newline();
}

function isAlias(linear: usize): bool {
  return linear >> 63 !== 0 && areaOf(linear) !== Area.Mapped && areaOf(linear) !== Area.Debug;
}
/** Bits that a leaf of a level may have. */
function leafBits(level: u64): u64 {
  const offset = (u64(1) << levelShift(level)) - 1;
  const large = level > 0 ? LARGE : 0;
  return (
    (ADDRESS_MASK & ~offset & (physicalLimit - 1)) | knownRights(RIGHTS) | PRESENT | ACCESSED | DIRTY | large
  );
}
function checkLeaf(w: ptr<Walk>, linear: usize, entry: u64, level: u64): void {
  if (level > largestLeaf) violation(w, "a leaf of a size that there is not", linear, entry);
  if ((entry & ~leafBits(level)) !== 0)
    violation(w, "bits in a leaf that cannot be", linear, entry & ~leafBits(level));
  const executable = (entry & NO_EXECUTE) === 0 && knownRights(NO_EXECUTE) !== 0;
  if (executable && (entry & WRITABLE) !== 0 && isKernels(linear))
    violation(w, "memory both writable and executable", linear, entry);
  const physical = targetOf(entry);
  if (isAlias(linear)) {
    if (physical !== physicalOf(linear)) violation(w, "an alias of another address", linear, entry);
    return;
  }
  if (linear >> 63 === 0 && isKernels(linear)) {
    if (physical !== linear) violation(w, "the low part not one to one", linear, entry);
    return;
  }
  for (let at: usize = 0; at < levelSize(level) && physical + at < w.census.end(); at += PAGE_SIZE) {
    if (isFree(physical + at)) violation(w, "a free frame is mapped", linear + at, physical + at);
    if ((entry & COUNTED) !== 0) w.census.count(physical + at);
  }
}
/** A leaf or a promise; one that is withheld is what it would be. */
function checkEntry(w: ptr<Walk>, linear: usize, entry: u64, level: u64): void {
  if (isLeaf(entry, level)) checkLeaf(w, linear, entry, level);
  else if (!isPromise(entry) || (entry & ~(RIGHTS | PROMISE)) !== 0)
    violation(w, "an entry that is nothing", linear, entry);
}
/** What the table covers from `base` on, of entries of `level`. Gives how many of them are not 0. */
function walkTable(w: ptr<Walk>, table: usize, level: u64, base: usize): u64 {
  let used: u64 = 0;
  w.tables++;
  for (let i: usize = 0; i < ENTRIES; i++) {
    const entry = tableAt(table)[i];
    if (entry === 0) continue;
    used++;
    const linear = base + (i << levelShift(level));
    if ((entry & GLOBAL) !== 0 && !isKernels(linear))
      violation(w, "a program's memory is global", linear, entry);
    if (isTable(entry, level)) walkPointer(w, entry, level, linear);
    else checkEntry(w, linear, isWithheld(entry) ? released(entry) : entry, level);
  }
  return used;
}
function walkPointer(w: ptr<Walk>, entry: u64, level: u64, linear: usize): void {
  if (targetOf(entry) >= physicalLimit) {
    violation(w, "a table beyond physical memory", linear, entry);
    return;
  }
  // A clone has the kernel's tables for the kernel's addresses.
  if (w.program && level === 1 && isKernels(linear)) return;
  const used = walkTable(w, targetOf(entry), level - 1, linear);
  if (isFree(targetOf(entry))) violation(w, "a free frame is a table", linear, entry);
  if (countOf(entry) === PERMANENT) return;
  if (countOf(entry) !== used)
    violation(w, "a table's count differs from its entries", linear, (countOf(entry) << 32) | used);
  if (used === 0) violation(w, "an empty table", linear, entry);
}
/** Entries `from` up to `to` of a root, which are tables or nothing. */
function walkRoot(w: ptr<Walk>, root: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i++) {
    const entry = tableAt(root)[i];
    if (entry === 0) continue;
    const linear = (i << levelShift(ROOT_LEVEL)) | (i >= UPPER ? ~((usize(1) << 48) - 1) : 0);
    walkPointer(w, entry, ROOT_LEVEL, linear);
  }
}
function slotOf(area: Area): usize {
  return indexOf(areaBase(area), ROOT_LEVEL);
}
/** That entries of two roots are the same, but for what the processor notes in them. */
function checkSame(w: ptr<Walk>, what: ptr<u8>, one: ptr<u64>, other: ptr<u64>, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    if (((one[i] ^ other[i]) & ~ACCESSED) !== 0) violation(w, what, i, one[i]);
  }
}
function walkKernel(w: ptr<Walk>, root: usize): void {
  w.tables++;
  walkRoot(w, root, 0, slotOf(Area.Page));
  walkRoot(w, root, slotOf(Area.Mapped), slotOf(Area.Early));
  walkRoot(w, root, slotOf(Area.Debug), ENTRIES);
  const entries = tableAt(root);
  const shared = entries.offset(slotOf(Area.Mempool));
  checkSame(w, "area 1 has other tables", entries.offset(slotOf(Area.Page)), shared, AREA_SLOTS);
  checkSame(w, "area 2 has other tables", entries.offset(slotOf(Area.HalfPage)), shared, AREA_SLOTS);
  checkSame(w, "area 3 has other tables", entries.offset(slotOf(Area.Large)), shared, AREA_SLOTS);
  checkSame(w, "area 6 has other tables", entries.offset(slotOf(Area.Early)), shared, AREA_SLOTS);
  const stray: Stray = zeroed();
  if (findStray(addressOf(stray)))
    violation(w, "programs' addresses in the kernel's root", stray.linear, stray.entry);
}
function walkProgram(w: ptr<Walk>, space: ptr<AddressSpace>, kernels: usize): void {
  w.tables++;
  w.program = true;
  const root = targetOf(space.root);
  walkRoot(w, root, 0, UPPER);
  checkSame(
    w,
    "a program has other tables of the kernel",
    tableAt(root).offset(UPPER),
    tableAt(kernels).offset(UPPER),
    UPPER,
  );
}
/** How many things are not as they must be; the first `lines` of them are printed. Nothing is mapped or unmapped meanwhile. */
export function findViolations(lines: u32): u32 {
  const w: Walk = init({ lines });
  w.census.open();
  const kernels = targetOf(kernelSpace.root);
  walkKernel(addressOf(w), kernels);
  for (let space = firstProgram(); space !== null; space = space.next)
    walkProgram(addressOf(w), space, kernels);
  const taken = atomicLoad(addressOf(tableCount));
  if (taken !== w.tables)
    violation(addressOf(w), "tables found, and tables there should be", w.tables, taken);
  for (let at = w.census.nextWrong(0); at !== NONE; at = w.census.nextWrong(at + PAGE_SIZE))
    violation(
      addressOf(w),
      "a frame with this many mappings has other references",
      at,
      w.census.mappingsOf(at),
    );
  w.census.close();
  return w.violations;
}
/** Whether all is as it must be; what is not is printed. */
export function checkInvariants(): bool {
  return findViolations(LINES) === 0;
}
