/** Sockets, of this machine only (unix(7)): pairs. There is no network, and nobody to connect to. */

import { MAX_COUNT } from "../fs/contents.ts";
import { giveDescriptor, takeDescriptor } from "../fs/descriptors.ts";
import {
  EAFNOSUPPORT,
  EBADF,
  ECONNREFUSED,
  EFAULT,
  EINVAL,
  EISCONN,
  EMSGSIZE,
  ENOMEM,
  ENOPROTOOPT,
  ENOTCONN,
  ENOTSOCK,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from "../fs/errno.ts";
import { dropFile, O_CLOEXEC, O_NONBLOCK, type OpenFile } from "../fs/file.ts";
import { FOLLOW } from "../fs/path.ts";
import {
  isConnected,
  isSocket,
  kindOf,
  MSG_TRUNC,
  openSocket,
  openSockets,
  receive,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCKET_BYTES,
  send,
  shutDown,
} from "../fs/socket.ts";
import { type Part, partsTransfer, programTransfer, type Transfer } from "../fs/transfer.ts";
import { textLength } from "../lib/text.ts";
import { free, malloc } from "../memory/malloc.ts";
import { PROCESS_ID } from "../program/process.ts";
import { copyIn, copyOut } from "../program/user.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";
import { leave, type Place, reachCopied } from "./paths.ts";
import { install, installPair } from "./plain-files.ts";
import { mayTouch, takeParts } from "./read-write.ts";

const AF_UNIX: u32 = 1;
const AF_MAX: u32 = 46;
const SOCK_RAW: u32 = 3;
const TYPE_MASK: u32 = 15;

/** Checks what is asked for; 0, or the error. `type` with its flags. */
function mayMake(family: u32, type: u32, protocol: u32): i64 {
  if ((type & ~(TYPE_MASK | O_CLOEXEC | O_NONBLOCK)) !== 0) return -EINVAL;
  if (family >= AF_MAX) return -EAFNOSUPPORT;
  if ((type & TYPE_MASK) > 10) return -EINVAL;
  if (family !== AF_UNIX) return -EAFNOSUPPORT;
  if (protocol !== 0 && protocol !== AF_UNIX) return -EPROTONOSUPPORT;
  const kind = type & TYPE_MASK;
  return kind === SOCK_STREAM || kind === SOCK_DGRAM || kind === SOCK_SEQPACKET || kind === SOCK_RAW
    ? 0
    : -ESOCKTNOSUPPORT;
}
function kindIn(type: u32): u32 {
  const kind = type & TYPE_MASK;
  return kind === SOCK_RAW ? SOCK_DGRAM : kind;
}
export function sysSocket(call: ptr<Call>): i64 {
  const type = truncate<u32>(call.args[1]);
  let status = mayMake(truncate<u32>(call.args[0]), type, truncate<u32>(call.args[2]));
  if (status < 0) return status;
  let file: ptr<OpenFile> | null = null;
  status = openSocket(kindIn(type), type & O_NONBLOCK, addressOf(file));
  return file === null ? status : install(file, (type & O_CLOEXEC) !== 0);
}
/** Linux tells the numbers that a pair will have before it makes it. */
function tellNumbers(to: usize): i64 {
  const numbers: array<u32, 2> = zeroed();
  let status: i64 = 0;
  let taken: usize = 0;
  for (; taken < 2 && status >= 0; taken++) {
    status = takeDescriptor(0, false);
    numbers[taken] = truncate<u32>(status);
  }
  if (status < 0) taken--;
  for (let i: usize = 0; i < taken; i++) giveDescriptor(i64(numbers[i]));
  if (status < 0) return status;
  return copyOut(to, addressOf(numbers), 8) ? 0 : -EFAULT;
}
export function sysSocketpair(call: ptr<Call>): i64 {
  const type = truncate<u32>(call.args[1]);
  if ((type & ~(TYPE_MASK | O_CLOEXEC | O_NONBLOCK)) !== 0) return -EINVAL;
  let status = tellNumbers(call.args[3]);
  if (status < 0) return status;
  status = mayMake(truncate<u32>(call.args[0]), type, truncate<u32>(call.args[2]));
  if (status < 0) return status;
  let first: ptr<OpenFile> | null = null;
  let second: ptr<OpenFile> | null = null;
  status = openSockets(kindIn(type), type & O_NONBLOCK, addressOf(first), addressOf(second));
  if (first === null || second === null) return status;
  return installPair(first, second, (type & O_CLOEXEC) !== 0, call.args[3]);
}
/** The socket, with a reference; null with -EBADF or -ENOTSOCK. */
function socketIn(call: ptr<Call>, status: ptr<i64>): ptr<OpenFile> | null {
  const file = fileIn(call, 0);
  status.value = file === null ? -EBADF : -ENOTSOCK;
  if (file === null || isSocket(file)) return file;
  dropFile(file);
  return null;
}
export function sysShutdown(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const how = truncate<u32>(call.args[1]);
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  status = how > 2 ? -EINVAL : shutDown(file, how !== 1, how !== 0);
  dropFile(file);
  return status;
}
function countOf(call: ptr<Call>): u64 {
  return call.args[2] > MAX_COUNT ? MAX_COUNT : call.args[2];
}
function move(file: ptr<OpenFile>, call: ptr<Call>, sends: bool): i64 {
  const length = countOf(call);
  const part: Part = zeroed();
  const transfer: Transfer = zeroed();
  const flags = truncate<u32>(call.args[3]);
  programTransfer(addressOf(transfer), addressOf(part), call.args[1], length);
  return sends ? send(file, addressOf(transfer), flags) : receive(file, addressOf(transfer), flags);
}
export function sysSendto(call: ptr<Call>): i64 {
  let status: i64 = 0;
  if (!mayTouch(call.args[1], countOf(call))) return -EFAULT;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  status = call.args[4] === 0 ? 0 : checkAddress(call.args[4], call.args[5]);
  if (status < 0) {
    dropFile(file);
    return status;
  }
  if (call.args[4] === 0) status = move(file, call, true);
  else status = isConnected(file) ? (kindOf(file) === SOCK_STREAM ? -EISCONN : -ECONNREFUSED) : -EOPNOTSUPP;
  dropFile(file);
  return status;
}
/** What nobody has a name for has room for none: 0 comes to be the length of a name. */
function tellNobody(lengthAt: usize): i64 {
  let room: i32 = 0;
  const none: u32 = 0;
  if (!copyIn(addressOf(room), lengthAt, 4)) return -EFAULT;
  if (room < 0) return -EINVAL;
  return copyOut(lengthAt, addressOf(none), 4) ? 0 : -EFAULT;
}
export function sysRecvfrom(call: ptr<Call>): i64 {
  let status: i64 = 0;
  if (!mayTouch(call.args[1], countOf(call))) return -EFAULT;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  status = move(file, call, false);
  if (status >= 0 && call.args[4] !== 0) {
    const told = tellNobody(call.args[5]);
    if (told < 0) status = told;
  }
  dropFile(file);
  return status;
}
/** struct msghdr. */
class Header extends Struct {
  name: usize;
  nameLength: u32;
  padding: u32;
  parts: usize;
  count: u64;
  control: usize;
  controlLength: u64;
  flags: u32;
  end: u32;
}
static_assert(sizeof<Header>() === 56);
const IOV_MAX: u64 = 1024;
function moveMessage(file: ptr<OpenFile>, call: ptr<Call>, sends: bool): i64 {
  const header: Header = zeroed();
  if (!copyIn(addressOf(header), call.args[1], sizeof<Header>())) return -EFAULT;
  if (truncate<i32>(header.nameLength) < 0) return -EINVAL;
  if (sends && header.name !== 0 && header.nameLength !== 0) {
    const most = u32(ADDRESS_MOST);
    const length = header.nameLength > most ? most : header.nameLength;
    const named = checkAddress(header.name, u64(length));
    if (named < 0) return named;
  }
  if (header.count > IOV_MAX) return -EMSGSIZE;
  let parts: ptr<Part> | null = null;
  const total = takeParts(header.parts, header.count, addressOf(parts));
  if (parts === null) return total;
  const transfer: Transfer = zeroed();
  const flags = truncate<u32>(call.args[2]);
  partsTransfer(addressOf(transfer), parts, u64(total));
  let status: i64 = 0;
  if (sends) {
    if (header.name !== 0 && header.nameLength !== 0) {
      if (kindOf(file) !== SOCK_STREAM) status = -ECONNREFUSED;
      else status = isConnected(file) ? -EISCONN : -EOPNOTSUPP;
    } else if (header.controlLength !== 0) status = -EINVAL;
    else status = send(file, addressOf(transfer), flags);
  } else {
    status = receive(file, addressOf(transfer), flags | MSG_TRUNC);
    if (status >= 0) status = endMessage(call.args[1], addressOf(header), status, total, flags);
  }
  free(parts);
  return status;
}
/** What a message came with: no name, no control data, and whether it was cut. */
function endMessage(to: usize, header: ptr<Header>, got: i64, room: i64, flags: u32): i64 {
  header.nameLength = 0;
  header.controlLength = 0;
  header.flags = got > room ? MSG_TRUNC : 0;
  if (!copyOut(to, header, sizeof<Header>())) return -EFAULT;
  return got > room && (flags & MSG_TRUNC) === 0 ? room : got;
}
/** Without control data. */
export function sysSendmsg(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  status = moveMessage(file, call, true);
  dropFile(file);
  return status;
}
export function sysRecvmsg(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  status = moveMessage(file, call, false);
  dropFile(file);
  return status;
}

const SOL_SOCKET: u32 = 1;
const SO_REUSEADDR: u32 = 2;
const SO_TYPE: u32 = 3;
const SO_ERROR: u32 = 4;
const SO_SNDBUF: u32 = 7;
const SO_RCVBUF: u32 = 8;
const SO_KEEPALIVE: u32 = 9;
const SO_LINGER: u32 = 13;
const SO_PASSCRED: u32 = 16;
const SO_PEERCRED: u32 = 17;
const SO_ACCEPTCONN: u32 = 30;
const SO_PROTOCOL: u32 = 38;
const SO_DOMAIN: u32 = 39;
/** An option's value: one number, or struct ucred. */
class Option extends Struct {
  values: array<u32, 3>;
  bytes: u32;
}
function readOption(file: ptr<OpenFile>, name: u32, option: ptr<Option>): i64 {
  option.bytes = 4;
  switch (name) {
    case SO_TYPE:
      option.values[0] = kindOf(file);
      return 0;
    case SO_DOMAIN:
      option.values[0] = AF_UNIX;
      return 0;
    case SO_SNDBUF:
    case SO_RCVBUF:
      option.values[0] = u32(SOCKET_BYTES);
      return 0;
    case SO_PEERCRED:
      option.values[0] = PROCESS_ID;
      option.bytes = 12;
      return 0;
    case SO_LINGER:
      option.bytes = 8;
      return 0;
    case SO_ERROR:
    case SO_REUSEADDR:
    case SO_KEEPALIVE:
    case SO_PASSCRED:
    case SO_ACCEPTCONN:
    case SO_PROTOCOL:
      return 0;
    default:
      return -ENOPROTOOPT;
  }
}
export function sysGetsockopt(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  const option: Option = zeroed();
  let room: i32 = 0;
  if (truncate<u32>(call.args[1]) !== SOL_SOCKET) status = -EOPNOTSUPP;
  else if (!copyIn(addressOf(room), call.args[4], 4)) status = -EFAULT;
  else if (room < 0) status = -EINVAL;
  else status = readOption(file, truncate<u32>(call.args[2]), addressOf(option));
  dropFile(file);
  if (status < 0) return status;
  const bytes: u32 = u32(room) < option.bytes ? u32(room) : option.bytes;
  const put =
    copyOut(call.args[3], addressOf(option), u64(bytes)) && copyOut(call.args[4], addressOf(bytes), 4);
  return put ? 0 : -EFAULT;
}
/** Others are only told. */
function maySet(name: u32): bool {
  switch (name) {
    case SO_TYPE:
    case SO_ERROR:
    case SO_PEERCRED:
    case SO_ACCEPTCONN:
    case SO_PROTOCOL:
    case SO_DOMAIN:
      return false;
    default:
      return true;
  }
}
/** Options are taken and change nothing. */
export function sysSetsockopt(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  const option: Option = zeroed();
  let value: u32 = 0;
  if (truncate<i32>(call.args[4]) < 0) status = -EINVAL;
  else if (truncate<u32>(call.args[1]) !== SOL_SOCKET) status = -EOPNOTSUPP;
  else if (truncate<u32>(call.args[4]) < 4) status = -EINVAL;
  else if (!copyIn(addressOf(value), call.args[3], 4)) status = -EFAULT;
  else if (!maySet(truncate<u32>(call.args[2]))) status = -ENOPROTOOPT;
  else status = readOption(file, truncate<u32>(call.args[2]), addressOf(option));
  dropFile(file);
  return status;
}
/** struct sockaddr_un without a path. */
function tellName(call: ptr<Call>, ofPeer: bool): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  const connected = isConnected(file);
  dropFile(file);
  if (ofPeer && !connected) return -ENOTCONN;
  let room: i32 = 0;
  if (!copyIn(addressOf(room), call.args[2], 4)) return -EFAULT;
  if (room < 0) return -EINVAL;
  const family: u16 = truncate<u16>(AF_UNIX);
  const length: u32 = 2;
  const bytes: u64 = room < 2 ? u64(room) : 2;
  return copyOut(call.args[1], addressOf(family), bytes) && copyOut(call.args[2], addressOf(length), 4)
    ? 0
    : -EFAULT;
}
export function sysGetsockname(call: ptr<Call>): i64 {
  return tellName(call, false);
}
export function sysGetpeername(call: ptr<Call>): i64 {
  return tellName(call, true);
}
/** struct sockaddr_storage, struct sockaddr_un. */
const ADDRESS_MOST: i32 = 128;
const UNIX_MOST: u64 = 110;
/** Whether an address can be read. */
function checkAddress(from: usize, bytes: u64): i64 {
  const length = truncate<i32>(bytes);
  const given: array<u8, 128> = zeroed();
  if (length < 0 || length > ADDRESS_MOST) return -EINVAL;
  return copyIn(addressOf(given[0]), from, u64(length)) ? 0 : -EFAULT;
}
/** Whether it is the address of a file's kind of sockets. */
function checkName(from: usize, bytes: u64): i64 {
  let family: u16 = 0;
  if (bytes <= 2 || bytes > UNIX_MOST) return -EINVAL;
  if (!copyIn(addressOf(family), from, 2)) return -EFAULT;
  return u32(family) === AF_UNIX ? 0 : -EINVAL;
}
/** There is nobody: no file is a socket, and no name that is none of a file is taken. */
export function sysConnect(call: ptr<Call>): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  let status = checkAddress(call.args[1], call.args[2]);
  if (status === 0 && !isSocket(file)) status = -ENOTSOCK;
  if (status === 0) status = checkName(call.args[1], u64(truncate<u32>(call.args[2])));
  if (status === 0) status = findNobody(call);
  dropFile(file);
  return status;
}
function findNobody(call: ptr<Call>): i64 {
  const bytes = u64(truncate<u32>(call.args[2])) - 2;
  const memory = malloc(bytes + 1);
  if (memory === null) return -ENOMEM;
  const path = cast<u8>(memory);
  path[bytes] = 0;
  const isThere = copyIn(path, call.args[1] + 2, bytes);
  if (!isThere || path[0] === 0) {
    free(path);
    return isThere ? -ECONNREFUSED : -EFAULT;
  }
  const place: Place = zeroed();
  const status = reachCopied(path, textLength(path), FOLLOW, addressOf(place));
  if (status === 0) leave(addressOf(place));
  return status < 0 ? status : -ECONNREFUSED;
}
function refuse(call: ptr<Call>, error: i64): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  dropFile(file);
  return -error;
}
/** No socket can have a name, so none can be found by it. */
export function sysBind(call: ptr<Call>): i64 {
  let status: i64 = 0;
  const file = socketIn(call, addressOf(status));
  if (file === null) return status;
  dropFile(file);
  status = checkAddress(call.args[1], call.args[2]);
  if (status === 0) status = checkName(call.args[1], u64(truncate<u32>(call.args[2])));
  return status < 0 ? status : -EOPNOTSUPP;
}
export function sysListen(call: ptr<Call>): i64 {
  return refuse(call, EINVAL);
}
export function sysAccept(call: ptr<Call>): i64 {
  return refuse(call, EINVAL);
}
export function sysAccept4(call: ptr<Call>): i64 {
  return refuse(call, EINVAL);
}
