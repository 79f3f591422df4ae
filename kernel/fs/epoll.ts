/**
 * Sets of files that are watched (epoll(7)). A file that changes puts its item into the ready list; who waits takes items from there,
 * looks what holds, and puts those back that are watched by level and hold still.
 */
import { free, malloc } from "../memory/malloc.ts";
import type { Mutex } from "../thread/mutex.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { WaitEnd } from "../thread/wait-queue.ts";
import { EEXIST, EINTR, EINVAL, ELOOP, ENOENT, ENOMEM, EPERM } from "./errno.ts";
import {
  type FileOperations,
  O_RDWR,
  type OpenFile,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLRDNORM,
  setForgetWatchers,
  Watcher,
} from "./file.ts";
import { makePlainFile } from "./plain-files.ts";
import { readyFor } from "./poll.ts";
import { type Readiness, unwatch, type Watch } from "./readiness.ts";

export const EPOLLONESHOT: u32 = 0x4000_0000;
export const EPOLLET: u32 = 0x8000_0000;
const EPOLLWAKEUP: u32 = 0x2000_0000;
const EPOLLEXCLUSIVE: u32 = 0x1000_0000;
/** Bits of `events` that are no events. */
const OPTIONS: u32 = EPOLLONESHOT | EPOLLET | EPOLLWAKEUP | EPOLLEXCLUSIVE;
/** Sets within sets, at most. */
const DEPTH = 5;

/** struct epoll_event: 12 bytes. */
/** @packed */
export class EpollEvent extends Struct {
  events: u32;
  data: u64;
}
static_assert(sizeof<EpollEvent>() === 12);

class Item extends Watcher {
  set: ptr<EpollSet>;
  file: ptr<OpenFile>;
  descriptor: u64;
  events: u32;
  data: u64;
  /** EPOLLONESHOT has fired. */
  off: bool;
  /** In the set. */
  next: ptr<Item> | null;
  /** In the ready list, under its lock. */
  ready: bool;
  nextReady: ptr<Item> | null;
  /** Among those that a wait has told of and puts back. */
  nextAgain: ptr<Item> | null;
}
class EpollSet extends Struct {
  /** Over what is in it, and over taking from the ready list. */
  lock: Mutex;
  items: ptr<Item> | null;
  readyLock: SpinLock;
  firstReady: ptr<Item> | null;
  lastReady: ptr<Item> | null;
  changes: Readiness;
}
/** Held while items come and go, in all sets. Taken before any set's lock. */
const links: Mutex = zeroed();

function setOf(file: ptr<OpenFile>): ptr<EpollSet> {
  return cast<EpollSet>(file.data);
}
function enqueue(item: ptr<Item>): void {
  const set = item.set;
  const flags = set.readyLock.lock();
  if (!item.ready) {
    item.ready = true;
    item.nextReady = null;
    if (set.lastReady === null) set.firstReady = item;
    else set.lastReady.nextReady = item;
    set.lastReady = item;
  }
  set.readyLock.unlock(flags);
}
/** The first of the ready list, taken out; null: it is empty. */
function dequeue(set: ptr<EpollSet>): ptr<Item> | null {
  const flags = set.readyLock.lock();
  const item = set.firstReady;
  if (item !== null) {
    set.firstReady = item.nextReady;
    if (item.nextReady === null) set.lastReady = null;
    item.ready = false;
  }
  set.readyLock.unlock(flags);
  return item;
}
function unqueue(item: ptr<Item>): void {
  const set = item.set;
  const flags = set.readyLock.lock();
  let before: ptr<Item> | null = null;
  let at = set.firstReady;
  while (at !== null && at !== item) {
    before = at;
    at = at.nextReady;
  }
  if (at !== null) {
    if (before === null) set.firstReady = item.nextReady;
    else before.nextReady = item.nextReady;
    if (set.lastReady === item) set.lastReady = before;
    item.ready = false;
  }
  set.readyLock.unlock(flags);
}
function notify(watch: ptr<Watch>): void {
  const item = cast<Item>(watch.argument);
  enqueue(item);
  item.set.changes.changed();
}
function eventsOf(item: ptr<Item>): u32 {
  if (item.off) return 0;
  return readyFor(item.file) & ((item.events & ~OPTIONS) | POLLERR | POLLHUP);
}

/** Takes up to `room` events of what is ready. */
function collect(set: ptr<EpollSet>, events: ptr<EpollEvent>, room: u64): u64 {
  let count: u64 = 0;
  let again: ptr<Item> | null = null;
  let lastAgain: ptr<Item> | null = null;
  set.lock.lock();
  while (count < room) {
    const item = dequeue(set);
    if (item === null) break;
    const got = eventsOf(item);
    if (got === 0) continue;
    const event = events.offset(count);
    event.events = got;
    event.data = item.data;
    count++;
    if ((item.events & EPOLLONESHOT) !== 0) item.off = true;
    else if ((item.events & EPOLLET) === 0) {
      // Not yet back into the list, or it would be found again at once.
      lastAgain = chain(item, lastAgain);
      if (again === null) again = item;
    }
  }
  while (again !== null) {
    const next = again.nextAgain;
    again.nextAgain = null;
    enqueue(again);
    again = next;
  }
  set.lock.unlock();
  return count;
}
function chain(item: ptr<Item>, last: ptr<Item> | null): ptr<Item> {
  item.nextAgain = null;
  if (last !== null) last.nextAgain = item;
  return item;
}
/** epoll_wait(2): how many events; 0: the deadline came; -EINTR. */
export function waitForEvents(file: ptr<OpenFile>, events: ptr<EpollEvent>, room: u64, deadline: u64): i64 {
  const set = setOf(file);
  for (;;) {
    const seen = set.changes.now();
    const count = collect(set, events, room);
    if (count > 0 || deadline === 0) return i64(count);
    const end = set.changes.wait(seen, deadline);
    if (end === WaitEnd.Interrupted) return -EINTR;
    if (end === WaitEnd.Late) return i64(collect(set, events, room));
  }
}

