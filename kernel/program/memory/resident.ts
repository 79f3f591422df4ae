/** Which pages of a program are in memory: mincore(2), and the counts that /proc and getrusage(2) show. */
import { hasPage } from "../../fs/cache.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../../memory/address.ts";
import { holdsMemory, levelSize } from "../../vm/entry.ts";
import { look } from "../../vm/pages.ts";
import { indexAt } from "./mapping.ts";
import type { ProgramMemory } from "./program-memory.ts";
import { find, findFrom } from "./tree.ts";

/** Pages that are there from `start` up to `end`, also those that may not be touched at the moment. */
export function residentPages(memory: ptr<ProgramMemory>, start: usize, end: usize): u64 {
  let pages: u64 = 0;
  let at = start;
  while (at < end) {
    const seen = look(memory.space, at);
    const size = levelSize(seen.level);
    const next = (at & ~(size - 1)) + size;
    const to = next < end ? next : end;
    if (holdsMemory(seen.entry, seen.level)) pages += (to - at) >> PAGE_SHIFT;
    at = to;
  }
  return pages;
}
/** Of all mappings: VmRSS. */
export function residentTotal(memory: ptr<ProgramMemory>): u64 {
  let pages: u64 = 0;
  memory.lock.lockRead();
  let mapping = findFrom(memory.tree, 0);
  while (mapping !== null) {
    pages += residentPages(memory, mapping.start, mapping.end);
    mapping = findFrom(memory.tree, mapping.end);
  }
  memory.lock.unlockRead();
  return pages;
}
/** Bytes of 1 or 0 for `pages` pages from `start` on, as mincore(2) has them: for how many, up to the first that is not mapped. */
export function whichAreResident(memory: ptr<ProgramMemory>, start: usize, pages: usize, to: ptr<u8>): usize {
  memory.lock.lockRead();
  let done: usize = 0;
  for (; done < pages; done++) {
    const at = start + done * PAGE_SIZE;
    const mapping = find(memory.tree, at);
    if (mapping === null) break;
    const file = mapping.file;
    let isHere = residentPages(memory, at, at + PAGE_SIZE) !== 0;
    if (file !== null && !isHere) isHere = hasPage(file.node, indexAt(mapping, at));
    to[done] = isHere ? 1 : 0;
  }
  memory.lock.unlockRead();
  return done;
}
