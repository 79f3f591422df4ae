/** Event counters (eventfd(2)): a number that writes add to and reads take, all at once or one by one. */
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import { FOREVER } from "../thread/time.ts";
import { WaitEnd } from "../thread/wait-queue.ts";
import { EAGAIN, EFAULT, EINTR, EINVAL, ENOMEM } from "./errno.ts";
import {
  type FileOperations,
  O_NONBLOCK,
  O_RDWR,
  type OpenFile,
  POLLERR,
  POLLIN,
  POLLOUT,
  POLLRDNORM,
  POLLWRNORM,
} from "./file.ts";
import { makePlainFile } from "./plain-files.ts";
import type { Readiness } from "./readiness.ts";
import type { Transfer } from "./transfer.ts";

class Counter extends Struct {
  lock: Mutex;
  changes: Readiness;
  count: u64;
  /** Reads take one at a time. */
  semaphore: bool;
}
/** The counter stays below this. */
const MOST: u64 = 0xffff_ffff_ffff_ffff;
const BYTES: usize = 8;

function counterOf(file: ptr<OpenFile>): ptr<Counter> {
  return cast<Counter>(file.data);
}
function read(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const counter = counterOf(file);
  if (transfer.left < BYTES) return -EINVAL;
  for (;;) {
    counter.lock.lock();
    const seen = counter.changes.now();
    const taken = counter.semaphore && counter.count !== 0 ? 1 : counter.count;
    counter.count -= taken;
    counter.lock.unlock();
    if (taken !== 0) {
      counter.changes.changed();
      return transfer.give(cast<u8>(addressOf(taken)), BYTES) === BYTES ? i64(BYTES) : -EFAULT;
    }
    if ((file.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (counter.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return -EINTR;
  }
}
function write(file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const counter = counterOf(file);
  let added: u64 = 0;
  if (transfer.left !== BYTES) return -EINVAL;
  if (transfer.take(cast<u8>(addressOf(added)), BYTES) !== BYTES) return -EFAULT;
  if (added === MOST) return -EINVAL;
  for (;;) {
    counter.lock.lock();
    const seen = counter.changes.now();
    const fits = MOST - counter.count > added;
    if (fits) counter.count += added;
    counter.lock.unlock();
    if (fits) {
      counter.changes.changed();
      return i64(BYTES);
    }
    if ((file.flags & O_NONBLOCK) !== 0) return -EAGAIN;
    if (counter.changes.wait(seen, FOREVER) === WaitEnd.Interrupted) return -EINTR;
  }
}
function poll(file: ptr<OpenFile>): u32 {
  const count = counterOf(file).count;
  let events: u32 = 0;
  if (count > 0) events |= POLLIN | POLLRDNORM;
  if (count < MOST - 1) events |= POLLOUT | POLLWRNORM;
  return count === MOST ? events | POLLERR : events;
}
function readiness(file: ptr<OpenFile>): ptr<Readiness> {
  return addressOf(counterOf(file).changes);
}
function close(file: ptr<OpenFile>): void {
  free(file.data);
}
const operations: FileOperations = init({ read, write, poll, readiness, close });

/** `flags`: O_NONBLOCK. */
export function openEventCounter(
  count: u64,
  semaphore: bool,
  flags: u32,
  made: ptr<ptr<OpenFile> | null>,
): i64 {
  const memory = malloc(sizeof<Counter>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Counter>());
  const counter = cast<Counter>(memory);
  counter.count = count;
  counter.semaphore = semaphore;
  const status = makePlainFile(
    addressOf(operations),
    0o600,
    "anon_inode:[eventfd]",
    memory,
    O_RDWR | flags,
    made,
  );
  if (status < 0) free(memory);
  return status;
}
