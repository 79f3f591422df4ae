/**
 * Pipes (pipe(7)): 64 KiB between writers and readers. Writes of at most PIPE_BUF bytes are whole or not at all; larger ones may be cut.
 * Bytes are copied under a mutex, and who waits lets it go.
 */
import { PAGE_SIZE } from "../memory/address.ts";
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { FOREVER } from "../thread/time.ts";
import { WaitEnd } from "../thread/wait-queue.ts";
import { EAGAIN, EFAULT, EINTR, ENOMEM, ENOTTY, ENXIO, EPIPE } from "./errno.ts";
import {
  type FileOperations,
  isReadable,
  isWritable,
  makeFile,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  type OpenFile,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
} from "./file.ts";
import { type Node, type NodeOperations, S_IFIFO } from "./node.ts";
import { dropNode } from "./node-cache.ts";
import { abandonFile, makePlainNode } from "./plain-files.ts";
import { programMemory } from "./program-memory.ts";
import type { Readiness } from "./readiness.ts";
import type { Transfer } from "./transfer.ts";

export const PIPE_BYTES: usize = 65536;
const PIPE_BUF: usize = 4096;
const PAGES = 16;
static_assert(PAGES * 4096 === 65536);
const FIONREAD: u64 = 0x541b;

/** Of both ends, and freed with the last one; of a FIFO, with its node's last file. */
export class Pipe extends Struct {
  lock: Mutex;
  changes: Readiness;
  /** Bytes ever read, and ever written. */
  read: u64;
  written: u64;
  readers: u32;
  writers: u32;
  /** Ends ever opened: whoever opens a FIFO waits for another. */
  readersEver: u64;
  writersEver: u64;
  /** Those that hold bytes, or did not long ago. */
  pages: array<ptr<u8> | null, typeof PAGES>;
}

/** What a program gets that writes to a pipe without readers: SIGPIPE, by who knows of signals. */
let onBroken: fn<() => void> | null = null;
export function setOnBroken(broken: fn<() => void>): void {
  onBroken = broken;
}
/** -EPIPE, with the signal. */
export function broken(): i64 {
  if (onBroken !== null) onBroken();
  return -EPIPE;
}

export function makePipe(): ptr<Pipe> | null {
  const memory = malloc(sizeof<Pipe>());
  if (memory === null) return null;
  memset(memory, 0, sizeof<Pipe>());
  return cast<Pipe>(memory);
}
export function freePipe(pipe: ptr<Pipe>): void {
  for (let i: usize = 0; i < PAGES; i++) free(pipe.pages[i]);
  free(pipe);
}
function pipeOf(file: ptr<OpenFile>): ptr<Pipe> {
  return cast<Pipe>(file.data);
}
export function bytesIn(pipe: ptr<Pipe>): usize {
  return pipe.written - pipe.read;
}
/** Bytes at a place of the stream, up to its page's end; null: there is no memory. */
function placeOf(pipe: ptr<Pipe>, at: u64): ptr<u8> | null {
  const index = (at % PIPE_BYTES) / PAGE_SIZE;
  let page = pipe.pages[index];
  if (page === null) {
    const memory = malloc(PAGE_SIZE);
    if (memory === null) return null;
    page = cast<u8>(memory);
    pipe.pages[index] = page;
  }
  return page.offset(at % PAGE_SIZE);
}
function least(a: usize, b: usize): usize {
  return a < b ? a : b;
}
/** Moves what is there to the transfer; how many bytes. The lock is held. */
export function takeBytes(pipe: ptr<Pipe>, transfer: ptr<Transfer>): usize {
  let done: usize = 0;
  while (bytesIn(pipe) > 0 && transfer.left > 0) {
    const from = placeOf(pipe, pipe.read);
    const step = least(bytesIn(pipe), PAGE_SIZE - (pipe.read % PAGE_SIZE));
    if (from === null) break;
    const given = transfer.give(from, least(step, transfer.left));
    pipe.read += given;
    done += given;
    if (transfer.faulted) break;
  }
  return done;
}
/** Moves what there is room for from the transfer; how many bytes. The lock is held. */
export function putBytes(pipe: ptr<Pipe>, transfer: ptr<Transfer>): usize {
  let done: usize = 0;
  while (bytesIn(pipe) < PIPE_BYTES && transfer.left > 0) {
    const to = placeOf(pipe, pipe.written);
    const step = least(PIPE_BYTES - bytesIn(pipe), PAGE_SIZE - (pipe.written % PAGE_SIZE));
    if (to === null) break;
    const taken = transfer.take(to, least(step, transfer.left));
    pipe.written += taken;
    done += taken;
    if (transfer.faulted) break;
  }
  return done;
}

