/**
 * What an access to a program's address needs, by its mapping: zeros, a page of a file, or a copy of one. Pages of files that a private mapping
 * reads are the file's own, marked as borrowed; the first write takes a copy.
 */

import { restoreInterrupts, saveInterrupts } from "../../arch/instructions.ts";
import { pageOf } from "../../fs/cache.ts";
import { ENOMEM } from "../../fs/errno.ts";
import { Area, inArea, NONE, PAGE_SIZE } from "../../memory/address.ts";
import { dropFrame } from "../../memory/frame.ts";
import { allocatePage } from "../../memory/physical.ts";
import { demand, Outcome } from "../../vm/demand.ts";
import { alignDown, alignUp, BORROWED, holdsMemory, isLeaf, targetOf, WRITABLE } from "../../vm/entry.ts";
import { Source } from "../../vm/fault-pages.ts";
import { look, Put, promiseGaps, putPage } from "../../vm/pages.ts";
import { putLargeZeros } from "./large-page.ts";
import {
  indexAt,
  type Mapping,
  PROT_ALL,
  PROT_EXEC,
  PROT_WRITE,
  rightsOf,
  rightsOfPages,
  SHARED,
} from "./mapping.ts";
import type { ProgramMemory } from "./program-memory.ts";
import { find } from "./tree.ts";

/** What became of an access. */
/** @base u8 */
export enum Served {
  /** It can be tried again. */
  Yes = 0,
  /** Nothing is mapped there. */
  Unmapped = 1,
  /** The mapping does not allow it. */
  Forbidden = 2,
  /** It is behind the end of the file, or the file cannot be read. */
  NoPage = 3,
  NoMemory = 4,
}
export class Access extends Struct {
  linear: usize;
  isWrite: bool;
  isFetch: bool;
}

function isAllowed(protection: u32, access: ptr<Access>): bool {
  if (access.isWrite) return (protection & PROT_WRITE) !== 0;
  if (access.isFetch) return (protection & PROT_EXEC) !== 0;
  // Whatever can be written or executed can be read.
  return (protection & PROT_ALL) !== 0;
}
/** Zeros: promised for the whole of the mapping's part of these 2 MiB, since neighbours will be touched as well; made here. */
function serveZeros(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, linear: usize): Served {
  if (putLargeZeros(memory, mapping, linear)) return Served.Yes;
  const above = alignUp(linear, 1);
  const below = alignDown(linear, 1);
  const start = mapping.start > below ? mapping.start : below;
  const end = mapping.end < above ? mapping.end : above;
  if (!promiseGaps(memory.space, start, end, rightsOfPages(mapping))) return Served.NoMemory;
  const flags = saveInterrupts();
  const outcome = demand(memory.space.root, linear, Source.Allocator);
  restoreInterrupts(flags);
  return outcome === Outcome.Present ? Served.Yes : Served.NoMemory;
}
function bytesAt(physical: usize): ptr<u8> {
  return pointer<u8>(inArea(Area.Page, physical));
}
/** A private page of the mapping's own takes the place of what is there, with the contents of `from`. */
function putCopy(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, page: usize, old: u64, from: usize): Put {
  const copy = allocatePage();
  if (copy === NONE) return Put.NoMemory;
  memcpy(bytesAt(copy), bytesAt(from), PAGE_SIZE);
  const put = putPage(memory.space, page, old, copy, rightsOf(mapping.protection, true));
  dropFrame(copy);
  return put;
}
function served(put: Put): Served {
  return put === Put.NoMemory ? Served.NoMemory : Served.Yes;
}
/** A page of a file. What somebody else has put in meanwhile is tried, and faults again if it is not enough. */
function serveFile(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, access: ptr<Access>): Served {
  const file = mapping.file;
  if (file === null) return Served.NoPage;
  const page = alignDown(access.linear, 0);
  const isShared = (mapping.flags & SHARED) !== 0;
  const seen = look(memory.space, page);
  const there = isLeaf(seen.entry, seen.level);
  if (there && (!access.isWrite || (seen.entry & WRITABLE) !== 0)) return Served.Yes;
  if (there && !isShared && (seen.entry & BORROWED) !== 0)
    return served(putCopy(memory, mapping, page, seen.entry, targetOf(seen.entry)));

  let physical: usize = 0;
  const status = pageOf(file.node, indexAt(mapping, page), access.isWrite && isShared, addressOf(physical));
  if (status < 0) return status === -ENOMEM ? Served.NoMemory : Served.NoPage;
  let put = Put.Done;
  const old = holdsMemory(seen.entry, seen.level) ? seen.entry : 0;
  if (isShared)
    put = putPage(memory.space, page, old, physical, rightsOf(mapping.protection, access.isWrite));
  else if (access.isWrite) put = putCopy(memory, mapping, page, old, physical);
  else put = putPage(memory.space, page, old, physical, rightsOf(mapping.protection, false) | BORROWED);
  dropFrame(physical);
  return served(put);
}
/** Sees to it that an access can be made. The memory's lock is held for reading. */
export function serveAt(memory: ptr<ProgramMemory>, access: ptr<Access>): Served {
  const mapping = find(memory.tree, access.linear);
  if (mapping === null) return Served.Unmapped;
  if (!isAllowed(mapping.protection, access)) return Served.Forbidden;
  if (mapping.file !== null) return serveFile(memory, mapping, access);
  return serveZeros(memory, mapping, access.linear);
}
