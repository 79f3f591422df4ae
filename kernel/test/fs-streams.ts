/** Pipes, sockets, event counters, timers, and waiting for them: between threads that race. */
import { addToSet, EPOLLET, type EpollEvent, openEpoll, waitForEvents } from "../fs/epoll.ts";
import { EAGAIN, EPIPE } from "../fs/errno.ts";
import { openEventCounter } from "../fs/eventfd.ts";
import { dropFile, O_NONBLOCK, type OpenFile, openFileCount, POLLHUP, POLLIN, POLLOUT } from "../fs/file.ts";
import { openPipe, PIPE_BYTES } from "../fs/pipe.ts";
import { type Polled, pollFiles } from "../fs/poll.ts";
import { openSockets, SOCK_SEQPACKET, SOCK_STREAM } from "../fs/socket.ts";
import { openTimer, setTimer, type TimerSetting } from "../fs/timerfd.ts";
import { kernelTransfer, type Part, type Transfer } from "../fs/transfer.ts";
import { failAfter, injectedFailures } from "../memory/physical.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { FOREVER, MILLISECOND, nanoseconds, SECOND } from "../thread/time.ts";
import { check, checkEqual } from "./check.ts";
import { liveBytes } from "./fs-tree.ts";
import { runApart } from "./together.ts";

/** One read or write of the kernel's memory. */
export function move(file: ptr<OpenFile>, bytes: ptr<unknown>, count: usize, writes: bool): i64 {
  const part: Part = zeroed();
  const transfer: Transfer = zeroed();
  let position: u64 = 0;
  kernelTransfer(addressOf(transfer), addressOf(part), bytes, count);
  const operation = writes ? file.operations.write : file.operations.read;
  return operation === null ? -1 : operation(file, addressOf(transfer), addressOf(position));
}
class Ends extends Struct {
  reader: ptr<OpenFile> | null;
  writer: ptr<OpenFile> | null;
}
const ends: Ends = zeroed();
function close(): void {
  if (ends.reader !== null) dropFile(ends.reader);
  if (ends.writer !== null) dropFile(ends.writer);
  ends.reader = null;
  ends.writer = null;
}
class Sums extends Struct {
  sent: u64;
  received: u64;
  bytes: u64;
}
const sums: Sums = zeroed();
const WRITERS: u64 = 4;
const ROUNDS: u64 = 200;
/** A record: who, which, and a check of both; shorter than PIPE_BUF, so that none is torn. */
class Record extends Struct {
  who: u64;
  which: u64;
  check: u64;
  padding: array<u64, 5>;
}
const SEAL: u64 = 0x1234_5678_9abc_def0;
function pass(index: u64): void {
  const reader = ends.reader;
  const writer = ends.writer;
  if (reader === null || writer === null) return;
  const record: Record = zeroed();
  for (let i: u64 = 0; i < ROUNDS; i++) {
    if (index < WRITERS) {
      record.who = index;
      record.which = i;
      record.check = (index * 1000 + i) ^ SEAL;
      check(move(writer, addressOf(record), sizeof<Record>(), true) === 64, "a whole record is written");
      atomicAdd(addressOf(sums.sent), record.check);
      if (i % 5 === 0) yieldNow();
    } else {
      check(move(reader, addressOf(record), sizeof<Record>(), false) === 64, "a whole one is read");
      check(record.check === ((record.who * 1000 + record.which) ^ SEAL), "not a mixture");
      atomicAdd(addressOf(sums.received), record.check);
    }
  }
}
export function pipesKeepRecords(): void {
  sums.sent = 0;
  sums.received = 0;
  check(openPipe(0, addressOf(ends.reader), addressOf(ends.writer)) === 0, "a pipe");
  runApart(8, pass);
  checkEqual(sums.received, sums.sent, "what was sent is what came");
  close();
}
/** A writer of more than a pipe holds, and a reader of odd pieces. */
const flood: array<u8, 50000> = zeroed();
const piece: array<u8, 7001> = zeroed();
function stream(index: u64): void {
  const reader = ends.reader;
  const writer = ends.writer;
  if (reader === null || writer === null) return;
  if (index === 0) {
    for (let i: u64 = 0; i < 20; i++)
      check(move(writer, addressOf(flood[0]), 50000, true) === 50000, "all of it, at last");
    dropFile(writer);
    ends.writer = null;
    return;
  }
  for (;;) {
    const count = move(reader, addressOf(piece[0]), 7001, false);
    if (count <= 0) {
      checkEqual(truncate<u64>(count), 0, "the end");
      return;
    }
    for (let i: u64 = 0; i < u64(count); i++)
      if (piece[i] !== truncate<u8>(((sums.bytes + i) % 50000) >> 3)) {
        check(false, "in order");
        return;
      }
    sums.bytes += u64(count);
  }
}
export function pipesKeepOrder(): void {
  for (let i: usize = 0; i < flood.length; i++) flood[i] = truncate<u8>(i >> 3);
  sums.bytes = 0;
  check(openPipe(0, addressOf(ends.reader), addressOf(ends.writer)) === 0, "a pipe");
  runApart(2, stream);
  checkEqual(sums.bytes, 1_000_000, "a million bytes");
  close();
  sums.bytes = 0;
  check(openSockets(SOCK_STREAM, 0, addressOf(ends.reader), addressOf(ends.writer)) === 0, "sockets");
  runApart(2, stream);
  checkEqual(sums.bytes, 1_000_000, "a million bytes");
  close();
}
export function packetsStayWhole(): void {
  sums.sent = 0;
  sums.received = 0;
  check(openSockets(SOCK_SEQPACKET, 0, addressOf(ends.reader), addressOf(ends.writer)) === 0, "sockets");
  runApart(8, pass);
  checkEqual(sums.received, sums.sent, "what was sent is what came");
  close();
}
export function brokenPipes(): void {
  check(openPipe(O_NONBLOCK, addressOf(ends.reader), addressOf(ends.writer)) === 0, "a pipe");
  const reader = ends.reader;
  const writer = ends.writer;
  if (reader === null || writer === null) return;
  checkEqual(
    truncate<u64>(move(reader, addressOf(piece[0]), 10, false)),
    truncate<u64>(-EAGAIN),
    "nothing yet",
  );
  checkEqual(truncate<u64>(move(writer, addressOf(flood[0]), 50000, true)), 50000, "some");
  checkEqual(
    truncate<u64>(move(writer, addressOf(flood[0]), 50000, true)),
    PIPE_BYTES - 50000,
    "as much as fits",
  );
  checkEqual(truncate<u64>(move(writer, addressOf(flood[0]), 1, true)), truncate<u64>(-EAGAIN), "it is full");
  dropFile(reader);
  ends.reader = null;
  checkEqual(
    truncate<u64>(move(writer, addressOf(flood[0]), 1, true)),
    truncate<u64>(-EPIPE),
    "nobody reads",
  );
  close();
}

