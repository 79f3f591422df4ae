/** Other rights for mappings: mprotect(2), in Linux's order of checks (mm/mprotect.c). */
import { EACCES, EINVAL, ENOMEM } from "../../fs/errno.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { prepareRange, protectRange } from "../../vm/map.ts";
import { cutAt, join } from "./edit.ts";
import {
  GROWS_DOWN,
  MAY_WRITE,
  type Mapping,
  PROT_ALL,
  PROT_WRITE,
  rightsOfPages,
  type Spares,
} from "./mapping.ts";
import { MOST_MAPPINGS, type ProgramMemory, pagesUp } from "./program-memory.ts";
import { find, findFrom } from "./tree.ts";

const PROT_SEM: u64 = 8;
const PROT_GROWSDOWN: u64 = 0x100_0000;
const PROT_GROWSUP: u64 = 0x200_0000;
const KNOWN: u64 = u64(PROT_ALL) | PROT_SEM;

/** How much of a range can be changed, and why not all of it. */
class Reach extends Struct {
  end: usize;
  status: i64;
}
/** As far as mappings lie side by side and allow it. Leaves begin at their ends in page tables after this. */
function reachOf(memory: ptr<ProgramMemory>, start: usize, end: usize, protection: u32): Reach {
  let at = start;
  while (at < end) {
    const mapping = find(memory.tree, at);
    if (mapping === null) return { end: at, status: -ENOMEM };
    if ((protection & PROT_WRITE) !== 0 && (mapping.flags & MAY_WRITE) === 0)
      return { end: at, status: -EACCES };
    const next = mapping.end < end ? mapping.end : end;
    if (!prepareRange(memory.space, at, next - at)) return { end: start, status: -ENOMEM };
    at = next;
  }
  return { end, status: 0 };
}
function change(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, protection: u32): void {
  if (mapping.protection === protection) return;
  mapping.protection = protection;
  protectRange(memory.space, mapping.start, mapping.end - mapping.start, rightsOfPages(mapping));
}
/** Those parts of mappings get the rights that lie from `start` up to `end`; two spare records are enough. */
function changeAll(
  memory: ptr<ProgramMemory>,
  start: usize,
  end: usize,
  protection: u32,
  spares: ptr<Spares>,
): void {
  cutAt(memory, start, spares);
  cutAt(memory, end, spares);
  let mapping = findFrom(memory.tree, start);
  while (mapping !== null && mapping.start < end) {
    change(memory, mapping, protection);
    mapping = findFrom(memory.tree, mapping.end);
  }
  join(memory, start, end);
}
/** The lock is held for writing. */
function protectLocked(memory: ptr<ProgramMemory>, start: usize, end: usize, protection: u64): i64 {
  const first = findFrom(memory.tree, start);
  if (first === null) return -ENOMEM;
  let from = start;
  if ((protection & PROT_GROWSDOWN) !== 0) {
    if (first.start >= end) return -ENOMEM;
    if ((first.flags & GROWS_DOWN) === 0) return -EINVAL;
    from = first.start;
  } else if (first.start > start) return -ENOMEM;
  if ((protection & PROT_GROWSUP) !== 0) return -EINVAL;
  const spares: Spares = init({});
  if (memory.mappings + 2 > MOST_MAPPINGS || !spares.take(2)) return -ENOMEM;
  const wanted = truncate<u32>(protection) & PROT_ALL;
  const reach = reachOf(memory, from, end, wanted);
  if (reach.end > from) changeAll(memory, from, reach.end, wanted, addressOf(spares));
  spares.giveBack();
  return reach.status;
}
/** mprotect(2). 0, or the negative of an error: mappings before the one that is the reason have changed then, as under Linux. */
export function protectMemory(memory: ptr<ProgramMemory>, start: usize, bytes: usize, protection: u64): i64 {
  const grows = protection & (PROT_GROWSDOWN | PROT_GROWSUP);
  if (grows === (PROT_GROWSDOWN | PROT_GROWSUP) || (start & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  if (bytes === 0) return 0;
  const end = start + pagesUp(bytes);
  if (end <= start) return -ENOMEM;
  if ((protection & ~(KNOWN | grows)) !== 0) return -EINVAL;
  memory.lock.lockWrite();
  const status = protectLocked(memory, start, end, protection);
  memory.lock.unlockWrite();
  return status;
}
