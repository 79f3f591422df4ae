/** Touching beforehand: MAP_POPULATE, MAP_LOCKED, mlock(2), MADV_POPULATE_READ and _WRITE. */
import { PAGE_SIZE } from "../../memory/address.ts";
import { PROT_WRITE, SHARED } from "./mapping.ts";
import type { ProgramMemory } from "./program-memory.ts";
import { type Access, Served, serveAt } from "./serve.ts";
import { findFrom } from "./tree.ts";

/** Pages of mappings from `start` up to `end` are there; what cannot be is left out, and lack of memory ends it. As Linux does, private memory that may be written is. */
export function populate(memory: ptr<ProgramMemory>, start: usize, end: usize): void {
  let at = start;
  while (at < end) {
    memory.lock.lockRead();
    const mapping = findFrom(memory.tree, at);
    const last = mapping === null ? end : mapping.end < end ? mapping.end : end;
    if (mapping !== null && mapping.start > at) at = mapping.start < end ? mapping.start : end;
    const isWrite =
      mapping !== null && (mapping.protection & PROT_WRITE) !== 0 && (mapping.flags & SHARED) === 0;
    if (mapping === null || mapping.protection === 0) at = last;
    memory.lock.unlockRead();
    for (; at < last; at += PAGE_SIZE) if (touch(memory, at, isWrite) === Served.NoMemory) return;
  }
}
/** Makes one page be there, as an access would. */
export function touch(memory: ptr<ProgramMemory>, at: usize, isWrite: bool): Served {
  const access: Access = { linear: at, isWrite, isFetch: false };
  memory.lock.lockRead();
  const served = serveAt(memory, addressOf(access));
  memory.lock.unlockRead();
  return served;
}