// ---------------------------------------------------------------------------------------------------- waiting

/** A writer sleeps, and the poller wakes when it writes; another deadline comes by itself. */
const counters: array<ptr<OpenFile> | null, 8> = zeroed();
function ping(index: u64): void {
  const mine = counters[index];
  const other = counters[index ^ 1];
  if (mine === null || other === null) return;
  let one: u64 = 1;
  if ((index & 1) === 0) move(other, addressOf(one), 8, true);
  for (let i: u64 = 0; i < 300; i++) {
    const polled: Polled = zeroed();
    polled.file = mine;
    polled.wanted = POLLIN;
    checkEqual(truncate<u64>(pollFiles(addressOf(polled), 1, nanoseconds() + 60 * SECOND)), 1, "it is woken");
    checkEqual(u64(polled.got & POLLIN), u64(POLLIN), "to read");
    let count: u64 = 0;
    check(move(mine, addressOf(count), 8, false) === 8 && count === 1, "one at a time");
    one = 1;
    if (i < 299 || (index & 1) !== 0) move(other, addressOf(one), 8, true);
  }
}
export function pollWakes(): void {
  for (let i: usize = 0; i < 8; i++) openEventCounter(0, false, O_NONBLOCK, addressOf(counters[i]));
  runApart(8, ping);
  for (let i: usize = 0; i < 8; i++) {
    const file = counters[i];
    if (file !== null) dropFile(file);
    counters[i] = null;
  }
}
export function deadlinesAndTimers(): void {
  let timer: ptr<OpenFile> | null = null;
  check(openTimer(1, 0, addressOf(timer)) === 0, "a timer");
  if (timer === null) return;
  const polled: Polled = zeroed();
  polled.file = timer;
  polled.wanted = POLLIN;
  let before = nanoseconds();
  checkEqual(truncate<u64>(pollFiles(addressOf(polled), 1, before + MILLISECOND)), 0, "a deadline comes");
  check(nanoseconds() >= before + MILLISECOND, "not before its time");
  before = nanoseconds();
  const setting: TimerSetting = { interval: MILLISECOND, due: before + 3 * MILLISECOND };
  setTimer(timer, addressOf(setting));
  checkEqual(truncate<u64>(pollFiles(addressOf(polled), 1, FOREVER)), 1, "the timer comes");
  check(nanoseconds() >= before + 3 * MILLISECOND, "not before its time");
  let count: u64 = 0;
  checkEqual(truncate<u64>(move(timer, addressOf(count), 8, false)), 8, "it is read");
  check(count >= 1, "once at least");
  checkEqual(truncate<u64>(move(timer, addressOf(count), 8, false)), 8, "waited for again");
  dropFile(timer);
}
/** Four writers of their own counters, four waiters on one set: every write is seen, by level and by edge. */
class Waiting extends Struct {
  set: ptr<OpenFile> | null;
  seen: u64;
}
const waiting: Waiting = zeroed();
const WRITES: u64 = 100;
function watch(index: u64): void {
  const set = waiting.set;
  if (set === null) return;
  let one: u64 = 1;
  if (index < 4) {
    const file = counters[index];
    for (let i: u64 = 0; file !== null && i < WRITES; i++) {
      move(file, addressOf(one), 8, true);
      if (i % 3 === 0) yieldNow();
    }
    return;
  }
  while (atomicLoad(addressOf(waiting.seen)) < 4 * WRITES) {
    const events: array<EpollEvent, 4> = zeroed();
    const count = waitForEvents(set, addressOf(events[0]), 4, nanoseconds() + 5 * MILLISECOND);
    check(count >= 0, "events or none");
    for (let i: u64 = 0; i < u64(count); i++) {
      const file = counters[events[i].data];
      let got: u64 = 0;
      if (file !== null && move(file, addressOf(got), 8, false) === 8)
        atomicAdd(addressOf(waiting.seen), got);
    }
  }
}
function watchAll(flags: u32): void {
  check(openEpoll(addressOf(waiting.set)) === 0, "a set");
  const set = waiting.set;
  if (set === null) return;
  waiting.seen = 0;
  for (let i: usize = 0; i < 4; i++) {
    openEventCounter(0, false, O_NONBLOCK, addressOf(counters[i]));
    const file = counters[i];
    const event: EpollEvent = { events: POLLIN | flags, data: i };
    if (file !== null) checkEqual(truncate<u64>(addToSet(set, file, i, addressOf(event))), 0, "into the set");
  }
  runApart(8, watch);
  checkEqual(waiting.seen, 4 * WRITES, "nothing is missed or seen twice");
  for (let i: usize = 0; i < 4; i++) {
    const file = counters[i];
    if (file !== null) dropFile(file);
    counters[i] = null;
  }
  const event: EpollEvent = zeroed();
  checkEqual(
    truncate<u64>(waitForEvents(set, addressOf(event), 1, 0)),
    0,
    "what is closed is not in the set",
  );
  dropFile(set);
}
export function setsSeeAll(): void {
  watchAll(0);
  watchAll(EPOLLET);
}

