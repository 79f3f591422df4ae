/** dup(2), fcntl(2), flock(2), ioctl(2), lseek(2). */
import { pageFrom } from "../fs/cache.ts";
import { MAX_SIZE } from "../fs/contents.ts";
import { closesOnExec, descriptorLimit, duplicate, duplicateTo, setClosesOnExec } from "../fs/descriptors.ts";
import { EBADF, EFAULT, EINVAL, ENOTTY, ENXIO, EOVERFLOW, ESPIPE } from "../fs/errno.ts";
import {
  dropFile,
  isReadable,
  isWritable,
  O_APPEND,
  O_ASYNC,
  O_CLOEXEC,
  O_DIRECT,
  O_NOATIME,
  O_NONBLOCK,
  O_PATH,
  type OpenFile,
} from "../fs/file.ts";
import { S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG } from "../fs/node.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { NONE } from "../memory/physical.ts";
import { copyIn, copyOut } from "../program/user.ts";
import type { Call } from "./call.ts";
import { anyFileIn, fileIn } from "./descriptor.ts";
import { descriptorOf } from "./paths.ts";

export function sysDup(call: ptr<Call>): i64 {
  return duplicate(descriptorOf(call.args[0]), 0, false);
}
export function sysDup2(call: ptr<Call>): i64 {
  const from = descriptorOf(call.args[0]);
  const to = descriptorOf(call.args[1]);
  if (from !== to) return duplicateTo(from, to, false);
  const is = closesOnExec(from);
  return is < 0 ? is : i64(to);
}
export function sysDup3(call: ptr<Call>): i64 {
  const from = descriptorOf(call.args[0]);
  const to = descriptorOf(call.args[1]);
  const flags = truncate<u32>(call.args[2]);
  if ((flags & ~O_CLOEXEC) !== 0 || from === to) return -EINVAL;
  return duplicateTo(from, to, flags !== 0);
}

const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_GETLK = 5;
const F_SETLK = 6;
const F_SETLKW = 7;
const F_SETOWN = 8;
const F_GETOWN = 9;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_OFD_SETLKW = 38;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const FD_CLOEXEC: u64 = 1;
/** What F_SETFL changes. */
const SETTABLE: u32 = O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK;

/** struct flock. */
class Lock extends Struct {
  type: i16;
  whence: i16;
  start: i64;
  length: i64;
  owner: i32;
}
static_assert(sizeof<Lock>() === 32);
const F_RDLCK: i16 = 0;
const F_WRLCK: i16 = 1;
const F_UNLCK: i16 = 2;

/** There is one process, so nobody holds what another asks for; the arguments are looked at all the same. */
function lock(file: ptr<OpenFile>, command: u32, argument: usize): i64 {
  const wanted: Lock = zeroed();
  if (!copyIn(addressOf(wanted), argument, sizeof<Lock>())) return -EFAULT;
  const asks = command === F_GETLK || command === F_OFD_GETLK;
  if (command >= F_OFD_GETLK && wanted.owner !== 0) return -EINVAL;
  if (asks && wanted.type !== F_RDLCK && wanted.type !== F_WRLCK) return -EINVAL;
  let base: i64 = 0;
  if (wanted.whence === 1) base = i64(file.position);
  else if (wanted.whence === 2) base = i64(file.node.attributes.size);
  else if (wanted.whence !== 0) return -EINVAL;
  if (wanted.start > 0 && u64(wanted.start) > MAX_SIZE - u64(base)) return -EOVERFLOW;
  const start = base + wanted.start;
  if (start < 0 || (wanted.length < 0 && start + wanted.length < 0)) return -EINVAL;
  if (wanted.length > 0 && u64(start) + u64(wanted.length) - 1 > MAX_SIZE) return -EOVERFLOW;
  if (asks) {
    wanted.type = F_UNLCK;
    return copyOut(argument, addressOf(wanted), sizeof<Lock>()) ? 0 : -EFAULT;
  }
  if (wanted.type === F_RDLCK) return isReadable(file) ? 0 : -EBADF;
  if (wanted.type === F_WRLCK) return isWritable(file) ? 0 : -EBADF;
  return wanted.type === F_UNLCK ? 0 : -EINVAL;
}
function control(file: ptr<OpenFile>, call: ptr<Call>): i64 {
  const command = truncate<u32>(call.args[1]);
  const argument = call.args[2];
  const number = descriptorOf(call.args[0]);
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC: {
      const from = u64(truncate<u32>(argument));
      return from >= descriptorLimit() ? -EINVAL : duplicate(number, from, command === F_DUPFD_CLOEXEC);
    }
    case F_GETFD:
      return closesOnExec(number);
    case F_SETFD:
      return setClosesOnExec(number, (argument & FD_CLOEXEC) !== 0);
    case F_GETFL:
      return i64(file.flags);
  }
  if ((file.flags & O_PATH) !== 0) return -EBADF;
  switch (command) {
    case F_SETFL:
      file.flags = (file.flags & ~SETTABLE) | (truncate<u32>(argument) & SETTABLE);
      return 0;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return lock(file, command, argument);
    case F_SETOWN:
    case F_GETOWN:
      return 0;
    case F_SETPIPE_SZ:
    case F_GETPIPE_SZ: {
      const ask = file.operations.control;
      if (ask === null || !isPipe(file)) return -EBADF;
      return command === F_SETPIPE_SZ && truncate<u32>(argument) > PIPE_MOST ? -EINVAL : i64(PIPE_BYTES);
    }
    case F_ADD_SEALS:
    case F_GET_SEALS:
      return -EINVAL;
    default:
      return -EINVAL;
  }
}
const PIPE_BYTES: u64 = 65536;
/** No pipe can be asked to hold more. */
const PIPE_MOST: u32 = 0x8000_0000;
function isPipe(file: ptr<OpenFile>): bool {
  return (file.node.attributes.mode & S_IFMT) === S_IFIFO;
}
export function sysFcntl(call: ptr<Call>): i64 {
  const file = anyFileIn(call, 0);
  if (file === null) return -EBADF;
  const status = control(file, call);
  dropFile(file);
  return status;
}
const LOCK_MAND: u32 = 32;
export function sysFlock(call: ptr<Call>): i64 {
  const kind = truncate<u32>(call.args[1]) & ~u32(4);
  // Mandatory locks of old are taken for granted.
  if ((kind & LOCK_MAND) !== 0) return 0;
  if (kind !== 1 && kind !== 2 && kind !== 8) return -EINVAL;
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  dropFile(file);
  return 0;
}