function read(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const pipe = pipeOf(file);
  if (transfer.left === 0) return 0;
  for (;;) {
    pipe.lock.lock();
    const seen = pipe.changes.now();
    const done = takeBytes(pipe, transfer);
    const over = pipe.writers === 0;
    pipe.lock.unlock();
    if (done > 0) {
      pipe.changes.changed();
      return i64(done);
    }
    if (transfer.faulted) return -EFAULT;
    if (over) return 0;
    if ((file.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (pipe.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return -EINTR;
  }
}
function write(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const pipe = pipeOf(file);
  const whole = transfer.left <= PIPE_BUF;
  let done: usize = 0;
  while (transfer.left > 0) {
    let memoryShort = false;
    pipe.lock.lock();
    const seen = pipe.changes.now();
    const over = pipe.readers === 0;
    const room = PIPE_BYTES - bytesIn(pipe);
    let moved: usize = 0;
    if (!over && (!whole || room >= transfer.left)) {
      moved = putBytes(pipe, transfer);
      memoryShort = moved === 0 && room > 0 && !transfer.faulted;
    }
    pipe.lock.unlock();
    done += moved;
    if (moved > 0) pipe.changes.changed();
    if (over) return done > 0 ? i64(done) : broken();
    if (transfer.faulted) return done > 0 ? i64(done) : -EFAULT;
    if (memoryShort) return done > 0 ? i64(done) : -ENOMEM;
    if (transfer.left === 0) break;
    if ((file.flags & O_NONBLOCK) !== 0) return done > 0 ? i64(done) : -EAGAIN;
    if (pipe.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return done > 0 ? i64(done) : -EINTR;
  }
  return i64(done);
}
function poll(file: ptr<OpenFile>): u32 {
  const pipe = pipeOf(file);
  let events: u32 = 0;
  if (isReadable(file)) {
    if (bytesIn(pipe) > 0) events |= POLLIN | POLLRDNORM;
    if (pipe.writers === 0) events |= POLLHUP;
  }
  if (isWritable(file)) {
    if (PIPE_BYTES - bytesIn(pipe) >= PIPE_BUF) events |= POLLOUT | POLLWRNORM;
    if (pipe.readers === 0) events |= POLLERR;
  }
  return events;
}
function readiness(file: ptr<OpenFile>): ptr<Readiness> {
  return addressOf(pipeOf(file).changes);
}
function control(file: ptr<OpenFile>, request: u64, argument: u64): i64 {
  if (request !== FIONREAD) return -ENOTTY;
  const count = u32(bytesIn(pipeOf(file)));
  return programMemory.copyOut(argument, cast<u8>(addressOf(count)), 4) ? 0 : -EFAULT;
}
/** One end less. True: it was the last one of all. */
function leave(file: ptr<OpenFile>): bool {
  const pipe = pipeOf(file);
  pipe.lock.lock();
  if (isReadable(file)) pipe.readers--;
  if (isWritable(file)) pipe.writers--;
  const last = pipe.readers === 0 && pipe.writers === 0;
  pipe.lock.unlock();
  return last;
}
function close(file: ptr<OpenFile>): void {
  const pipe = pipeOf(file);
  const node = file.node;
  node.lock.lock();
  if (leave(file)) {
    if (node.data === pipe) node.data = null;
    node.lock.unlock();
    freePipe(pipe);
    return;
  }
  node.lock.unlock();
  pipe.changes.changed();
}
const pipeOperations: FileOperations = init({ read, write, poll, readiness, control, close });

// ------------------------------------------------------------------------------------------------- by a node

function join(pipe: ptr<Pipe>, file: ptr<OpenFile>): void {
  pipe.lock.lock();
  if (isReadable(file)) {
    pipe.readers++;
    pipe.readersEver++;
  }
  if (isWritable(file)) {
    pipe.writers++;
    pipe.writersEver++;
  }
  pipe.lock.unlock();
}
/** Opens a FIFO (fifo(7)): with one end it waits for the other, unless both or O_NONBLOCK are asked for. */
export function openFifo(node: ptr<Node>, file: ptr<OpenFile>): i64 {
  node.lock.lock();
  if (node.data === null) node.data = makePipe();
  if (node.data === null) {
    node.lock.unlock();
    return -ENOMEM;
  }
  const pipe = cast<Pipe>(node.data);
  const reads = isReadable(file);
  const writes = isWritable(file);
  if (writes && !reads && pipe.readers === 0 && (file.flags & O_NONBLOCK) !== 0) {
    if (pipe.writers === 0) {
      node.data = null;
      freePipe(pipe);
    }
    node.lock.unlock();
    return -ENXIO;
  }
  const others = reads ? pipe.writersEver : pipe.readersEver;
  join(pipe, file);
  file.data = pipe;
  file.operations = addressOf(pipeOperations);
  node.lock.unlock();
  pipe.changes.changed();
  if ((reads && writes) || (file.flags & O_NONBLOCK) !== 0) return 0;
  for (;;) {
    const seen = pipe.changes.now();
    if (
      reads
        ? pipe.writers > 0 || pipe.writersEver !== others
        : pipe.readers > 0 || pipe.readersEver !== others
    )
      return 0;
    if (pipe.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) {
      close(file);
      return -EINTR;
    }
  }
}
/** Opened again by /proc/self/fd. */
const nodeOperations: NodeOperations = init({ open: openFifo });

/** Both ends of a new pipe. `flags`: O_NONBLOCK. */
export function openPipe(
  flags: u32,
  reader: ptr<ptr<OpenFile> | null>,
  writer: ptr<ptr<OpenFile> | null>,
): i64 {
  const node = makePlainNode(S_IFIFO | 0o600, "pipe");
  const pipe = makePipe();
  if (node !== null && pipe !== null) {
    node.operations = addressOf(nodeOperations);
    const input = makeFile(addressOf(pipeOperations), node, null, O_RDONLY | flags);
    const output = makeFile(addressOf(pipeOperations), node, null, O_WRONLY | flags);
    if (input !== null && output !== null) {
      input.data = pipe;
      output.data = pipe;
      join(pipe, input);
      join(pipe, output);
      reader.value = input;
      writer.value = output;
      node.data = pipe;
      dropNode(node);
      return 0;
    }
    if (input !== null) abandonFile(input);
    if (output !== null) abandonFile(output);
  }
  if (pipe !== null) freePipe(pipe);
  if (node !== null) dropNode(node);
  return -ENOMEM;
}