// ---------------------------------------------------------------------------------------------- without memory

function workload(): void {
  const event: EpollEvent = init({ events: POLLIN | POLLOUT | POLLHUP });
  if (openPipe(0, addressOf(ends.reader), addressOf(ends.writer)) === 0 && ends.writer !== null)
    move(ends.writer, addressOf(flood[0]), 9000, true);
  let set: ptr<OpenFile> | null = null;
  openEpoll(addressOf(set));
  if (set !== null && ends.reader !== null) addToSet(set, ends.reader, 1, addressOf(event));
  close();
  if (
    openSockets(SOCK_STREAM, 0, addressOf(ends.reader), addressOf(ends.writer)) === 0 &&
    ends.writer !== null
  )
    move(ends.writer, addressOf(flood[0]), 9000, true);
  if (set !== null && ends.reader !== null) addToSet(set, ends.reader, 1, addressOf(event));
  if (set !== null) dropFile(set);
  close();
  let file: ptr<OpenFile> | null = null;
  openEventCounter(1, false, 0, addressOf(file));
  if (file !== null) dropFile(file);
  file = null;
  openTimer(1, 0, addressOf(file));
  if (file !== null) dropFile(file);
}
export function streamsWithoutMemory(): void {
  workload();
  const live = liveBytes();
  const files = openFileCount();
  let n: u64 = 1;
  for (; n < 300; n++) {
    const before = injectedFailures();
    failAfter(n);
    workload();
    failAfter(0);
    checkEqual(liveBytes(), live, "no object is left");
    checkEqual(openFileCount(), files, "no file is open");
    if (injectedFailures() === before) break;
  }
}
