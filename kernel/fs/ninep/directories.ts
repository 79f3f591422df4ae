/** Directories of a share: finding, making, removing and renaming entries, and listing them. The caller holds the directories' locks. */
import { dropPages } from "../cache.ts";
import { ENOENT, ENOMEM, EPROTO } from "../errno.ts";
import { type Attributes, type Node, S_IFDIR, S_IFMT, S_IFREG, SET_SIZE, type TakeEntry } from "../node.ts";
import { dropNode } from "../node-cache.ts";
import { getAttributes, putAttributes } from "./attributes.ts";
import { beginCall, type Call, type Client, clunk, endCall, NO_FID, newFid, send } from "./client.ts";
import {
  type Message,
  type Qid,
  TLCREATE,
  TLINK,
  TMKDIR,
  TMKNOD,
  TREADDIR,
  TRENAMEAT,
  TSYMLINK,
  TUNLINKAT,
} from "./messages.ts";
import { clientOf, cloneFid, fidsOf, ninepOf, nodeOfFid, openFid, walk } from "./ninep-node.ts";

const O_RDWR: u32 = 2;
const O_EXCL: u32 = 0x80;
const O_DIRECTORY: u32 = 0x1_0000;
const AT_REMOVEDIR: u32 = 0x200;
const GROUP: u32 = 0;
/** Bytes of a directory that are asked for at once. */
const LISTED: usize = 8192;

/** Attributes as the server has them now. What is not written back yet is longer and newer here than there. */
export function refresh(node: ptr<Node>): i64 {
  if (ninepOf(node).cached) return 0;
  const fids = fidsOf(node);
  const fresh: Attributes = zeroed();
  fids.lock.lock();
  const status = getAttributes(clientOf(node), fids.fid, addressOf(fresh));
  fids.lock.unlock();
  if (status !== 0) return status;
  const old = addressOf(node.attributes);
  const ours = atomicLoad(addressOf(node.pages.dirty)) !== 0;
  if (ours) {
    fresh.size = old.size;
    fresh.modified = old.modified;
    fresh.changed = old.changed;
  } else if ((fresh.mode & S_IFMT) === S_IFREG) {
    // Somebody else has changed it: what is here of it is not true any more.
    const changed = fresh.size !== old.size || fresh.modified !== old.modified;
    if (changed && !fids.written) dropPages(node, 0);
    fids.written = false;
  }
  old.value = fresh;
  return 0;
}
export function setAttributes(node: ptr<Node>, wanted: ptr<Attributes>, changes: u32): i64 {
  const fids = fidsOf(node);
  fids.lock.lock();
  // A file that we have open for writing can be cut by that, whatever its mode is now.
  const fid = (changes & SET_SIZE) !== 0 && fids.writeFid !== NO_FID ? fids.writeFid : fids.fid;
  let status = putAttributes(clientOf(node), fid, wanted, changes);
  const fresh: Attributes = zeroed();
  if (status === 0) status = getAttributes(clientOf(node), fids.fid, addressOf(fresh));
  fids.lock.unlock();
  if (status !== 0) return status;
  fids.written = true;
  if ((changes & SET_SIZE) === 0 && atomicLoad(addressOf(node.pages.dirty)) !== 0)
    fresh.size = node.attributes.size;
  node.attributes = fresh;
  return 0;
}

/** Walks to an entry, and to its node. `going`: the entry is about to be removed. */
function find(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  going: bool,
  found: ptr<ptr<Node> | null>,
): i64 {
  const client = clientOf(directory);
  const fids = fidsOf(directory);
  const fid = newFid(client);
  const qid: Qid = zeroed();
  fids.lock.lock();
  const status = walk(client, fids.fid, fid, name, length, addressOf(qid));
  fids.lock.unlock();
  return status === 0 ? nodeOfFid(ninepOf(directory), fid, qid.path, going, found) : status;
}
export function lookup(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  found: ptr<ptr<Node> | null>,
): i64 {
  return find(directory, name, length, false, found);
}
/** How many names a node has, as the server knows it. */
function refreshLinks(node: ptr<Node>): void {
  const fids = fidsOf(node);
  const fresh: Attributes = zeroed();
  fids.lock.lock();
  const status = getAttributes(clientOf(node), fids.fid, addressOf(fresh));
  fids.lock.unlock();
  if (status !== 0) return;
  node.attributes.links = fresh.links;
  node.attributes.changed = fresh.changed;
}
/** A node has lost a name; a directory has one at most. Some servers, which know files by names alone, could not be asked any more. */
function loseLink(node: ptr<Node>): void {
  const a = addressOf(node.attributes);
  a.links = (a.mode & S_IFMT) === S_IFDIR || a.links === 0 ? 0 : a.links - 1;
}
function refreshDirectory(directory: ptr<Node>): void {
  const fids = fidsOf(directory);
  fids.lock.lock();
  getAttributes(clientOf(directory), fids.fid, addressOf(directory.attributes));
  fids.lock.unlock();
}

