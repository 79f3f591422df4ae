/** read(2), write(2) and their kin: by descriptor, at a position, in parts. */
import { MAX_COUNT, MAX_SIZE } from "../fs/contents.ts";
import { fileOf } from "../fs/descriptors.ts";
import { EBADF, EFAULT, EINVAL, ENOMEM, EOPNOTSUPP, ESPIPE } from "../fs/errno.ts";
import { dropFile, isReadable, isWritable, O_PATH, type OpenFile } from "../fs/file.ts";
import { S_IFDIR, S_IFMT } from "../fs/node.ts";
import { type Part, partsTransfer, programTransfer, type Transfer } from "../fs/transfer.ts";
import { free, malloc } from "../memory/malloc.ts";
import { copyIn, isProgramRange } from "../program/user.ts";
import { PROGRAMS_END } from "../vm/space.ts";
import type { Call } from "./call.ts";

const IOV_MAX: u64 = 1024;
/** No position given: the file's own. */
const OWN: i64 = -1;

/** Whether Linux would try: what is not there is only found out by who touches it. */
export function mayTouch(start: usize, bytes: usize): bool {
  return (
    isProgramRange(start, bytes === 0 ? 1 : bytes) || (bytes <= PROGRAMS_END && start <= PROGRAMS_END - bytes)
  );
}
/** What a read or write can be refused for before its memory is looked at. */
function mayMove(file: ptr<OpenFile>, given: i64, writes: bool): i64 {
  const operations = file.operations;
  if (given !== OWN && (file.flags & O_PATH) === 0 && !operations.seekable) return -ESPIPE;
  if (writes ? !isWritable(file) : !isReadable(file)) return -EBADF;
  return (writes ? operations.write : operations.read) === null ? -EINVAL : 0;
}
/** Moves what the transfer wants, at the file's position or at a given one. */
export function moveBytes(file: ptr<OpenFile>, transfer: ptr<Transfer>, given: i64, writes: bool): i64 {
  const operations = file.operations;
  const status = mayMove(file, given, writes);
  const move = writes ? operations.write : operations.read;
  if (status < 0 || move === null) return status;
  let position: u64 = 0;
  if (!operations.seekable) return move(file, transfer, addressOf(position));
  if (given !== OWN) {
    position = u64(given);
    return move(file, transfer, addressOf(position));
  }
  file.lock.lock();
  const moved = move(file, transfer, addressOf(file.position));
  file.lock.unlock();
  return moved;
}
/** Whether bytes behind a position, the file's own or a given one, have positions. */
function hasRoom(file: ptr<OpenFile>, given: i64, bytes: usize): bool {
  if (!file.operations.seekable) return true;
  const position = given === OWN ? i64(file.position) : given;
  return truncate<i64>(bytes) >= 0 && bytes <= MAX_SIZE - u64(position);
}
function moveOne(call: ptr<Call>, given: i64, writes: bool): i64 {
  const file = fileOf(u64(truncate<u32>(call.args[0])));
  if (file === null) return -EBADF;
  const status = moveFrom(file, call.args[1], call.args[2], given, writes);
  dropFile(file);
  return status;
}
function moveFrom(file: ptr<OpenFile>, start: usize, length: usize, given: i64, writes: bool): i64 {
  const status = mayMove(file, given, writes);
  if (status < 0) return status;
  if (!mayTouch(start, length)) return -EFAULT;
  if (!hasRoom(file, given, length)) return -EINVAL;
  const part: Part = zeroed();
  const transfer: Transfer = zeroed();
  const count = length > MAX_COUNT ? MAX_COUNT : length;
  programTransfer(addressOf(transfer), addressOf(part), start, count);
  return moveBytes(file, addressOf(transfer), given, writes);
}
export function sysRead(call: ptr<Call>): i64 {
  return moveOne(call, OWN, false);
}
export function sysWrite(call: ptr<Call>): i64 {
  return moveOne(call, OWN, true);
}
export function sysPread64(call: ptr<Call>): i64 {
  return truncate<i64>(call.args[3]) < 0 ? -EINVAL : moveOne(call, truncate<i64>(call.args[3]), false);
}
export function sysPwrite64(call: ptr<Call>): i64 {
  return truncate<i64>(call.args[3]) < 0 ? -EINVAL : moveOne(call, truncate<i64>(call.args[3]), true);
}