const FIONCLEX: u64 = 0x5450;
const FIOCLEX: u64 = 0x5451;
const FIONBIO: u64 = 0x5421;
const FIOASYNC: u64 = 0x5452;
const FIONREAD: u64 = 0x541b;
function setFlag(file: ptr<OpenFile>, flag: u32, argument: usize): i64 {
  let on: u32 = 0;
  if (!copyIn(addressOf(on), argument, 4)) return -EFAULT;
  file.flags = on !== 0 ? file.flags | flag : file.flags & ~flag;
  return 0;
}
export function sysIoctl(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  const status = ioctl(file, call);
  dropFile(file);
  return status;
}
function ioctl(file: ptr<OpenFile>, call: ptr<Call>): i64 {
  const request = u64(truncate<u32>(call.args[1]));
  const argument = call.args[2];
  const number = descriptorOf(call.args[0]);
  if (request === FIOCLEX) return setClosesOnExec(number, true);
  if (request === FIONCLEX) return setClosesOnExec(number, false);
  if (request === FIONBIO) return setFlag(file, O_NONBLOCK, argument);
  if (request === FIOASYNC) return setFlag(file, O_ASYNC, argument);
  const own = file.operations.control;
  if (own !== null) return own(file, request, argument);
  if (request === FIONREAD && (file.node.attributes.mode & S_IFMT) === S_IFREG) {
    const left = truncate<u32>(file.node.attributes.size - file.position);
    return copyOut(argument, addressOf(left), 4) ? 0 : -EFAULT;
  }
  return -ENOTTY;
}

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;
/** The next page with contents, or without, where pages are the file; else all of it is contents. */
function seekContents(file: ptr<OpenFile>, from: u64, hole: bool): i64 {
  const node = file.node;
  const size = node.attributes.size;
  if (from >= size) return -ENXIO;
  if (node.operations.readPage !== null || (node.attributes.mode & S_IFMT) !== S_IFREG)
    return i64(hole ? size : from);
  let index = from / PAGE_SIZE;
  if (hole) {
    while (index * PAGE_SIZE < size && pageFrom(node, index) === index) index++;
    const at = index * PAGE_SIZE;
    return i64(at < from ? from : at > size ? size : at);
  }
  index = pageFrom(node, index);
  if (index === NONE || index * PAGE_SIZE >= size) return -ENXIO;
  return i64(index * PAGE_SIZE < from ? from : index * PAGE_SIZE);
}
function seek(file: ptr<OpenFile>, offset: i64, whence: u32): i64 {
  let base: i64 = 0;
  const isDirectory = (file.node.attributes.mode & S_IFMT) === S_IFDIR;
  switch (whence) {
    case SEEK_SET:
      break;
    case SEEK_CUR:
      base = i64(file.position);
      break;
    case SEEK_END:
      if (isDirectory) return -EINVAL;
      base = i64(file.node.attributes.size);
      break;
    case SEEK_DATA:
    case SEEK_HOLE: {
      if (isDirectory) return -EINVAL;
      const at = offset < 0 ? -ENXIO : seekContents(file, u64(offset), whence === SEEK_HOLE);
      if (at >= 0) file.position = u64(at);
      return at;
    }
    default:
      return -EINVAL;
  }
  const sum = base + offset;
  if (sum < 0) return offset > 0 ? -EOVERFLOW : -EINVAL;
  file.position = u64(sum);
  return sum;
}
export function sysLseek(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  if (truncate<u32>(call.args[2]) > SEEK_HOLE) {
    dropFile(file);
    return -EINVAL;
  }
  const type = file.node.attributes.mode & S_IFMT;
  // Event counters and their like have no position, and take any; /dev/null and its like are always at 0.
  const isDevice = type === S_IFCHR && file.operations.seekable;
  let status: i64 = type === 0 || isDevice ? 0 : -ESPIPE;
  if (file.operations.seekable && !isDevice) {
    file.lock.lock();
    status = seek(file, truncate<i64>(call.args[1]), truncate<u32>(call.args[2]));
    file.lock.unlock();
  }
  dropFile(file);
  return status;
}
