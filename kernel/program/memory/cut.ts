/** A file has become shorter: nobody sees what was behind its end any more, copies of it neither. Who touches it gets SIGBUS from now on. */
import type { Node } from "../../fs/node.ts";
import { PAGE_SHIFT } from "../../memory/address.ts";
import { unmapRange } from "../../vm/map.ts";
import type { Mapping } from "./mapping.ts";
import type { ProgramMemory } from "./program-memory.ts";
import { findFrom } from "./tree.ts";

function forget(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, first: u64): void {
  const from = first << PAGE_SHIFT;
  const size = mapping.end - mapping.start;
  if (first >> (64 - PAGE_SHIFT) !== 0 || from >= mapping.position + size) return;
  const start = from > mapping.position ? mapping.start + (from - mapping.position) : mapping.start;
  unmapRange(memory.space, start, mapping.end - start);
}
/** Pages of a file from page `first` on are in no mapping any more. The node's lock may be held. */
export function forgetPages(memory: ptr<ProgramMemory>, node: ptr<Node>, first: u64): void {
  memory.lock.lockWrite();
  let mapping = findFrom(memory.tree, 0);
  while (mapping !== null) {
    if (mapping.file !== null && mapping.file.node === node) forget(memory, mapping, first);
    mapping = findFrom(memory.tree, mapping.end);
  }
  memory.lock.unlockWrite();
}