/** Begins a request about an entry of a directory, whose identifiers are locked from here to `endEntry`. */
function beginEntry(
  directory: ptr<Node>,
  type: u8,
  name: ptr<u8>,
  length: usize,
  more: usize,
): ptr<Call> | null {
  const call = beginCall(clientOf(directory), type, length + more, 0);
  if (call === null) return null;
  fidsOf(directory).lock.lock();
  call.request.put32(fidsOf(directory).fid);
  call.request.putText(name, length);
  return call;
}
function endEntry(directory: ptr<Node>, call: ptr<Call>): i64 {
  const status = send(call);
  fidsOf(directory).lock.unlock();
  endCall(call);
  return status;
}
/** A regular file: leaves an identifier that is open for reading and writing. */
function createFile(directory: ptr<Node>, name: ptr<u8>, length: usize, mode: u32, opened: ptr<u32>): i64 {
  const client = clientOf(directory);
  const fids = fidsOf(directory);
  const fid = newFid(client);
  fids.lock.lock();
  let status = cloneFid(client, fids.fid, fid);
  fids.lock.unlock();
  if (status !== 0) return status;
  const call = beginCall(client, TLCREATE, length, 0);
  if (call === null) status = -ENOMEM;
  else {
    call.request.put32(fid);
    call.request.putText(name, length);
    call.request.put32(O_RDWR | O_EXCL);
    call.request.put32(mode & 0o7777);
    call.request.put32(GROUP);
    status = send(call);
    endCall(call);
  }
  if (status !== 0) clunk(client, fid);
  else opened.value = fid;
  return status;
}
function createOther(directory: ptr<Node>, name: ptr<u8>, length: usize, mode: u32, device: u64): i64 {
  const isDirectory = (mode & S_IFMT) === S_IFDIR;
  const call = beginEntry(directory, isDirectory ? TMKDIR : TMKNOD, name, length, 0);
  if (call === null) return -ENOMEM;
  call.request.put32(isDirectory ? mode & 0o7777 : mode);
  if (!isDirectory) {
    call.request.put32(truncate<u32>(device >> 8) & 0xfff);
    call.request.put32(truncate<u32>(device) & 0xff);
  }
  call.request.put32(GROUP);
  return endEntry(directory, call);
}
export function create(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  mode: u32,
  device: u64,
  found: ptr<ptr<Node> | null>,
): i64 {
  const isFile = (mode & S_IFMT) === S_IFREG;
  let opened = NO_FID;
  let status = isFile
    ? createFile(directory, name, length, mode, addressOf(opened))
    : createOther(directory, name, length, mode, device);
  if (status === 0) status = find(directory, name, length, false, found);
  const node = found.value;
  if (status !== 0 || node === null) {
    clunk(clientOf(directory), opened);
    return status;
  }
  if (isFile) {
    const fids = fidsOf(node);
    fids.lock.lock();
    const spare = fids.writeFid === NO_FID ? NO_FID : opened;
    if (spare === NO_FID) fids.writeFid = opened;
    fids.lock.unlock();
    clunk(clientOf(directory), spare);
  }
  refreshDirectory(directory);
  return 0;
}
export function symlink(
  directory: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  target: ptr<u8>,
  bytes: usize,
): i64 {
  const call = beginEntry(directory, TSYMLINK, name, length, bytes);
  if (call === null) return -ENOMEM;
  call.request.putText(target, bytes);
  call.request.put32(GROUP);
  const status = endEntry(directory, call);
  refreshDirectory(directory);
  return status;
}
/** Two nodes' identifiers, in the order of their addresses. */
function lockBoth(a: ptr<Node>, b: ptr<Node>): void {
  const first = address(a) < address(b) ? a : b;
  const second = first === a ? b : a;
  fidsOf(first).lock.lock();
  if (first !== second) fidsOf(second).lock.lock();
}
function unlockBoth(a: ptr<Node>, b: ptr<Node>): void {
  fidsOf(a).lock.unlock();
  if (a !== b) fidsOf(b).lock.unlock();
}
export function link(directory: ptr<Node>, name: ptr<u8>, length: usize, node: ptr<Node>): i64 {
  const call = beginCall(clientOf(directory), TLINK, length, 0);
  if (call === null) return -ENOMEM;
  lockBoth(directory, node);
  call.request.put32(fidsOf(directory).fid);
  call.request.put32(fidsOf(node).fid);
  call.request.putText(name, length);
  const status = send(call);
  unlockBoth(directory, node);
  endCall(call);
  if (status === 0) refreshLinks(node);
  refreshDirectory(directory);
  return status;
}
export function unlink(directory: ptr<Node>, name: ptr<u8>, length: usize, isDirectory: bool): i64 {
  let node: ptr<Node> | null = null;
  let status = find(directory, name, length, true, addressOf(node));
  if (status !== 0) return status;
  if (node !== null) refreshLinks(node);
  const call = beginEntry(directory, TUNLINKAT, name, length, 0);
  if (call === null) status = -ENOMEM;
  else {
    call.request.put32(isDirectory ? AT_REMOVEDIR : 0);
    status = endEntry(directory, call);
  }
  if (node !== null) {
    if (status === 0) loseLink(node);
    dropNode(node);
  }
  refreshDirectory(directory);
  return status;
}
export function rename(
  from: ptr<Node>,
  name: ptr<u8>,
  length: usize,
  to: ptr<Node>,
  newName: ptr<u8>,
  newLength: usize,
): i64 {
  let replaced: ptr<Node> | null = null;
  let status = find(to, newName, newLength, true, addressOf(replaced));
  if (status !== 0 && status !== -ENOENT) return status;
  if (replaced !== null) refreshLinks(replaced);
  const call = beginCall(clientOf(from), TRENAMEAT, length + newLength, 0);
  if (call === null) status = -ENOMEM;
  else {
    lockBoth(from, to);
    call.request.put32(fidsOf(from).fid);
    call.request.putText(name, length);
    call.request.put32(fidsOf(to).fid);
    call.request.putText(newName, newLength);
    status = send(call);
    unlockBoth(from, to);
    endCall(call);
  }
  if (replaced !== null) {
    if (status === 0) loseLink(replaced);
    dropNode(replaced);
  }
  if (status !== 0) return status;
  // The file's identifier knows its old name; walking to the new one replaces it.
  let moved: ptr<Node> | null = null;
  if (find(to, newName, newLength, false, addressOf(moved)) === 0 && moved !== null) dropNode(moved);
  refreshDirectory(from);
  if (from !== to) refreshDirectory(to);
  return 0;
}