function findItem(set: ptr<EpollSet>, file: ptr<OpenFile>, descriptor: u64): ptr<Item> | null {
  let item = set.items;
  while (item !== null && (item.file !== file || item.descriptor !== descriptor)) item = item.next;
  return item;
}
/** How deep sets lie within a set; more than DEPTH also where one is in itself. */
function depthOf(set: ptr<EpollSet>, looking: ptr<EpollSet>, depth: u32): u32 {
  let deepest: u32 = depth;
  if (depth > DEPTH) return depth;
  let item = set.items;
  while (item !== null) {
    if (isEpoll(item.file)) {
      const inner = setOf(item.file);
      const found = inner === looking ? DEPTH + 1 : depthOf(inner, looking, depth + 1);
      if (found > deepest) deepest = found;
    }
    item = item.next;
  }
  return deepest;
}
/** epoll_ctl(2)'s EPOLL_CTL_ADD. */
export function addToSet(
  setFile: ptr<OpenFile>,
  file: ptr<OpenFile>,
  descriptor: u64,
  event: ptr<EpollEvent>,
): i64 {
  const set = setOf(setFile);
  const readiness = file.operations.readiness;
  if (readiness === null) return -EPERM;
  const memory = malloc(sizeof<Item>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<Item>());
  const item = cast<Item>(memory);
  let status: i64 = 0;
  links.lock();
  if (findItem(set, file, descriptor) !== null) status = -EEXIST;
  else if (isEpoll(file) && depthOf(setOf(file), set, 1) > DEPTH) status = -ELOOP;
  if (status < 0) {
    links.unlock();
    free(memory);
    return status;
  }
  item.set = set;
  item.file = file;
  item.descriptor = descriptor;
  item.events = event.events;
  item.data = event.data;
  item.watch.notify = notify;
  item.watch.argument = item;
  item.nextOfFile = file.watchers;
  file.watchers = item;
  set.lock.lock();
  item.next = set.items;
  set.items = item;
  set.lock.unlock();
  readiness(file).watch(addressOf(item.watch));
  links.unlock();
  lookAt(item);
  return 0;
}
/** What is there already when an item comes or changes counts as a change. */
function lookAt(item: ptr<Item>): void {
  enqueue(item);
  item.set.changes.changed();
}
/** Out of everything, and freed. `links` is held. */
function removeItem(item: ptr<Item>): void {
  const set = item.set;
  unwatch(addressOf(item.watch));
  set.lock.lock();
  let at: ptr<ptr<Item> | null> = addressOf(set.items);
  while (at.value !== null && at.value !== item) at = addressOf(at.value.next);
  at.value = item.next;
  unqueue(item);
  set.lock.unlock();
  const file = item.file;
  if (file.watchers === item) file.watchers = item.nextOfFile;
  else {
    let other = file.watchers;
    while (other !== null && other.nextOfFile !== item) other = other.nextOfFile;
    if (other !== null) other.nextOfFile = item.nextOfFile;
  }
  free(item);
}
export function changeInSet(
  setFile: ptr<OpenFile>,
  file: ptr<OpenFile>,
  descriptor: u64,
  event: ptr<EpollEvent>,
): i64 {
  const set = setOf(setFile);
  links.lock();
  const item = findItem(set, file, descriptor);
  let status: i64 = item === null ? -ENOENT : 0;
  if (item !== null) {
    if ((item.events & EPOLLEXCLUSIVE) !== 0) status = -EINVAL;
    else {
      set.lock.lock();
      item.events = event.events;
      item.data = event.data;
      item.off = false;
      set.lock.unlock();
      lookAt(item);
    }
  }
  links.unlock();
  return status;
}
export function removeFromSet(setFile: ptr<OpenFile>, file: ptr<OpenFile>, descriptor: u64): i64 {
  links.lock();
  const item = findItem(setOf(setFile), file, descriptor);
  if (item !== null) removeItem(item);
  links.unlock();
  return item === null ? -ENOENT : 0;
}
/** A file is closed: no set watches it any more. */
function forgetFile(file: ptr<OpenFile>): void {
  links.lock();
  while (file.watchers !== null) removeItem(cast<Item>(file.watchers));
  links.unlock();
}

function poll(file: ptr<OpenFile>): u32 {
  const set = setOf(file);
  let events: u32 = 0;
  set.lock.lock();
  let item = set.items;
  while (item !== null && events === 0) {
    // An edge that has been told is none.
    if (item.ready && eventsOf(item) !== 0) events = POLLIN | POLLRDNORM;
    item = item.next;
  }
  set.lock.unlock();
  return events;
}
function readiness(file: ptr<OpenFile>): ptr<Readiness> {
  return addressOf(setOf(file).changes);
}
function close(file: ptr<OpenFile>): void {
  const set = setOf(file);
  links.lock();
  while (set.items !== null) removeItem(set.items);
  links.unlock();
  free(set);
}
const operations: FileOperations = init({ poll, readiness, close });

export function isEpoll(file: ptr<OpenFile>): bool {
  return file.operations === addressOf(operations);
}
export function openEpoll(made: ptr<ptr<OpenFile> | null>): i64 {
  const memory = malloc(sizeof<EpollSet>());
  if (memory === null) return -ENOMEM;
  memset(memory, 0, sizeof<EpollSet>());
  setForgetWatchers(forgetFile);
  const status = makePlainFile(addressOf(operations), 0o600, "anon_inode:[eventpoll]", memory, O_RDWR, made);
  if (status < 0) free(memory);
  return status;
}
