/**
 * A virtio queue: the split ring of virtio 1.2 §2.7, with the event index and indirect descriptors where the device has them. Who has
 * made a request looks at once whether it is done, and only then waits for the interrupt: a device that answers while it is
 * notified costs none. What a queue has is guarded by the lock of its waiters, with interrupts off.
 *
 *     descriptors  16 bytes each      driver's ring  flags, index, heads, event      device's ring  flags, index, {head, bytes}, event
 */
import { INTERRUPT_FLAG } from "../arch/instructions.ts";
import { Area, inArea, NONE, PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { allocateContiguous } from "../memory/contiguous.ts";
import { panicWith } from "../panic.ts";
import { FOREVER } from "../thread/time.ts";
import type { Waiter, WaitQueue } from "../thread/wait-queue.ts";
import { MAX_PIECES, type Pieces } from "./dma.ts";

class Descriptor extends Struct {
  address: u64;
  bytes: u32;
  flags: u16;
  next: u16;
}
const NEXT: u16 = 1;
const WRITE: u16 = 2;
const INDIRECT: u16 = 4;
class Used extends Struct {
  head: u32;
  bytes: u32;
}
/** Without the event index: no interrupts, please; no notifications, please. */
const QUIET: u16 = 1;
const RING_HEADER: usize = 4;
const TABLE_BYTES: usize = MAX_PIECES * sizeof<Descriptor>();
const NO_HEAD: u16 = 0xffff;
/** What `wanted` of a waiter says. */
const FOR_ROOM: u64 = 1;

/** Something that the device is to do; it lies still until it is done. Zeroed before use. */
export class Request extends Struct {
  /** Called when it is done, with the queue's lock held and interrupts off. null: somebody waits for it, or will. */
  finished: fn<(request: ptr<Request>) => void> | null;
  /** The device has done with it, or will never. */
  done: bool;
  /** It will never: it is broken. */
  failed: bool;
  /** What it says that it has written, in bytes. */
  written: u32;
  waiter: ptr<Waiter> | null;
}

export class Queue extends Struct {
  index: u32;
  /** A power of two. */
  size: u16;
  eventIndex: bool;
  /** It always interrupts: nobody may be waiting. */
  always: bool;
  broken: bool;
  descriptors: ptr<Descriptor>;
  driver: ptr<u16>;
  deviceHeader: ptr<u16>;
  used: ptr<Used>;
  /** One for each head, of MAX_PIECES descriptors; null: requests use the queue's own. */
  tables: ptr<Descriptor> | null;
  requests: ptr<ptr<Request> | null>;
  notifyAt: usize;
  firstFree: u16;
  free: u16;
  /** As far as we have seen the device come. */
  seen: u16;
  /** The next index of the driver's ring, as the device was last notified of. */
  notified: u16;
  waiters: WaitQueue;

  /** Memory for its rings; false: there is none. `notifyAt` is set by the transport. */
  prepare(index: u32, size: u16, eventIndex: bool, indirect: bool): bool {
    const entries = usize(size);
    const driverAt = entries * sizeof<Descriptor>();
    const deviceAt = (driverAt + RING_HEADER + 2 * entries + 2 + 3) & ~usize(3);
    const requestsAt = (deviceAt + RING_HEADER + sizeof<Used>() * entries + 2 + 15) & ~usize(15);
    const tablesAt = requestsAt + 8 * entries;
    const bytes = tablesAt + (indirect ? TABLE_BYTES * entries : 0);
    const physical = allocateContiguous((bytes + PAGE_SIZE - 1) >> PAGE_SHIFT, 1, NONE);
    if (physical === NONE) return false;
    const memory = inArea(Area.Mempool, physical);
    memset(pointer<u8>(memory), 0, bytes);
    this.index = index;
    this.size = size;
    this.eventIndex = eventIndex;
    this.descriptors = pointer<Descriptor>(memory);
    this.driver = pointer<u16>(memory + driverAt);
    this.deviceHeader = pointer<u16>(memory + deviceAt);
    this.used = pointer<Used>(memory + deviceAt + RING_HEADER);
    this.requests = pointer<ptr<Request> | null>(memory + requestsAt);
    this.tables = indirect ? pointer<Descriptor>(memory + tablesAt) : null;
    for (let i: u16 = 0; i < size; i++) this.descriptors[i].next = i + 1;
    this.descriptors[size - 1].next = NO_HEAD;
    this.free = size;
    this.disarm();
    return true;
  }

  /** Pieces that a request may have: no chain is longer than the queue (§2.7.5.3.1). */
  mostPieces(): u32 {
    return this.size < MAX_PIECES ? u32(this.size) : MAX_PIECES;
  }

  // ------------------------------------------------------------------ with the lock held

  /** False: there is no room at present. The device is not notified. */
  put(pieces: ptr<Pieces>, request: ptr<Request>): bool {
    const tables = this.tables;
    const direct = tables === null || pieces.count < 2;
    const needed = direct ? truncate<u16>(pieces.count) : 1;
    if (this.free < needed) return false;
    const head = this.firstFree;
    const first = addressOf(this.descriptors[head]);
    if (direct) this.firstFree = fill(this.descriptors, head, pieces);
    else {
      const table = tables.offset(u64(head) * MAX_PIECES);
      for (let i: u16 = 0; i < MAX_PIECES; i++) table[i].next = i + 1;
      fill(table, 0, pieces);
      this.firstFree = first.next;
      first.address = address(table) - inArea(Area.Mempool, 0);
      first.bytes = pieces.count * u32(sizeof<Descriptor>());
      first.flags = INDIRECT;
    }
    this.free -= needed;
    this.requests[head] = request;
    const index = this.driver[1];
    this.driver[2 + u64(index & (this.size - 1))] = head;
    atomicStoreRelease(this.driver.offset(1), index + 1);
    return true;
  }
  /** Tells the device what has been put, if it wants to know. */
  notify(): void {
    const index = this.driver[1];
    const before = this.notified;
    if (index === before || this.broken) return;
    this.notified = index;
    fence();
    const quiet = this.eventIndex
      ? index - this.deviceEvent() - 1 >= index - before
      : (atomicLoadRelaxed(this.deviceHeader) & QUIET) !== 0;
    if (!quiet) mmio<u16>(this.notifyAt).value = truncate<u16>(this.index);
  }
  /** Takes what the device has done with. */
  drain(): void {
    let roomMade = false;
    while (this.seen !== atomicLoadAcquire(this.deviceHeader.offset(1))) {
      const used = addressOf(this.used[u64(this.seen & (this.size - 1))]);
      this.seen++;
      const head = truncate<u16>(used.head);
      const request = head < this.size ? this.requests[head] : null;
      if (request === null) {
        this.fail();
        return;
      }
      this.release(head);
      request.written = used.bytes;
      roomMade = true;
      this.finish(request);
    }
    if (roomMade) this.wakeForRoom();
  }
  /** The device does nothing any more: all that was asked of it has failed. */
  fail(): void {
    this.broken = true;
    for (let head: u16 = 0; head < this.size; head++) {
      const request = this.requests[head];
      if (request === null) continue;
      this.requests[head] = null;
      request.failed = true;
      request.written = 0;
      this.finish(request);
    }
    this.wakeForRoom();
  }
  finish(request: ptr<Request>): void {
    const finished = request.finished;
    const waiter = request.waiter;
    request.done = true;
    if (finished !== null) finished(request);
    else if (waiter !== null) this.waiters.wakeWaiter(waiter);
  }
  release(head: u16): void {
    this.requests[head] = null;
    let last = head;
    let count: u16 = 1;
    while ((this.descriptors[last].flags & NEXT) !== 0) {
      last = this.descriptors[last].next;
      count++;
    }
    this.descriptors[last].next = this.firstFree;
    this.firstFree = head;
    this.free += count;
  }
  wakeForRoom(): void {
    let waiter = this.waiters.first;
    while (waiter !== null) {
      const next = waiter.next;
      if (waiter.wanted === FOR_ROOM) this.waiters.wakeWaiter(waiter);
      waiter = next;
    }
  }
  /** The device interrupts when it goes on from here. True: it has gone on meanwhile. */
  arm(): bool {
    if (this.eventIndex) this.driver[2 + u64(this.size)] = this.seen;
    else this.driver[0] = 0;
    fence();
    return this.seen !== atomicLoadAcquire(this.deviceHeader.offset(1));
  }
  /** It need not interrupt. With the event index it does so once in 65,536 requests nevertheless. */
  disarm(): void {
    if (this.eventIndex) this.driver[2 + u64(this.size)] = this.seen - 1;
    else this.driver[0] = QUIET;
  }
  deviceEvent(): u16 {
    return atomicLoadRelaxed(cast<u16>(this.used.offset(u64(this.size))));
  }
  /** Waits until something has happened; spins where interrupts are off in `flags`. */
  rest(waiter: ptr<Waiter>, flags: u64): void {
    if (this.arm()) return;
    if ((flags & INTERRUPT_FLAG) === 0) {
      pause();
      return;
    }
    this.waiters.sleep(waiter, FOREVER);
    this.waiters.lock.acquire();
  }

  // --------------------------------------------------------------- which take the lock

  /** The interrupt's part. */
  serve(): void {
    const flags = this.waiters.lock.lock();
    do this.drain();
    while ((this.always || this.waiters.first !== null) && this.arm());
    this.waiters.unlock(flags);
  }
  /** Asks without waiting, for what has a `finished`. False: there is no room, or the device is broken. */
  submit(pieces: ptr<Pieces>, request: ptr<Request>): bool {
    const flags = this.waiters.lock.lock();
    const put = !this.broken && this.put(pieces, request);
    if (put) this.notify();
    this.waiters.unlock(flags);
    return put;
  }
  /** Asks, waiting for room if need be; `await` gives the answer. */
  send(pieces: ptr<Pieces>, request: ptr<Request>): void {
    const flags = this.waiters.lock.lock();
    if (pieces.count > this.mostPieces())
      panicWith("a request that no queue has room for", "pieces", u64(pieces.count), "size", u64(this.size));
    while (!this.broken && !this.put(pieces, request)) {
      this.notify();
      this.drain();
      if (this.free >= truncate<u16>(pieces.count)) continue;
      const waiter: Waiter = zeroed();
      waiter.wanted = FOR_ROOM;
      this.rest(addressOf(waiter), flags);
    }
    if (this.broken) {
      request.failed = true;
      request.done = true;
    } else this.notify();
    this.waiters.unlock(flags);
  }
  /** Sleeps until a request is done. False: it has failed. */
  await(request: ptr<Request>): bool {
    const flags = this.waiters.lock.lock();
    for (;;) {
      if (!request.done) this.drain();
      if (request.done) break;
      const waiter: Waiter = zeroed();
      request.waiter = addressOf(waiter);
      this.rest(addressOf(waiter), flags);
      request.waiter = null;
    }
    this.waiters.unlock(flags);
    return !request.failed;
  }
}
/** Fills a chain of descriptors that are linked already, from `head` on. Gives what the last one was linked to. */
function fill(table: ptr<Descriptor>, head: u16, pieces: ptr<Pieces>): u16 {
  let at = head;
  for (let i: u32 = 0; ; i++) {
    const descriptor = addressOf(table[at]);
    descriptor.address = pieces.list[i].physical;
    descriptor.bytes = u32(pieces.list[i].bytes);
    descriptor.flags = (i < pieces.readable ? 0 : WRITE) | (i + 1 < pieces.count ? NEXT : 0);
    if (i + 1 === pieces.count) return descriptor.next;
    at = descriptor.next;
  }
}