/** Takes one entry of an answer. False: the taker wants no more, or the answer is bad. */
function takeOne(message: ptr<Message>, take: TakeEntry, taker: ptr<unknown>, position: ptr<u64>): bool {
  const qid = message.getQid();
  const next = message.get64();
  const type = message.get8();
  const length = usize(message.get16());
  const name = message.take(u32(length));
  if (name === null) return false;
  const isDots = name[0] === char(".") && (length === 1 || (length === 2 && name[1] === char(".")));
  if (!isDots && !take(taker, name, length, qid.path, u32(type) << 12, next)) return false;
  position.value = next;
  return true;
}
/** One answer's worth. Gives the bytes that it had, or an error; `stopped` if the taker wants no more. */
function listSome(
  directory: ptr<Node>,
  client: ptr<Client>,
  position: ptr<u64>,
  take: TakeEntry,
  taker: ptr<unknown>,
  stopped: ptr<bool>,
): i64 {
  const call = beginCall(client, TREADDIR, 0, LISTED);
  if (call === null) return -ENOMEM;
  call.request.put32(fidsOf(directory).listFid);
  call.request.put64(position.value);
  call.request.put32(u32(LISTED));
  let status = send(call);
  if (status === 0) {
    const answer = addressOf(call.answer);
    const bytes = answer.get32();
    const end = answer.at + bytes;
    if (answer.bad || bytes > answer.length - answer.at) status = -EPROTO;
    else status = i64(bytes);
    while (status > 0 && answer.at < end && !stopped.value) {
      if (!takeOne(answer, take, taker, position)) stopped.value = true;
      if (answer.bad) status = -EPROTO;
    }
  }
  endCall(call);
  return status;
}
/** Positions are the server's. */
export function list(directory: ptr<Node>, position: u64, take: TakeEntry, taker: ptr<unknown>): i64 {
  const client = clientOf(directory);
  const fids = fidsOf(directory);
  fids.lock.lock();
  let status: i64 = 0;
  if (fids.listFid === NO_FID) status = openFid(directory, O_DIRECTORY, addressOf(fids.listFid));
  fids.lock.unlock();
  let at = position;
  let stopped = false;
  while (status === 0 && !stopped) {
    status = listSome(directory, client, addressOf(at), take, taker, addressOf(stopped));
    if (status === 0) break;
    if (status > 0) status = 0;
  }
  return status;
}
