/** A program's mappings as Linux shows them in /proc/self/maps (proc(5)), for those who print them: one after the other, from low addresses on. */
import { currentRoot } from "../../fs/context.ts";
import { dropName, isGone, pathOf } from "../../fs/name.ts";
import type { Node } from "../../fs/node.ts";
import { PATH_MAX } from "../../fs/path.ts";
import { free, malloc } from "../../memory/malloc.ts";
import { GROWS_DOWN, LOCKED, type Mapping, SHARED } from "./mapping.ts";
import type { ProgramMemory } from "./program-memory.ts";
import { residentPages } from "./resident.ts";
import { findFrom } from "./tree.ts";

/** One line of it. */
export class Described extends Struct {
  start: usize;
  end: usize;
  /** PROT_ bits. */
  protection: u32;
  shared: bool;
  locked: bool;
  growsDown: bool;
  /** Of the file, at `start`; 0 without one. */
  position: u64;
  /** null: zeros. */
  node: ptr<Node> | null;
  /** A path, "[heap]", "[stack]", or "". */
  text: ptr<u8>;
  /** The file has no name any more. */
  deleted: bool;
  residentPages: u64;
}
/** False: it is enough. */
type Visit = fn<(described: ptr<Described>, argument: ptr<unknown>) => bool>;

function textFor(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, room: ptr<u8>): ptr<u8> {
  const file = mapping.file;
  if (file !== null) {
    const root = currentRoot();
    if (root === null || file.name === null) return "";
    const at = pathOf(file.name, root, room, PATH_MAX);
    dropName(root);
    return at < 0 ? "" : room.offset(usize(at));
  }
  if (memory.stack >= mapping.start && memory.stack < mapping.end) return "[stack]";
  if (mapping.start < memory.heapEnd && mapping.end > memory.heapStart) return "[heap]";
  return (mapping.flags & SHARED) !== 0 ? "/dev/zero" : "";
}
function describe(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>, room: ptr<u8>): Described {
  const file = mapping.file;
  const isZeros = file === null && (mapping.flags & SHARED) !== 0;
  return {
    start: mapping.start,
    end: mapping.end,
    protection: mapping.protection,
    shared: (mapping.flags & SHARED) !== 0,
    locked: (mapping.flags & LOCKED) !== 0,
    growsDown: (mapping.flags & GROWS_DOWN) !== 0,
    position: file === null ? 0 : mapping.position,
    node: file === null ? null : file.node,
    text: textFor(memory, mapping, room),
    deleted: isZeros || (file !== null && file.name !== null && isGone(file.name)),
    residentPages: residentPages(memory, mapping.start, mapping.end),
  };
}
/**
 * Calls `visit` for each mapping that ends behind `from`; `argument` goes along. What is described is good until it comes back; the memory's lock
 * is held meanwhile, so it must not touch a program's memory. False: there is no memory for paths.
 */
export function visitMappings(
  memory: ptr<ProgramMemory>,
  from: usize,
  visit: Visit,
  argument: ptr<unknown>,
): bool {
  const room = malloc(PATH_MAX);
  if (room === null) return false;
  memory.lock.lockRead();
  let mapping = findFrom(memory.tree, from);
  while (mapping !== null) {
    const described = describe(memory, mapping, cast<u8>(room));
    if (!visit(addressOf(described), argument)) break;
    mapping = findFrom(memory.tree, mapping.end);
  }
  memory.lock.unlockRead();
  free(room);
  return true;
}
