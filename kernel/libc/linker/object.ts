/** A program or shared object in memory, and the list of all of them, in the order in which symbols are looked for. */
import type { Dynamic, ElfSymbol, ProgramHeader, Rela } from "../../lib/elf.ts";

export const MOST_NEEDED = 64;

export class Loaded extends Struct {
  /** Its path, as it was found; the program's own is empty, as dl_iterate_phdr gives it. */
  name: ptr<u8>;
  /** Where it is, for $ORIGIN. */
  path: ptr<u8>;
  /** What is added to its addresses, and where its memory is. */
  base: usize;
  start: usize;
  end: usize;
  headers: ptr<ProgramHeader>;
  headerCount: u64;
  dynamic: ptr<Dynamic> | null;
  device: u64;
  inode: u64;
  symbols: ptr<ElfSymbol>;
  strings: ptr<u8>;
  stringBytes: u64;
  soname: ptr<u8> | null;
  runPath: ptr<u8> | null;
  hash: ptr<u32> | null;
  gnuHash: ptr<u32> | null;
  versions: ptr<u16> | null;
  needs: usize;
  needCount: u64;
  definitions: usize;
  definitionCount: u64;
  rela: ptr<Rela>;
  relaBytes: u64;
  jumps: ptr<Rela>;
  jumpBytes: u64;
  relr: ptr<u64>;
  relrBytes: u64;
  init: usize;
  fini: usize;
  preinitArray: ptr<usize>;
  preinitBytes: u64;
  initArray: ptr<usize>;
  initBytes: u64;
  finiArray: ptr<usize>;
  finiBytes: u64;
  relroStart: usize;
  relroBytes: u64;
  /** PT_TLS; module 0: it has none. Its variables begin `tlsOffset` bytes below the thread pointer. */
  tlsImage: usize;
  tlsFileBytes: u64;
  tlsBytes: u64;
  tlsAlignment: u64;
  tlsModule: u64;
  tlsOffset: u64;
  isProgram: bool;
  isSymbolic: bool;
  /** Its symbols are for everybody. */
  isGlobal: bool;
  isRelocated: bool;
  isInitialised: bool;
  isFinished: bool;
  /** dlopens of it, and objects that need it. */
  references: u32;
  needed: array<ptr<Loaded> | null, typeof MOST_NEEDED>;
  neededCount: usize;
  /** In the order of loading. */
  next: ptr<Loaded> | null;
  mark: u32;
}

class List extends Struct {
  first: ptr<Loaded> | null;
  last: ptr<Loaded> | null;
  /** How many there have been, for dl_iterate_phdr. */
  added: u64;
  removed: u64;
}
export const objects: List = zeroed();

export function append(object: ptr<Loaded>): void {
  object.next = null;
  if (objects.last === null) objects.first = object;
  else objects.last.next = object;
  objects.last = object;
  objects.added++;
}
export function unlink(object: ptr<Loaded>): void {
  let before: ptr<Loaded> | null = null;
  for (let at = objects.first; at !== null; at = at.next) {
    if (at === object) {
      if (before === null) objects.first = at.next;
      else before.next = at.next;
      if (objects.last === at) objects.last = before;
      objects.removed++;
      return;
    }
    before = at;
  }
}
/** The one that an address is in; null: none, or the kernel's libc. */
export function objectAt(linear: usize): ptr<Loaded> | null {
  for (let at = objects.first; at !== null; at = at.next)
    if (linear >= at.start && linear < at.end) return at;
  return null;
}
/** Whether `bytes` at `linear` are within its memory: what a file says of itself is not trusted. */
export function isWithin(object: ptr<Loaded>, linear: usize, bytes: usize): bool {
  return linear >= object.start && linear <= object.end && bytes <= object.end - linear;
}
export function nameIn(object: ptr<Loaded>, offset: u64): ptr<u8> {
  return offset < object.stringBytes ? object.strings.offset(offset) : "";
}