/** Takes the program's list of parts, in memory that is to be freed; the bytes of all of them, or an error. */
export function takeParts(list: usize, count: u64, taken: ptr<ptr<Part> | null>): i64 {
  if (count > IOV_MAX) return -EINVAL;
  const memory = malloc(count * sizeof<Part>());
  if (memory === null) return -ENOMEM;
  const parts = cast<Part>(memory);
  let total: u64 = 0;
  let status: i64 = copyIn(memory, list, count * sizeof<Part>()) ? 0 : -EFAULT;
  for (let i: u64 = 0; status === 0 && i < count; i++)
    if (truncate<i64>(parts[i].length) < 0) status = -EINVAL;
  for (let i: u64 = 0; status === 0 && i < count; i++) {
    if (!mayTouch(parts[i].start, parts[i].length)) status = -EFAULT;
    else if (parts[i].length > MAX_COUNT - total) parts[i].length = MAX_COUNT - total;
    total += parts[i].length;
  }
  if (status < 0) free(memory);
  else taken.value = parts;
  return status < 0 ? status : i64(total);
}
/** These change nothing here; RWF_NOWAIT and RWF_APPEND are not served. */
const RWF_HIPRI: u32 = 1;
const RWF_DSYNC: u32 = 2;
const RWF_SYNC: u32 = 4;
function mayUse(file: ptr<OpenFile>, flags: u32): bool {
  const isDirectory = (file.node.attributes.mode & S_IFMT) === S_IFDIR;
  return (flags & ~(isDirectory ? RWF_HIPRI : RWF_HIPRI | RWF_DSYNC | RWF_SYNC)) === 0;
}
/** `flags`: RWF_*. */
function moveParts(call: ptr<Call>, given: i64, writes: bool, flags: u32): i64 {
  const file = fileOf(u64(truncate<u32>(call.args[0])));
  if (file === null) return -EBADF;
  let parts: ptr<Part> | null = null;
  let status = mayMove(file, given, writes);
  if (status === 0) status = takeParts(call.args[1], call.args[2], addressOf(parts));
  if (parts !== null) {
    const transfer: Transfer = zeroed();
    partsTransfer(addressOf(transfer), parts, u64(status));
    if (status > 0 && !hasRoom(file, given, u64(status))) status = -EINVAL;
    if (status > 0 && !mayUse(file, flags)) status = -EOPNOTSUPP;
    if (status > 0) status = moveBytes(file, addressOf(transfer), given, writes);
    free(parts);
  }
  dropFile(file);
  return status;
}
export function sysReadv(call: ptr<Call>): i64 {
  return moveParts(call, OWN, false, 0);
}
export function sysWritev(call: ptr<Call>): i64 {
  return moveParts(call, OWN, true, 0);
}
export function sysPreadv(call: ptr<Call>): i64 {
  return truncate<i64>(call.args[3]) < 0 ? -EINVAL : moveParts(call, truncate<i64>(call.args[3]), false, 0);
}
export function sysPwritev(call: ptr<Call>): i64 {
  return truncate<i64>(call.args[3]) < 0 ? -EINVAL : moveParts(call, truncate<i64>(call.args[3]), true, 0);
}
function moveParts2(call: ptr<Call>, writes: bool): i64 {
  const flags = truncate<u32>(call.args[5]);
  const given = truncate<i64>(call.args[3]);
  return given < OWN ? -EINVAL : moveParts(call, given, writes, flags);
}
export function sysPreadv2(call: ptr<Call>): i64 {
  return moveParts2(call, false);
}
export function sysPwritev2(call: ptr<Call>): i64 {
  return moveParts2(call, true);
}
