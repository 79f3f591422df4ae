/** From one file to another: sendfile(2), copy_file_range(2), splice(2). */
import { MAX_COUNT } from "../fs/contents.ts";
import { EBADF, EFAULT, EINVAL, EISDIR, ENOMEM, EOVERFLOW, ESPIPE } from "../fs/errno.ts";
import { dropFile, isReadable, isWritable, O_APPEND, type OpenFile } from "../fs/file.ts";
import { S_IFDIR, S_IFIFO, S_IFMT, S_IFREG } from "../fs/node.ts";
import { kernelTransfer, type Part, type Transfer } from "../fs/transfer.ts";
import { free, malloc } from "../memory/malloc.ts";
import { copyIn, copyOut } from "../program/user.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";
import { moveBytes } from "./read-write.ts";

/** Bytes moved at a time. */
const PIECE: u64 = 65536;
/** The file's own position. */
const OWN: i64 = -1;
const NEGATIVE: i64 = -2;

function typeOf(file: ptr<OpenFile>): u32 {
  return file.node.attributes.mode & S_IFMT;
}
/** Copies at given positions, or OWN; how many bytes. What has been read and could not be written is lost to streams, and read again of files. */
function copy(from: ptr<OpenFile>, at: i64, to: ptr<OpenFile>, toAt: i64, count: u64): i64 {
  const memory = malloc(PIECE);
  if (memory === null) return -ENOMEM;
  let done: i64 = 0;
  while (u64(done) < count) {
    const wanted = count - u64(done) < PIECE ? count - u64(done) : PIECE;
    const part: Part = zeroed();
    const transfer: Transfer = zeroed();
    kernelTransfer(addressOf(transfer), addressOf(part), memory, wanted);
    const read = moveBytes(from, addressOf(transfer), at === OWN ? OWN : at + done, false);
    if (read <= 0) {
      if (done === 0) done = read;
      break;
    }
    kernelTransfer(addressOf(transfer), addressOf(part), memory, u64(read));
    const written = moveBytes(to, addressOf(transfer), toAt === OWN ? OWN : toAt + done, true);
    const moved = written < 0 ? 0 : written;
    if (moved < read && at === OWN && from.operations.seekable) from.position -= u64(read - moved);
    if (written < 0 && done === 0) done = written;
    if (written <= 0) break;
    done += written;
    if (written < read || (!from.operations.seekable && u64(read) < wanted)) break;
  }
  free(memory);
  return done;
}
/** A position that the program has, or OWN without one; one that is negative is -2. */
function readPosition(at: usize, position: ptr<i64>): i64 {
  position.value = OWN;
  if (at === 0) return 0;
  if (!copyIn(addressOf(position.value), at, 8)) return -EFAULT;
  if (position.value < 0) position.value = NEGATIVE;
  return 0;
}
function writePosition(at: usize, position: i64, moved: i64): i64 {
  if (at === 0 || moved < 0) return moved;
  const next = position + moved;
  return copyOut(at, addressOf(next), 8) ? moved : -EFAULT;
}
function limited(count: u64): u64 {
  return count > MAX_COUNT ? MAX_COUNT : count;
}
export function sysSendfile(call: ptr<Call>): i64 {
  let position: i64 = OWN;
  const status = readPosition(call.args[2], addressOf(position));
  if (status < 0) return status;
  const to = fileIn(call, 0);
  const from = fileIn(call, 1);
  let moved: i64 = -EBADF;
  if (from !== null && isReadable(from)) {
    if (call.args[2] !== 0 && !from.operations.seekable) moved = -ESPIPE;
    else if (position === NEGATIVE || truncate<i64>(call.args[3]) < 0) moved = -EINVAL;
    else if (to === null || !isWritable(to)) moved = -EBADF;
    else if (typeOf(from) !== S_IFREG || (to.flags & O_APPEND) !== 0) moved = -EINVAL;
    else moved = copy(from, position, to, OWN, limited(call.args[3]));
  }
  if (from !== null) dropFile(from);
  if (to !== null) dropFile(to);
  // Linux puts it back even if nothing was moved.
  if (position === NEGATIVE) copyIn(addressOf(position), call.args[2], 8);
  const next = position + (moved > 0 ? moved : 0);
  return call.args[2] === 0 || copyOut(call.args[2], addressOf(next), 8) ? moved : -EFAULT;
}
function mayCopy(from: ptr<OpenFile>, to: ptr<OpenFile>): i64 {
  if (typeOf(from) === S_IFDIR || typeOf(to) === S_IFDIR) return -EISDIR;
  if (typeOf(from) !== S_IFREG || typeOf(to) !== S_IFREG) return -EINVAL;
  return !isReadable(from) || !isWritable(to) || (to.flags & O_APPEND) !== 0 ? -EBADF : 0;
}
function copyRange(call: ptr<Call>, from: ptr<OpenFile>, to: ptr<OpenFile>): i64 {
  let position: i64 = OWN;
  let toPosition: i64 = OWN;
  let status = readPosition(call.args[1], addressOf(position));
  if (status === 0) status = readPosition(call.args[3], addressOf(toPosition));
  if (status === 0 && call.args[5] !== 0) status = -EINVAL;
  if (status === 0) status = mayCopy(from, to);
  if (status === 0 && (position === NEGATIVE || toPosition === NEGATIVE)) status = -EINVAL;
  if (status < 0) return status;
  const start = position === OWN ? i64(from.position) : position;
  const end = toPosition === OWN ? i64(to.position) : toPosition;
  const count = i64(limited(call.args[4]));
  if (start + count < start || end + count < end) return -EOVERFLOW;
  if (from.node === to.node && start < end + count && end < start + count) return -EINVAL;
  const moved = copy(from, position, to, toPosition, u64(count));
  const put = writePosition(call.args[1], position, moved);
  return put < 0 ? put : writePosition(call.args[3], toPosition, moved);
}
export function sysCopyFileRange(call: ptr<Call>): i64 {
  const from = fileIn(call, 0);
  const to = fileIn(call, 2);
  const status = from === null || to === null ? -EBADF : copyRange(call, from, to);
  if (from !== null) dropFile(from);
  if (to !== null) dropFile(to);
  return status;
}
function splice(call: ptr<Call>, from: ptr<OpenFile>, to: ptr<OpenFile>): i64 {
  let position: i64 = OWN;
  let toPosition: i64 = OWN;
  if (typeOf(from) === S_IFIFO && call.args[1] !== 0) return -ESPIPE;
  if (typeOf(to) === S_IFIFO && call.args[3] !== 0) return -ESPIPE;
  let status = readPosition(call.args[3], addressOf(toPosition));
  if (status === 0) status = readPosition(call.args[1], addressOf(position));
  if (status < 0) return status;
  if (!isReadable(from) || !isWritable(to)) return -EBADF;
  if (typeOf(from) !== S_IFIFO && typeOf(to) !== S_IFIFO) return -EINVAL;
  if (position === NEGATIVE || toPosition === NEGATIVE || (to.flags & O_APPEND) !== 0) return -EINVAL;
  const moved = copy(from, position, to, toPosition, limited(call.args[4]));
  const put = writePosition(call.args[1], position, moved);
  return put < 0 ? put : writePosition(call.args[3], toPosition, moved);
}
/** Copies; SPLICE_F_NONBLOCK is not looked at. */
export function sysSplice(call: ptr<Call>): i64 {
  const from = fileIn(call, 0);
  const to = fileIn(call, 2);
  let status: i64 = -EBADF;
  if (truncate<u32>(call.args[5]) > 15) status = -EINVAL;
  else if (call.args[4] === 0) status = 0;
  else if (from !== null && to !== null) status = splice(call, from, to);
  if (from !== null) dropFile(from);
  if (to !== null) dropFile(to);
  return status;
}
