/** Reading, writing and cutting regular files that go by pages, whatever file system they are of. */
import { PAGE_SIZE } from "../memory/address.ts";
import { dropFrame } from "../memory/frame.ts";
import { dropPages, hasPage, pageBytes, takePage, tooDirty, writePages } from "./cache.ts";
import { EFAULT, EFBIG, EINVAL, EROFS } from "./errno.ts";
import { fileTime } from "./file-clock.ts";
import { type Attributes, type Node, SET_MODIFIED, SET_SIZE } from "./node.ts";
import { kernelTransfer, type Part, type Transfer } from "./transfer.ts";

/** The largest size, and the most that one call moves, as Linux has them. */
export const MAX_SIZE: u64 = 0x7fff_ffff_ffff_ffff;
export const MAX_COUNT: u64 = 0x7fff_f000;

const zeros: array<u8, typeof PAGE> = zeroed();
const PAGE = 4096;

/** Pages from `first` on have been cut off a file that may be mapped: told to who maps them. */
let onCut: fn<(node: ptr<Node>, first: u64) => void> | null = null;
export function setOnCut(cut: fn<(node: ptr<Node>, first: u64) => void>): void {
  onCut = cut;
}

/** Bytes from `position` on, up to the file's end; how many. */
export function readContents(node: ptr<Node>, position: u64, transfer: ptr<Transfer>): i64 {
  let at = position;
  while (transfer.left > 0) {
    const size = node.attributes.size;
    if (at >= size) break;
    const offset = at % PAGE_SIZE;
    let step = PAGE_SIZE - offset;
    if (step > size - at) step = size - at;
    if (step > transfer.left) step = transfer.left;
    const index = at / PAGE_SIZE;
    let given: usize = 0;
    if (node.operations.readPage === null && !hasPage(node, index)) {
      given = transfer.give(addressOf(zeros[0]), step);
    } else {
      let physical: usize = 0;
      const status = takePage(node, index, false, false, addressOf(physical));
      if (status < 0) return at > position ? i64(at - position) : status;
      given = transfer.give(pageBytes(physical).offset(offset), step);
      dropFrame(physical);
    }
    at += given;
    if (given < step) break;
  }
  return at === position && transfer.faulted ? -EFAULT : i64(at - position);
}

/** Bytes at `position`, or at the end: that is where `position` is left. How many; fewer if memory or the medium is full. The node's lock is not held. */
export function writeContents(
  node: ptr<Node>,
  position: ptr<u64>,
  transfer: ptr<Transfer>,
  append: bool,
): i64 {
  if (node.fileSystem.readOnly) return -EROFS;
  node.lock.lock();
  if (append) position.value = node.attributes.size;
  const status = writeLocked(node, position, transfer);
  node.lock.unlock();
  if (tooDirty()) writePages(node);
  return status;
}
function writeLocked(node: ptr<Node>, position: ptr<u64>, transfer: ptr<Transfer>): i64 {
  const start = position.value;
  let at = start;
  let status: i64 = 0;
  const reserve = node.operations.reserve;
  if (transfer.left > 0 && start >= MAX_SIZE) return -EFBIG;
  while (transfer.left > 0 && at < MAX_SIZE) {
    const offset = at % PAGE_SIZE;
    let step = PAGE_SIZE - offset;
    if (step > transfer.left) step = transfer.left;
    const index = at / PAGE_SIZE;
    let physical: usize = 0;
    const blank = index * PAGE_SIZE >= node.attributes.size;
    if (reserve !== null) status = reserve(node, at, step);
    if (status >= 0) status = takePage(node, index, true, blank, addressOf(physical));
    if (status < 0) break;
    const taken = transfer.take(pageBytes(physical).offset(offset), step);
    dropFrame(physical);
    at += taken;
    if (taken > 0 && at > node.attributes.size) node.attributes.size = at;
    if (taken < step) break;
  }
  position.value = at;
  if (at > start) {
    const now = fileTime();
    node.attributes.modified = now;
    node.attributes.changed = now;
    return i64(at - start);
  }
  return transfer.faulted ? -EFAULT : status;
}

/** The kernel's own reading: `count` bytes, or up to the end. */
export function readFile(node: ptr<Node>, position: u64, to: ptr<unknown>, count: usize): i64 {
  const part: Part = zeroed();
  const transfer: Transfer = zeroed();
  kernelTransfer(addressOf(transfer), addressOf(part), to, count);
  return readContents(node, position, addressOf(transfer));
}
export function writeFile(node: ptr<Node>, position: u64, from: ptr<unknown>, count: usize): i64 {
  const part: Part = zeroed();
  const transfer: Transfer = zeroed();
  let at = position;
  kernelTransfer(addressOf(transfer), addressOf(part), from, count);
  return writeContents(node, addressOf(at), addressOf(transfer), false);
}

/** The file gets a size: zeros come, or what is behind goes. The node's lock is held. */
export function cutFile(node: ptr<Node>, size: u64): i64 {
  const setAttributes = node.operations.setAttributes;
  if (node.fileSystem.readOnly) return -EROFS;
  if (setAttributes === null) return -EINVAL;
  if (size > MAX_SIZE) return -EFBIG;
  const before = node.attributes.size;
  const wanted: Attributes = zeroed();
  wanted.size = size;
  wanted.modified = fileTime();
  const status = setAttributes(node, addressOf(wanted), SET_SIZE | SET_MODIFIED);
  if (status < 0 || size >= before) return status;
  const first = (size + PAGE_SIZE - 1) / PAGE_SIZE;
  if (onCut !== null) onCut(node, first);
  dropPages(node, first);
  const offset = size % PAGE_SIZE;
  if (offset !== 0 && hasPage(node, size / PAGE_SIZE)) {
    let physical: usize = 0;
    const taken = takePage(node, size / PAGE_SIZE, true, false, addressOf(physical));
    if (taken < 0) return taken;
    memset(pageBytes(physical).offset(offset), 0, PAGE_SIZE - offset);
    dropFrame(physical);
  }
  return 0;
}
