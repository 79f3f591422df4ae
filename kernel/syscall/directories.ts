/** Where the program stands, and what directories hold: getcwd(2), chdir(2), chroot(2), getdents(2). */
import { currentDirectory, currentRoot, setDirectory, setRoot, setUmask } from "../fs/context.ts";
import { EBADF, EFAULT, EINVAL, ENOENT, ENOMEM, ENOTDIR, ERANGE } from "../fs/errno.ts";
import { dropFile, type OpenFile } from "../fs/file.ts";
import { dropName, holdName, isGone, type Name, parentOf, pathOf } from "../fs/name.ts";
import { S_IFDIR, S_IFMT } from "../fs/node.ts";
import { FOLLOW, isDirectory, PATH_MAX } from "../fs/path.ts";
import { free, malloc } from "../memory/malloc.ts";
import { copyOut } from "../program/user.ts";
import type { Call } from "./call.ts";
import { anyFileIn, fileIn } from "./descriptor.ts";
import { HERE, leave, type Place, reach } from "./paths.ts";

export function sysGetcwd(call: ptr<Call>): i64 {
  const here = currentDirectory();
  const root = currentRoot();
  const memory = malloc(PATH_MAX);
  if (here === null || root === null || memory === null) {
    if (here !== null) dropName(here);
    if (root !== null) dropName(root);
    free(memory);
    return -ENOMEM;
  }
  const path = cast<u8>(memory);
  let status = isGone(here) ? -ENOENT : pathOf(here, root, path, PATH_MAX);
  if (status >= 0) {
    const length = PATH_MAX - u64(status);
    const start = path.offset(status);
    if (length > call.args[1]) status = -ERANGE;
    else status = copyOut(call.args[0], start, length) ? i64(length) : -EFAULT;
  }
  dropName(here);
  dropName(root);
  free(memory);
  return status;
}
/** The directory at a path, with a reference. */
function directoryAt(path: usize, found: ptr<ptr<Name> | null>): i64 {
  const place: Place = zeroed();
  const status = reach(HERE, path, FOLLOW, addressOf(place));
  if (status < 0) return status;
  const name = place.walk.name;
  if (name !== null && isDirectory(name)) found.value = holdName(name);
  leave(addressOf(place));
  return found.value === null ? -ENOTDIR : 0;
}
export function sysChdir(call: ptr<Call>): i64 {
  let name: ptr<Name> | null = null;
  const status = directoryAt(call.args[0], addressOf(name));
  if (name !== null) setDirectory(name);
  return status;
}
export function sysChroot(call: ptr<Call>): i64 {
  let name: ptr<Name> | null = null;
  const status = directoryAt(call.args[0], addressOf(name));
  if (name !== null) setRoot(name);
  return status;
}
export function sysFchdir(call: ptr<Call>): i64 {
  const file = anyFileIn(call, 0);
  if (file === null) return -EBADF;
  const name = file.name;
  const good = name !== null && isDirectory(name);
  if (name !== null && good) setDirectory(holdName(name));
  dropFile(file);
  return good ? 0 : -ENOTDIR;
}
export function sysUmask(call: ptr<Call>): i64 {
  return i64(setUmask(truncate<u32>(call.args[0])));
}

/** What getdents has put so far, in the kernel's memory. */
class Listing extends Struct {
  bytes: ptr<u8>;
  used: usize;
  room: usize;
  /** struct linux_dirent64 has the type before the name, linux_dirent at its end. */
  is64: bool;
  /** Where the directory's list goes on. */
  position: u64;
  /** An entry did not fit. */
  full: bool;
}
/** Where positions of the file system's begin: before are `.` and `..`. */
const DOTS: u64 = 2;

function put(
  listing: ptr<Listing>,
  name: ptr<u8>,
  length: usize,
  number: u64,
  mode: u32,
  position: u64,
): bool {
  const header: usize = listing.is64 ? 19 : 18;
  const bytes = (header + length + (listing.is64 ? 1 : 2) + 7) & ~u64(7);
  if (listing.used + bytes > listing.room) {
    listing.full = true;
    return false;
  }
  const to = listing.bytes.offset(listing.used);
  memset(to, 0, bytes);
  cast<u64>(to).value = number;
  cast<u64>(to.offset(8)).value = position;
  cast<u16>(to.offset(16)).value = truncate<u16>(bytes);
  const type = truncate<u8>((mode & S_IFMT) >> 12);
  if (listing.is64) to[18] = type;
  else to[bytes - 1] = type;
  memcpy(to.offset(header), name, length);
  listing.used += bytes;
  listing.position = position;
  return true;
}
function take(taker: ptr<unknown>, name: ptr<u8>, length: usize, number: u64, mode: u32, next: u64): bool {
  return put(cast<Listing>(taker), name, length, number, mode, next + DOTS);
}
function putDots(file: ptr<OpenFile>, name: ptr<Name>, listing: ptr<Listing>): bool {
  if (listing.position === 0 && !put(listing, ".", 1, file.node.number, S_IFDIR, 1)) return false;
  if (listing.position !== 1) return true;
  const root = currentRoot();
  if (root === null) return true;
  const parent = parentOf(name, root);
  const good = put(listing, "..", 2, parent.node.number, S_IFDIR, DOTS);
  dropName(parent);
  dropName(root);
  return good;
}
function listInto(file: ptr<OpenFile>, listing: ptr<Listing>): i64 {
  const name = file.name;
  const node = file.node;
  const list = node.operations.list;
  if ((node.attributes.mode & S_IFMT) !== S_IFDIR || name === null || list === null) return -ENOTDIR;
  if (isGone(name)) return -ENOENT;
  file.lock.lock();
  listing.position = file.position;
  let status: i64 = 0;
  if (putDots(file, name, listing)) {
    node.lock.lock();
    status = list(node, listing.position - DOTS, take, listing);
    node.lock.unlock();
  }
  if (status === 0 || listing.used > 0) {
    file.position = listing.position;
    status = listing.used === 0 && listing.full ? -EINVAL : i64(listing.used);
  }
  file.lock.unlock();
  return status;
}
function getdents(call: ptr<Call>, is64: bool): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const wanted = u64(truncate<u32>(call.args[2]));
  const room: usize = wanted > 32768 ? 32768 : wanted;
  const listing: Listing = zeroed();
  listing.is64 = is64;
  listing.room = room;
  const memory = malloc(room);
  let status: i64 = -ENOMEM;
  if (memory !== null) {
    listing.bytes = cast<u8>(memory);
    const before = file.position;
    status = listInto(file, addressOf(listing));
    if (status > 0 && !copyOut(call.args[1], memory, u64(status))) {
      file.position = before;
      status = -EFAULT;
    }
  }
  free(memory);
  dropFile(file);
  return status;
}
export function sysGetdents(call: ptr<Call>): i64 {
  return getdents(call, false);
}
export function sysGetdents64(call: ptr<Call>): i64 {
  return getdents(call, true);
}
