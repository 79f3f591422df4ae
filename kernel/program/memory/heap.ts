/** The heap: zeros behind the program, up to an address that it moves (brk(2)). */
import { PAGE_SIZE } from "../../memory/address.ts";
import { PROGRAMS_END } from "../../vm/space.ts";
import { MAP_FIXED_NOREPLACE, mapZeros, unmapMemory } from "./map.ts";
import { PROT_READ, PROT_WRITE } from "./mapping.ts";
import { type ProgramMemory, pagesUp } from "./program-memory.ts";
import { isFree } from "./tree.ts";

/** The heap is empty, at the first page from `start` on. */
export function openHeap(memory: ptr<ProgramMemory>, start: usize): void {
  memory.heapStart = pagesUp(start);
  memory.heapEnd = memory.heapStart;
}
function hasRoom(memory: ptr<ProgramMemory>, from: usize, to: usize): bool {
  memory.lock.lockRead();
  // A page stays free behind it, as Linux has it.
  const free = isFree(memory.tree, from, to + PAGE_SIZE);
  memory.lock.unlockRead();
  return free;
}
/** The heap's end is to be at `wanted`. Gives where it is: there, or where it was. */
export function moveHeapEnd(memory: ptr<ProgramMemory>, wanted: usize): usize {
  if (wanted < memory.heapStart || wanted >= PROGRAMS_END - PAGE_SIZE) return memory.heapEnd;
  if (wanted - memory.heapStart > memory.dataLimit) return memory.heapEnd;
  const from = pagesUp(memory.heapEnd);
  const to = pagesUp(wanted);
  if (to < from) {
    if (unmapMemory(memory, to, from - to) !== 0) return memory.heapEnd;
  } else if (to > from) {
    if (!hasRoom(memory, from, to)) return memory.heapEnd;
    if (mapZeros(memory, from, to - from, PROT_READ | PROT_WRITE, MAP_FIXED_NOREPLACE) < 0)
      return memory.heapEnd;
  }
  memory.heapEnd = wanted;
  return wanted;
}
