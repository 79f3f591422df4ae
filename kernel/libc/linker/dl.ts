/** Objects that a program asks for while it runs: dlopen and its kin (dlopen(3), dl_iterate_phdr(3)). */
import { PT_GNU_EH_FRAME } from "../../lib/elf.ts";
import type { Lock } from "../lock.ts";
import { thisThread } from "../thread-block.ts";
import { threads } from "../threads/thread.ts";
import { callDestructors, forget, initialise } from "./initialise.ts";
import { isWithin, type Loaded, nameIn, objectAt, objects } from "./object.ts";
import { nameOfOwn } from "./own.ts";
import { problem, wrongSymbol } from "./problem.ts";
import { addressOfFound, isThreadLocal, relocate } from "./relocate.ts";
import { discard, findLoaded, isOwn, load, loadNeeded } from "./search.ts";
import { theProgram } from "./start.ts";
import { type Found, findGlobal, findInTree } from "./symbols.ts";
import { fillModule } from "./tls.ts";

const RTLD_NOLOAD: i32 = 4;
const RTLD_GLOBAL: i32 = 0x100;
const RTLD_NODELETE: i32 = 0x1000;
const RTLD_DEFAULT: usize = 0;
const RTLD_NEXT: usize = 0xffff_ffff_ffff_ffff;
/** What dlopen gives for the libc itself. */
const libcHandle: Loaded = zeroed();
const lock: Lock = zeroed();

