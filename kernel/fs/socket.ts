/**
 * Sockets of one machine (unix(7)): pairs that are connected from the start; others can be made, but there is nobody to connect to. What is
 * sent waits in the other end's queue, as messages: a stream goes on from one to the next, datagrams and packets come one by one.
 */
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { FOREVER } from "../thread/time.ts";
import { WaitEnd } from "../thread/wait-queue.ts";
import { EAGAIN, EFAULT, EINTR, EINVAL, EMSGSIZE, ENOMEM, ENOTCONN, ENOTTY, EPIPE } from "./errno.ts";
import {
  type FileOperations,
  O_NONBLOCK,
  O_RDWR,
  type OpenFile,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "./file.ts";
import { S_IFSOCK } from "./node.ts";
import { broken } from "./pipe.ts";
import { abandonFile, makePlainFile } from "./plain-files.ts";
import { programMemory } from "./program-memory.ts";
import type { Readiness } from "./readiness.ts";
import type { Transfer } from "./transfer.ts";

export const SOCK_STREAM: u32 = 1;
export const SOCK_DGRAM: u32 = 2;
export const SOCK_SEQPACKET: u32 = 5;
/** send(2)'s and recv(2)'s flags. */
export const MSG_PEEK: u32 = 2;
export const MSG_TRUNC: u32 = 0x20;
export const MSG_DONTWAIT: u32 = 0x40;
export const MSG_WAITALL: u32 = 0x100;
export const MSG_NOSIGNAL: u32 = 0x4000;
/** What a queue holds, and the largest message (net.core.wmem_default). */
export const SOCKET_BYTES: usize = 212_992;
/** A stream's messages are no larger. */
const PIECE: usize = 32768;
const FIONREAD: u64 = 0x541b;
const WRITABLE: u32 = POLLOUT | POLLWRNORM | POLLWRBAND;

/** Its bytes follow. */
class Message extends Struct {
  next: ptr<Message> | null;
  length: usize;
  /** Bytes that have been read. */
  taken: usize;
}
class End extends Struct {
  kind: u32;
  pair: ptr<Pair> | null;
  other: ptr<End> | null;
  changes: Readiness;
  /** What has come and is not read. */
  first: ptr<Message> | null;
  last: ptr<Message> | null;
  bytes: usize;
  /** Nothing more will be sent to it, or may be sent by it. */
  ended: bool;
  shut: bool;
}
/** Freed with the second of its ends. */
class Pair extends Struct {
  lock: Mutex;
  ends: array<End, 2>;
  open: u32;
}

function endOf(file: ptr<OpenFile>): ptr<End> {
  return cast<End>(file.data);
}
function bytesOf(message: ptr<Message>): ptr<u8> {
  return cast<u8>(message).offset(sizeof<Message>());
}
function freeMessages(end: ptr<End>): void {
  for (;;) {
    const message = end.first;
    if (message === null) return;
    end.first = message.next;
    free(message);
  }
}
function append(end: ptr<End>, message: ptr<Message>): void {
  message.next = null;
  if (end.last === null) end.first = message;
  else end.last.next = message;
  end.last = message;
  end.bytes += message.length;
}
function removeFirst(end: ptr<End>): void {
  const message = end.first;
  if (message === null) return;
  end.first = message.next;
  if (message.next === null) end.last = null;
  free(message);
}
/** Takes from the queue; how many bytes, of a datagram with MSG_TRUNC all that it had. -1: there is nothing. The lock is held. */
function takeMessages(end: ptr<End>, transfer: ptr<Transfer>, flags: u32): i64 {
  const peeks = (flags & MSG_PEEK) !== 0;
  let message = end.first;
  if (message === null) return -1;
  if (end.kind !== SOCK_STREAM) {
    const length = message.length;
    const given = transfer.give(bytesOf(message), length);
    if (!peeks) {
      end.bytes -= length;
      removeFirst(end);
    }
    return i64((flags & MSG_TRUNC) !== 0 ? length : given);
  }
  let done: usize = 0;
  while (message !== null && transfer.left > 0 && !transfer.faulted) {
    const given = transfer.give(bytesOf(message).offset(message.taken), message.length - message.taken);
    done += given;
    if (peeks) {
      message = message.next;
      continue;
    }
    message.taken += given;
    end.bytes -= given;
    if (message.taken < message.length) break;
    removeFirst(end);
    message = end.first;
  }
  return i64(done);
}
function lockOf(end: ptr<End>): ptr<Pair> | null {
  const pair = end.pair;
  if (pair !== null) pair.lock.lock();
  return pair;
}
/** recv(2). */
export function receive(file: ptr<OpenFile>, transfer: ptr<Transfer>, flags: u32): i64 {
  const end = endOf(file);
  const waits = (file.flags & O_NONBLOCK) === 0 && (flags & MSG_DONTWAIT) === 0;
  let done: i64 = 0;
  for (;;) {
    const pair = lockOf(end);
    if (pair === null)
      return end.kind === SOCK_DGRAM ? -EAGAIN : end.kind === SOCK_STREAM ? -EINVAL : -ENOTCONN;
    const seen = end.changes.now();
    const moved = takeMessages(end, transfer, flags);
    const over = end.ended;
    const other = end.other;
    pair.lock.unlock();
    if (moved >= 0) {
      if (other !== null && (flags & MSG_PEEK) === 0) other.changes.changed();
      if (transfer.faulted && moved === 0) return done > 0 ? done : -EFAULT;
      done += moved;
      if (end.kind !== SOCK_STREAM || (flags & MSG_WAITALL) === 0 || transfer.left === 0) return done;
      if ((flags & MSG_PEEK) !== 0 || transfer.faulted) return done;
      continue;
    }
    if (over) return done;
    if (!waits) return done > 0 ? done : -EAGAIN;
    if (end.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return done > 0 ? done : -EINTR;
  }
}
/** What comes next of what is to be sent; null: no memory, or it cannot be read. */
function nextMessage(transfer: ptr<Transfer>, length: usize): ptr<Message> | null {
  const memory = malloc(sizeof<Message>() + length);
  if (memory === null) return null;
  const message = cast<Message>(memory);
  message.length = transfer.take(bytesOf(message), length);
  message.taken = 0;
  if (message.length === length) return message;
  free(memory);
  return null;
}
/** send(2). */
export function send(file: ptr<OpenFile>, transfer: ptr<Transfer>, flags: u32): i64 {
  const end = endOf(file);
  const waits = (file.flags & O_NONBLOCK) === 0 && (flags & MSG_DONTWAIT) === 0;
  const stream = end.kind === SOCK_STREAM;
  let done: i64 = 0;
  if (end.pair === null) return -ENOTCONN;
  if (!stream && transfer.left > SOCKET_BYTES) return -EMSGSIZE;
  if (stream && transfer.left === 0) return 0;
  do {
    const length = stream && transfer.left > PIECE ? PIECE : transfer.left;
    const message = nextMessage(transfer, length);
    if (message === null) return done > 0 ? done : transfer.faulted ? -EFAULT : -ENOMEM;
    const status = deliver(end, message, waits);
    if (status < 0) {
      free(message);
      if (done > 0) return done;
      return status === -EPIPE && (flags & MSG_NOSIGNAL) === 0 && stream ? broken() : status;
    }
    done += i64(length);
  } while (transfer.left > 0);
  return done;
}
function deliver(end: ptr<End>, message: ptr<Message>, waits: bool): i64 {
  for (;;) {
    const pair = lockOf(end);
    const other = end.other;
    const seen = end.changes.now();
    if (pair === null) return -ENOTCONN;
    const over = other === null || end.shut || other.ended;
    const fits = other !== null && (other.bytes === 0 || other.bytes + message.length <= SOCKET_BYTES);
    if (!over && fits) append(other, message);
    pair.lock.unlock();
    if (over || other === null) return -EPIPE;
    if (fits) {
      other.changes.changed();
      return 0;
    }
    if (!waits) return -EAGAIN;
    if (end.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return -EINTR;
  }
}
function read(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  if (transfer.left === 0) return 0;
  return receive(file, transfer, 0);
}
function write(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  return send(file, transfer, 0);
}
function poll(file: ptr<OpenFile>): u32 {
  const end = endOf(file);
  const pair = lockOf(end);
  if (pair === null) return end.kind === SOCK_DGRAM ? WRITABLE : WRITABLE | POLLHUP;
  const other = end.other;
  let events: u32 = 0;
  if (end.first !== null || end.ended) events |= POLLIN | POLLRDNORM;
  if (end.ended) events |= POLLRDHUP;
  if (end.ended && (end.shut || other === null)) events |= POLLHUP;
  if (other === null || other.bytes * 4 <= SOCKET_BYTES * 3) events |= WRITABLE;
  pair.lock.unlock();
  return events;
}
function readiness(file: ptr<OpenFile>): ptr<Readiness> {
  return addressOf(endOf(file).changes);
}
function control(file: ptr<OpenFile>, request: u64, argument: u64): i64 {
  const end = endOf(file);
  if (request !== FIONREAD) return -ENOTTY;
  const first = end.first;
  const bytes = end.kind === SOCK_STREAM || first === null ? end.bytes : first.length;
  const count = truncate<u32>(bytes);
  return programMemory.copyOut(argument, cast<u8>(addressOf(count)), 4) ? 0 : -EFAULT;
}
function close(file: ptr<OpenFile>): void {
  const end = endOf(file);
  const pair = lockOf(end);
  if (pair === null) {
    free(end);
    return;
  }
  freeMessages(end);
  const other = end.other;
  if (other !== null) {
    other.other = null;
    if (end.kind !== SOCK_DGRAM) other.ended = true;
  }
  pair.open--;
  const last = pair.open === 0;
  pair.lock.unlock();
  if (last) free(pair);
  else if (other !== null) other.changes.changed();
}
const operations: FileOperations = init({ read, write, poll, readiness, control, close });

export function isSocket(file: ptr<OpenFile>): bool {
  return file.operations === addressOf(operations);
}
export function kindOf(file: ptr<OpenFile>): u32 {
  return endOf(file).kind;
}
export function isConnected(file: ptr<OpenFile>): bool {
  return endOf(file).other !== null;
}
/** shutdown(2): what is not read any more, and what is not sent any more. */
export function shutDown(file: ptr<OpenFile>, reading: bool, writing: bool): i64 {
  const end = endOf(file);
  const pair = lockOf(end);
  // One that is connected to nothing has nobody to be told.
  if (pair === null) return 0;
  const other = end.other;
  if (reading) end.ended = true;
  if (writing) end.shut = true;
  if (other !== null && end.kind !== SOCK_DGRAM) {
    if (writing) other.ended = true;
    if (reading) other.shut = true;
  }
  pair.lock.unlock();
  end.changes.changed();
  if (other !== null) other.changes.changed();
  return 0;
}
/** One that is connected to nothing. `flags`: O_NONBLOCK. */
export function openSocket(kind: u32, flags: u32, made: ptr<ptr<OpenFile> | null>): i64 {
  const memory = malloc(sizeof<End>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<End>());
  cast<End>(memory).kind = kind;
  const status = makePlainFile(addressOf(operations), S_IFSOCK | 0o777, "", memory, O_RDWR | flags, made);
  if (status < 0) free(memory);
  return status;
}
/** Two that are connected to each other. */
export function openSockets(
  kind: u32,
  flags: u32,
  first: ptr<ptr<OpenFile> | null>,
  second: ptr<ptr<OpenFile> | null>,
): i64 {
  const memory = malloc(sizeof<Pair>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Pair>());
  const pair = cast<Pair>(memory);
  for (let i: usize = 0; i < 2; i++) {
    pair.ends[i].kind = kind;
    pair.ends[i].pair = pair;
    pair.ends[i].other = addressOf(pair.ends[1 - i]);
  }
  pair.open = 2;
  const mode = S_IFSOCK | 0o777;
  let a: ptr<OpenFile> | null = null;
  let status = makePlainFile(
    addressOf(operations),
    mode,
    "",
    addressOf(pair.ends[0]),
    O_RDWR | flags,
    addressOf(a),
  );
  if (a !== null) {
    status = makePlainFile(addressOf(operations), mode, "", addressOf(pair.ends[1]), O_RDWR | flags, second);
    if (status < 0) abandonFile(a);
    else first.value = a;
  }
  if (status < 0) free(memory);
  return status;
}
