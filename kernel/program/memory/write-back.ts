/** Contents of shared mappings that their files are to get: msync(2), in Linux's order of checks (mm/msync.c). */
import { writePages } from "../../fs/cache.ts";
import { EBUSY, EINVAL, ENOMEM } from "../../fs/errno.ts";
import type { Node } from "../../fs/node.ts";
import { dropNode, holdNode } from "../../fs/node-cache.ts";
import { PAGE_SIZE } from "../../memory/address.ts";
import { LOCKED, SHARED } from "./mapping.ts";
import { type ProgramMemory, pagesUp } from "./program-memory.ts";
import { findFrom } from "./tree.ts";

const MS_ASYNC: u64 = 1;
const MS_INVALIDATE: u64 = 2;
const MS_SYNC: u64 = 4;

function writeNode(node: ptr<Node>): i64 {
  const status = writePages(node);
  const sync = node.operations.sync;
  return status < 0 || sync === null ? status : sync(node);
}
/** One mapping after the other; no lock is held while a file is written. */
function writeRange(memory: ptr<ProgramMemory>, start: usize, end: usize, flags: u64): i64 {
  let status: i64 = 0;
  let at = start;
  while (at < end) {
    let node: ptr<Node> | null = null;
    memory.lock.lockRead();
    const mapping = findFrom(memory.tree, at);
    if (mapping === null || mapping.start >= end) {
      memory.lock.unlockRead();
      return -ENOMEM;
    }
    if (mapping.start > at) status = -ENOMEM;
    const isRefused = (flags & MS_INVALIDATE) !== 0 && (mapping.flags & LOCKED) !== 0;
    const file = mapping.file;
    if (!isRefused && (flags & MS_SYNC) !== 0 && file !== null && (mapping.flags & SHARED) !== 0)
      node = holdNode(file.node);
    at = mapping.end;
    memory.lock.unlockRead();
    if (isRefused) return -EBUSY;
    if (node === null) continue;
    const written = writeNode(node);
    dropNode(node);
    if (written < 0) return written;
  }
  return status;
}
/** msync(2): 0, or the negative of an error. Without MS_SYNC nothing has to be done: what is written stays dirty until it is written back. */
export function writeBack(memory: ptr<ProgramMemory>, start: usize, bytes: usize, flags: u64): i64 {
  if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) !== 0) return -EINVAL;
  if ((start & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  if ((flags & MS_ASYNC) !== 0 && (flags & MS_SYNC) !== 0) return -EINVAL;
  const end = start + pagesUp(bytes);
  if (end < start) return -ENOMEM;
  return end === start ? 0 : writeRange(memory, start, end, flags);
}
