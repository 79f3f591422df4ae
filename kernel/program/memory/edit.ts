/**
 * Changing the tree of mappings: cutting them where something begins or ends, putting together what could be one, taking out. Page tables
 * are changed by the callers, who hold the memory's lock for writing and have spare records.
 */
import { ENOMEM } from "../../fs/errno.ts";
import { free } from "../../memory/malloc.ts";
import { dropMapped } from "./mapped-file.ts";
import { isContinued, type Mapping, type Spares } from "./mapping.ts";
import { MOST_MAPPINGS, type ProgramMemory, takeOut } from "./program-memory.ts";
import { find, findBefore, findFrom, insert, refresh, remove } from "./tree.ts";

/** A mapping begins at `at`, unless nothing is there. It may take a spare record. */
export function cutAt(memory: ptr<ProgramMemory>, at: usize, spares: ptr<Spares>): void {
  const mapping = find(memory.tree, at);
  if (mapping === null || mapping.start === at) return;
  const rest = spares.next();
  rest.value = mapping.value;
  rest.start = at;
  rest.position += at - mapping.start;
  mapping.end = at;
  refresh(memory.tree, mapping.start);
  memory.tree = insert(memory.tree, rest);
  memory.mappings++;
  if (rest.file !== null) rest.file.mappings++;
}
/** A mapping of these bytes, which are free. */
export function putIn(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>): void {
  memory.tree = insert(memory.tree, mapping);
  memory.mappings++;
  memory.bytes += mapping.end - mapping.start;
}
/** Takes out all mappings from `start` up to `end`, where some begin and end. */
export function takeOutRange(memory: ptr<ProgramMemory>, start: usize, end: usize): void {
  for (;;) {
    const mapping = findFrom(memory.tree, start);
    if (mapping === null || mapping.start >= end) return;
    takeOut(memory, mapping);
  }
}
/** Puts `mapping` and the one that continues it together, if there is one. True: they are one now. */
function absorbNext(memory: ptr<ProgramMemory>, mapping: ptr<Mapping>): bool {
  const next = find(memory.tree, mapping.end);
  if (next === null || !isContinued(mapping, next)) return false;
  if (memory.tree !== null) memory.tree = remove(memory.tree, next.start);
  mapping.end = next.end;
  refresh(memory.tree, mapping.start);
  memory.mappings--;
  if (next.file !== null) dropMapped(next.file);
  free(next);
  return true;
}
/** From the mapping before `start` up to the one at `end`, what could be one is one. */
export function join(memory: ptr<ProgramMemory>, start: usize, end: usize): void {
  let mapping = findBefore(memory.tree, start);
  if (mapping === null) mapping = findFrom(memory.tree, start);
  while (mapping !== null && mapping.start <= end) {
    while (absorbNext(memory, mapping));
    mapping = findFrom(memory.tree, mapping.end);
  }
}
/** Flags of what is mapped from `start` up to `end`, by bits: mappings are cut where that begins and ends. 0, or -ENOMEM. */
export function markRange(memory: ptr<ProgramMemory>, start: usize, end: usize, set: u32, clear: u32): i64 {
  const spares: Spares = init({});
  if (memory.mappings + 2 > MOST_MAPPINGS || !spares.take(2)) return -ENOMEM;
  cutAt(memory, start, addressOf(spares));
  cutAt(memory, end, addressOf(spares));
  let mapping = findFrom(memory.tree, start);
  while (mapping !== null && mapping.start < end) {
    mapping.flags = (mapping.flags & ~clear) | set;
    mapping = findFrom(memory.tree, mapping.end);
  }
  join(memory, start, end);
  spares.giveBack();
  return 0;
}
/** Whether mappings lie side by side from `start` up to `end`. */
export function isCovered(memory: ptr<ProgramMemory>, start: usize, end: usize): bool {
  let at = start;
  while (at < end) {
    const mapping = find(memory.tree, at);
    if (mapping === null) return false;
    at = mapping.end;
  }
  return true;
}
/** Bytes that are mapped from `start` up to `end`. */
export function bytesIn(memory: ptr<ProgramMemory>, start: usize, end: usize): u64 {
  return bytesWith(memory, start, end, 0);
}
/** Of them, bytes of mappings with all of these flags. */
export function bytesWith(memory: ptr<ProgramMemory>, start: usize, end: usize, flags: u32): u64 {
  let bytes: u64 = 0;
  let mapping = findFrom(memory.tree, start);
  while (mapping !== null && mapping.start < end) {
    const from = mapping.start > start ? mapping.start : start;
    if ((mapping.flags & flags) === flags) bytes += (mapping.end < end ? mapping.end : end) - from;
    mapping = findFrom(memory.tree, mapping.end);
  }
  return bytes;
}
