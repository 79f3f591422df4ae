/** Shared objects by their names: where they are looked for (ld.so(8)), and what they need in turn. */

import { Tag } from "../../lib/elf.ts";
import { lookUp } from "../environment.ts";
import { free, malloc } from "../kernel-calls.ts";
import { systemCall } from "../system.ts";
import { find, type Line, lengthOf, same, startsWith } from "../text.ts";
import { readDynamic } from "./dynamic.ts";
import { mapObject, unmapObject } from "./map.ts";
import { append, type Loaded, MOST_NEEDED, nameIn, objects, unlink } from "./object.ts";
import { wrong } from "./problem.ts";
import { placeModule } from "./tls.ts";

const DEFAULT_PLACES: ptr<u8> =
  "/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib:/usr/local/lib";
const O_CLOEXEC = 0o2000000;
const ENOENT: i64 = -2;

/** Libraries that the kernel is itself. */
const OWN: array<ptr<u8>, 12> = [
  "libc.so.6",
  "libm.so.6",
  "libpthread.so.0",
  "libdl.so.2",
  "librt.so.1",
  "libutil.so.1",
  "libresolv.so.2",
  "libcrypt.so.1",
  "ld-linux-x86-64.so.2",
  "libc.musl-x86_64.so.1",
  "ld-musl-x86_64.so.1",
  "linux-vdso.so.1",
];
export function isOwn(name: ptr<u8>): bool {
  let last = name;
  for (let slash = find(name, char("/")); slash !== null; slash = find(last, char("/")))
    last = slash.offset(1);
  for (let i: usize = 0; i < OWN.length; i++) if (same(OWN[i], last)) return true;
  return false;
}
class Opened extends Struct {
  file: i64;
  path: Line;
}
/** struct stat: device, inode. */
class Status extends Struct {
  words: array<u64, 18>;
}
function directoryOf(object: ptr<Loaded>, to: ptr<Line>): void {
  let length = lengthOf(object.path);
  while (length > 0 && object.path[length - 1] !== char("/")) length--;
  if (length === 0) to.byte(char("."));
  else if (length === 1) to.byte(char("/"));
  else to.bytes(object.path, length - 1);
}
/** Each directory of a list that colons part, with $ORIGIN for where `by` is. */
function openIn(list: ptr<u8>, by: ptr<Loaded> | null, name: ptr<u8>, opened: ptr<Opened>): bool {
  let at: usize = 0;
  for (;;) {
    opened.path.length = 0;
    const start = at;
    while (list[at] !== 0 && list[at] !== char(":")) {
      const rest = list.offset(at);
      const plain = startsWith(rest, "$ORIGIN");
      if (by !== null && (plain || (rest[0] === char("$") && startsWith(rest.offset(1), "{ORIGIN}")))) {
        directoryOf(by, addressOf(opened.path));
        at += plain ? 7 : 9;
      } else {
        opened.path.byte(list[at]);
        at++;
      }
    }
    if (at === start) opened.path.byte(char("."));
    opened.path.byte(char("/"));
    opened.path.add(name);
    opened.file = systemCall(2, address(addressOf(opened.path.text[0])), O_CLOEXEC, 0);
    if (opened.file >= 0) return true;
    if (list[at] === 0) return false;
    at++;
  }
}
function open(name: ptr<u8>, by: ptr<Loaded> | null, opened: ptr<Opened>): bool {
  if (find(name, char("/")) !== null) {
    opened.path.length = 0;
    opened.path.add(name);
    opened.file = systemCall(2, address(name), O_CLOEXEC, 0);
    return opened.file >= 0;
  }
  const runPath = by === null ? null : by.runPath;
  if (runPath !== null && openIn(runPath, by, name, opened)) return true;
  const list = lookUp("LD_LIBRARY_PATH");
  if (list !== null && list[0] !== 0 && openIn(list, by, name, opened)) return true;
  return openIn(DEFAULT_PLACES, by, name, opened);
}
function copyOf(text: ptr<u8>): ptr<u8> | null {
  const bytes = lengthOf(text) + 1;
  const copy = malloc(bytes);
  if (copy !== null) memcpy(copy, text, bytes);
  return copy;
}
/** One that is loaded already, by the name under which others know it. */
export function findLoaded(name: ptr<u8>): ptr<Loaded> | null {
  for (let at = objects.first; at !== null; at = at.next) {
    const soname = at.soname;
    if (same(at.name, name) || (soname !== null && same(soname, name))) return at;
  }
  return null;
}
function findFile(status: ptr<Status>): ptr<Loaded> | null {
  for (let at = objects.first; at !== null; at = at.next)
    if (at.inode === status.words[1] && at.device === status.words[0] && at.inode !== 0) return at;
  return null;
}
/** The object of a name, loaded if need be, without what it needs; null: `problem`. */
export function load(name: ptr<u8>, by: ptr<Loaded> | null): ptr<Loaded> | null {
  const known = findLoaded(name);
  if (known !== null) return known;
  const opened: Opened = zeroed();
  if (!open(name, by, addressOf(opened))) {
    wrong(
      name,
      opened.file === ENOENT
        ? "cannot open shared object file: No such file or directory"
        : "cannot open shared object file",
    );
    return null;
  }
  const status: Status = zeroed();
  systemCall(5, u64(opened.file), address(addressOf(status)), 0);
  const same = findFile(addressOf(status));
  if (same !== null) {
    systemCall(3, u64(opened.file), 0, 0);
    return same;
  }
  const memory = malloc(sizeof<Loaded>());
  const path = copyOf(addressOf(opened.path.text[0]));
  if (memory === null || path === null) {
    wrong(name, "there is no memory for it");
    return null;
  }
  const object = cast<Loaded>(memory);
  object.value = init({ name: path, path, device: status.words[0], inode: status.words[1] });
  const isMapped = mapObject(object, u64(opened.file));
  systemCall(3, u64(opened.file), 0, 0);
  if (!isMapped || !readDynamic(object)) {
    discard(object);
    return null;
  }
  if (!placeModule(object)) {
    wrong(object.name, "cannot allocate memory in static TLS block");
    discard(object);
    return null;
  }
  append(object);
  return object;
}
export function discard(object: ptr<Loaded>): void {
  unlink(object);
  unmapObject(object);
  free(object.name);
  free(object);
}
/** What an object needs, and what that needs, breadth first: objects behind it in the list get theirs in their turn. */
export function loadNeeded(first: ptr<Loaded>, isGlobal: bool): bool {
  for (let object: ptr<Loaded> | null = first; object !== null; object = object.next) {
    if (object !== first && object.isRelocated) continue;
    if (isGlobal) object.isGlobal = true;
    const dynamic = object.dynamic;
    if (dynamic === null || object.neededCount > 0) continue;
    for (let i: usize = 0; dynamic[i].tag !== 0; i++) {
      if (dynamic[i].tag !== u64(Tag.Needed)) continue;
      const name = nameIn(object, dynamic[i].word);
      if (isOwn(name)) continue;
      if (object.neededCount >= usize(MOST_NEEDED)) return wrong(object.name, "it needs too many libraries");
      const needed = load(name, object);
      if (needed === null) return false;
      needed.references++;
      if (isGlobal) needed.isGlobal = true;
      object.needed[object.neededCount] = needed;
      object.neededCount++;
    }
  }
  return true;
}
