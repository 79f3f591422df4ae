/**
 * Signals that wait to be delivered, of a thread or of the whole program: standard ones once, with what came with the first; real-time ones as often as
 * they are sent, in that order (signal(7)). Timers bring a record of their own, so that one waits at most once and counts what it has missed. Whoever
 * calls holds the process's lock; memory is taken and given back without it.
 */
import { thisCpu } from "../arch/cpu.ts";
import { EAGAIN } from "../fs/errno.ts";
import { free, malloc } from "../memory/malloc.ts";
import type { SignalInformation } from "./process.ts";
import { bitOf, FIRST_REAL_TIME, SI_USER } from "./signal-numbers.ts";

const STANDARD = 31;
/** RLIMIT_SIGPENDING, until the program says otherwise. */
export const QUEUE_LIMIT: u64 = 1 << 16;
/** DELAYTIMER_MAX. */
export const MOST_OVERRUNS: u64 = 0x7fff_ffff;

/** One that is queued. */
export class Queued extends Struct {
  next: ptr<Queued> | null;
  information: SignalInformation;
  /** It is in a list. */
  waits: bool;
  /** A timer's, which keeps it. */
  isTimers: bool;
  /** What its timer had missed when it was last taken. */
  overruns: u32;
}
export class Pending extends Struct {
  /** Those that wait: signal n's bit is n - 1. */
  signals: u64;
  /** Standard ones of which there is information. */
  known: u64;
  information: array<SignalInformation, typeof STANDARD>;
  first: ptr<Queued> | null;
  last: ptr<Queued> | null;
}

/** In all lists, and standard ones with information; what the former may be at most. */
let count: u64 = 0;
let limit: u64 = QUEUE_LIMIT;

export function setQueueLimit(most: u64): void {
  limit = most;
}
export function queueLimit(): u64 {
  return limit;
}
export function queuedSignals(): u64 {
  return count;
}
/** A record for a real-time signal, in memory; null: it needs none, or there is none. The lock is not held. */
export function makeQueued(signal: u32): ptr<Queued> | null {
  if (signal < FIRST_REAL_TIME || thisCpu().interruptDepth !== 0) return null;
  const memory = malloc(sizeof<Queued>());
  if (memory === null) return null;
  const record = cast<Queued>(memory);
  record.value = zeroed();
  return record;
}
/** Frees those of a list, linked by `next`, that are no timers'. The lock is not held. */
export function freeQueued(list: ptr<Queued> | null): void {
  let record = list;
  while (record !== null) {
    const next = record.next;
    free(record);
    record = next;
  }
}
function overrunsIn(information: ptr<SignalInformation>): u64 {
  return information.first >> 32;
}
function append(pending: ptr<Pending>, record: ptr<Queued>): void {
  record.next = null;
  record.waits = true;
  const last = pending.last;
  if (last === null) pending.first = record;
  else last.next = record;
  pending.last = record;
  count++;
}
function addTimers(pending: ptr<Pending>, record: ptr<Queued>, information: ptr<SignalInformation>): void {
  if (!record.waits) {
    record.information = information.value;
    append(pending, record);
    return;
  }
  const missed = overrunsIn(addressOf(record.information)) + overrunsIn(information) + 1;
  const told = missed < MOST_OVERRUNS ? missed : MOST_OVERRUNS;
  record.information.first = (record.information.first & 0xffff_ffff) | (told << 32);
}
/**
 * A signal waits. `record`: for a real-time or a timer's one; what is not made use of is not `waits` afterwards. 0, or -EAGAIN: too many
 * are queued. Of kill's the last ones' information is lost then (kernel/signal.c).
 */
export function addPending(
  pending: ptr<Pending>,
  information: ptr<SignalInformation>,
  record: ptr<Queued> | null,
): i64 {
  const signal = u32(information.signal);
  const bit = bitOf(signal);
  const isTimers = record === null ? false : record.isTimers;
  if (record !== null && isTimers) addTimers(pending, record, information);
  else if (signal < FIRST_REAL_TIME) {
    if ((pending.signals & bit) !== 0) return 0;
    if (count < limit || information.code >= 0) {
      pending.known |= bit;
      pending.information[signal - 1] = information.value;
      count++;
    }
  } else if (record !== null && count < limit) {
    record.information = information.value;
    append(pending, record);
  } else if (information.code < SI_USER) return -EAGAIN;
  pending.signals |= bit;
  return 0;
}
/** The record behind `before`, or the first one, leaves the list. */
function unlink(pending: ptr<Pending>, before: ptr<Queued> | null, record: ptr<Queued>): void {
  if (before === null) pending.first = record.next;
  else before.next = record.next;
  if (pending.last === record) pending.last = before;
  record.next = null;
  record.waits = false;
  count--;
}
/** Whether one of the list has this signal. */
function isQueued(pending: ptr<Pending>, signal: i32): bool {
  let record = pending.first;
  while (record !== null && record.information.signal !== signal) record = record.next;
  return record !== null;
}
/** Takes the first one of a signal that waits. Gives what is to be freed. */
export function takePending(
  pending: ptr<Pending>,
  signal: u32,
  information: ptr<SignalInformation>,
): ptr<Queued> | null {
  const bit = bitOf(signal);
  let before: ptr<Queued> | null = null;
  let record: ptr<Queued> | null = null;
  if ((pending.known & bit) !== 0) {
    pending.known &= ~bit;
    count--;
    information.value = pending.information[signal - 1];
  } else {
    record = pending.first;
    while (record !== null && record.information.signal !== i32(signal)) {
      before = record;
      record = record.next;
    }
    // Lost: as if from a process that is not known.
    if (record === null) information.value = init({ signal: i32(signal), code: SI_USER });
    else {
      information.value = record.information;
      unlink(pending, before, record);
    }
  }
  if (!isQueued(pending, i32(signal))) pending.signals &= ~bit;
  if (record === null || !record.isTimers) return record;
  record.overruns = u32(overrunsIn(information));
  return null;
}
/** None of these signals waits any more. Gives what is to be freed, and behind it `others`. */
export function dropPending(
  pending: ptr<Pending>,
  signals: u64,
  others: ptr<Queued> | null,
): ptr<Queued> | null {
  let list = others;
  let before: ptr<Queued> | null = null;
  let record = pending.first;
  while (record !== null) {
    const next = record.next;
    if ((bitOf(u32(record.information.signal)) & signals) === 0) before = record;
    else {
      unlink(pending, before, record);
      if (!record.isTimers) {
        record.next = list;
        list = record;
      }
    }
    record = next;
  }
  count -= u64(popcount(pending.known & signals));
  pending.known &= ~signals;
  pending.signals &= ~signals;
  return list;
}