function failed(): ptr<Loaded> | null {
  thisThread().problem = 1;
  return null;
}
function relocateBehind(object: ptr<Loaded> | null): bool {
  if (object === null) return true;
  return relocateBehind(object.next) && relocate(object);
}
/** New objects' variables in all threads that there are. */
function fillModules(first: ptr<Loaded>): void {
  for (let object: ptr<Loaded> | null = first; object !== null; object = object.next) {
    threads.lock.lock();
    for (let thread = threads.first; thread !== null; thread = thread.next) fillModule(object, thread.self);
    threads.lock.unlock();
    if (!isListed(thisThread().self)) fillModule(object, thisThread().self);
  }
}
function isListed(self: usize): bool {
  for (let thread = threads.first; thread !== null; thread = thread.next)
    if (thread.self === self) return true;
  return false;
}
/** The first thread is in no list: when another one loads an object its variables are filled here. */
let firstThread: usize = 0;
export function rememberFirstThread(): void {
  firstThread = thisThread().self;
}
function open(name: ptr<u8>, flags: i32): ptr<Loaded> | null {
  const known = findLoaded(name);
  if ((flags & RTLD_NOLOAD) !== 0 && known === null) return null;
  const last = objects.last;
  const object = load(name, null);
  if (object === null) return failed();
  if (object.isRelocated) {
    if ((flags & RTLD_GLOBAL) !== 0) object.isGlobal = true;
    object.references++;
    return object;
  }
  if (!loadNeeded(object, (flags & RTLD_GLOBAL) !== 0) || !relocateBehind(object)) {
    // All that came with it goes again.
    while (objects.last !== null && objects.last !== last) {
      const gone = objects.last;
      for (let i: usize = 0; i < gone.neededCount; i++) {
        const needed = gone.needed[i];
        if (needed !== null) needed.references--;
      }
      discard(gone);
    }
    return failed();
  }
  fillModules(object);
  if (firstThread !== thisThread().self)
    for (let at: ptr<Loaded> | null = object; at !== null; at = at.next) fillModule(at, firstThread);
  object.references++;
  initialise(object);
  return object;
}
/** @export */
export function dlopen(name: ptr<u8>, flags: i32): ptr<Loaded> | null {
  if (address(name) === 0 || name[0] === 0) return theProgram();
  if (isOwn(name)) return addressOf(libcHandle);
  lock.lock();
  const object = open(name, flags);
  if (object !== null && (flags & RTLD_NODELETE) !== 0) object.references++;
  lock.unlock();
  return object;
}
function close(object: ptr<Loaded>): void {
  if (object.references > 0) object.references--;
  if (object.references > 0 || object.isProgram) return;
  callDestructors(object);
  forget(object);
  for (let i: usize = 0; i < object.neededCount; i++) {
    const needed = object.needed[i];
    if (needed !== null) close(needed);
  }
  // A module's place among thread-local variables is not given again.
  discard(object);
}
/** @export */
export function dlclose(object: ptr<Loaded>): i32 {
  if (object === addressOf(libcHandle) || object.isProgram) return 0;
  lock.lock();
  close(object);
  lock.unlock();
  return 0;
}
/** @export */
export function dlerror(): ptr<u8> | null {
  const thread = thisThread();
  if (thread.problem === 0) return null;
  thread.problem = 0;
  return addressOf(problem.text[0]);
}
function look(handle: usize, name: ptr<u8>, version: ptr<u8> | null, caller: usize, found: ptr<Found>): bool {
  if (handle === RTLD_NEXT) return findGlobal(name, version, objectAt(caller), null, found);
  if (handle === RTLD_DEFAULT || handle === address(addressOf(libcHandle)))
    return findGlobal(name, version, null, null, found);
  const object = pointer<Loaded>(handle);
  if (object.isProgram) return findGlobal(name, version, null, null, found);
  return (
    findInTree(object, name, version, found) ||
    (findGlobal(name, version, null, null, found) && found.object === null)
  );
}
function symbolFrom(handle: usize, name: ptr<u8>, version: ptr<u8> | null, caller: usize): usize {
  const found: Found = zeroed();
  lock.lock();
  const isThere = look(handle, name, version, caller, addressOf(found));
  lock.unlock();
  if (!isThere) {
    wrongSymbol(
      handle > 1 && handle !== RTLD_NEXT ? pointer<Loaded>(handle).name : theProgram().name,
      "undefined symbol: ",
      name,
    );
    thisThread().problem = 1;
    return 0;
  }
  const object = found.object;
  if (isThreadLocal(addressOf(found)))
    return object === null ? 0 : thisThread().self - object.tlsOffset + found.symbol.at;
  return addressOfFound(addressOf(found));
}
/** The caller's own place decides what RTLD_NEXT is. @naked @export */
export function dlsym(): void {
  asm`mov rdx, [rsp]; jmp ${symbolAt}`;
}
function symbolAt(handle: usize, name: ptr<u8>, caller: usize): usize {
  return symbolFrom(handle, name, null, caller);
}
/** @naked @export */
export function dlvsym(): void {
  asm`mov rcx, [rsp]; jmp ${versionAt}`;
}
function versionAt(handle: usize, name: ptr<u8>, version: ptr<u8>, caller: usize): usize {
  return symbolFrom(handle, name, version, caller);
}
class Information extends Struct {
  path: ptr<u8>;
  base: usize;
  name: ptr<u8>;
  at: usize;
}
/** @export */
export function dladdr(linear: usize, information: ptr<Information>): i32 {
  const object = objectAt(linear);
  information.name = pointer<u8>(0);
  information.at = 0;
  if (object === null) {
    const start: usize = 0;
    const name = nameOfOwn(linear, addressOf(start));
    if (name === null) return 0;
    information.value = { path: "/vitrine/libc.elf", base: 0x6000_0000, name, at: start };
    return 1;
  }
  information.path = object.name;
  information.base = object.start;
  // Symbols lie before their names.
  for (
    let symbol = object.symbols;
    address(symbol) + 24 <= address(object.strings);
    symbol = symbol.offset(1)
  ) {
    if (!isWithin(object, address(symbol), 24)) break;
    const at = object.base + symbol.at;
    if (symbol.section === 0 || at > linear || at <= information.at || (symbol.info & 15) === 6) continue;
    if (symbol.size !== 0 && linear >= at + symbol.size) continue;
    information.at = at;
    information.name = nameIn(object, u64(symbol.name));
  }
  return 1;
}
/** struct dl_phdr_info. */
class Headers extends Struct {
  base: usize;
  name: ptr<u8>;
  headers: usize;
  count: u16;
  added: u64;
  removed: u64;
  module: u64;
  variables: usize;
}
type Visit = fn<(headers: ptr<Headers>, bytes: usize, argument: usize) => i32>;
/** @export */
export function dl_iterate_phdr(visit: Visit, argument: usize): i32 {
  for (let object = objects.first; object !== null; object = object.next) {
    const headers: Headers = {
      base: object.base,
      name: object.name,
      headers: address(object.headers),
      count: u16(object.headerCount),
      added: objects.added,
      removed: objects.removed,
      module: object.tlsModule,
      variables: object.tlsModule === 0 ? 0 : thisThread().self - object.tlsOffset,
    };
    const result = visit(addressOf(headers), sizeof<Headers>(), argument);
    if (result !== 0) return result;
  }
  return 0;
}
/** struct dl_find_object of glibc's <dlfcn.h>. */
class FoundObject extends Struct {
  flags: u64;
  start: usize;
  end: usize;
  map: ptr<Loaded>;
  exceptionHeader: usize;
  reserved: array<u64, 7>;
}
/** What unwinders ask: the object that an address is in, and its table of frames (PT_GNU_EH_FRAME). -1: it is in none that has one. @export */
export function _dl_find_object(linear: usize, to: ptr<FoundObject>): i32 {
  const object = objectAt(linear);
  if (object === null) return -1;
  for (let i: usize = 0; i < object.headerCount; i++) {
    if (object.headers[i].type !== PT_GNU_EH_FRAME) continue;
    to.flags = 0;
    to.start = object.start;
    to.end = object.end;
    to.map = object;
    to.exceptionHeader = object.base + object.headers[i].linear;
    return 0;
  }
  return -1;
}
