/** The entries of a directory of ramfs: in the order of their making, numbered for who lists them, and in a hash table that grows. Guarded by the directory's lock. */
import { free, malloc } from "../memory/malloc.ts";
import type { Node } from "./node.ts";

export class Entry extends Struct {
  node: ptr<Node>;
  text: ptr<u8>;
  length: usize;
  /** Larger than all before. */
  cookie: u64;
  next: ptr<Entry> | null;
  previous: ptr<Entry> | null;
  nextInHash: ptr<Entry> | null;
}
const FIRST_BUCKETS: usize = 8;

export class Directory extends Struct {
  count: usize;
  first: ptr<Entry> | null;
  last: ptr<Entry> | null;
  nextCookie: u64;
  /** A power of two; `buckets` is `own` at first. */
  bucketCount: usize;
  buckets: ptr<ptr<Entry> | null>;
  own: array<ptr<Entry> | null, 8>;
}

/** null: there is no memory. An empty one is freed by `free`. */
export function makeDirectory(): ptr<Directory> | null {
  const memory = malloc(sizeof<Directory>());
  if (memory === null) return null;
  memset(memory, 0, sizeof<Directory>());
  const directory = cast<Directory>(memory);
  directory.bucketCount = FIRST_BUCKETS;
  directory.buckets = addressOf(directory.own[0]);
  return directory;
}
function bucketOf(directory: ptr<Directory>, text: ptr<u8>, length: usize): ptr<ptr<Entry> | null> {
  let hash: u64 = 0xcbf2_9ce4_8422_2325;
  for (let i: usize = 0; i < length; i++) hash = (hash ^ u64(text[i])) * 0x100_0000_01b3;
  return directory.buckets.offset((hash ^ (hash >> 29)) & (directory.bucketCount - 1));
}
export function findEntry(directory: ptr<Directory>, text: ptr<u8>, length: usize): ptr<Entry> | null {
  let entry = bucketOf(directory, text, length).value;
  while (entry !== null && !isCalled(entry, text, length)) entry = entry.nextInHash;
  return entry;
}
function isCalled(entry: ptr<Entry>, text: ptr<u8>, length: usize): bool {
  if (entry.length !== length) return false;
  for (let i: usize = 0; i < length; i++) if (entry.text[i] !== text[i]) return false;
  return true;
}
/** Twice as many buckets, if there is memory for them. */
function grow(directory: ptr<Directory>): void {
  const count = directory.bucketCount * 2;
  const memory = malloc(count * 8);
  if (memory === null) return;
  memset(memory, 0, count * 8);
  giveBuckets(directory);
  directory.buckets = cast<ptr<Entry> | null>(memory);
  directory.bucketCount = count;
  let entry = directory.first;
  while (entry !== null) {
    insert(directory, entry);
    entry = entry.next;
  }
}
function giveBuckets(directory: ptr<Directory>): void {
  if (directory.buckets !== addressOf(directory.own[0])) free(directory.buckets);
}
function insert(directory: ptr<Directory>, entry: ptr<Entry>): void {
  const bucket = bucketOf(directory, entry.text, entry.length);
  entry.nextInHash = bucket.value;
  bucket.value = entry;
}
/** The node's reference is the entry's. False: there is no memory. Of two of one name the newer is found. */
export function addEntry(directory: ptr<Directory>, text: ptr<u8>, length: usize, node: ptr<Node>): bool {
  const memory = malloc(sizeof<Entry>() + length);
  if (memory === null) return false;
  const entry = cast<Entry>(memory);
  entry.text = cast<u8>(memory).offset(sizeof<Entry>());
  entry.length = length;
  memcpy(entry.text, text, length);
  entry.node = node;
  entry.cookie = directory.nextCookie;
  directory.nextCookie++;
  entry.next = null;
  entry.previous = directory.last;
  if (entry.previous === null) directory.first = entry;
  else entry.previous.next = entry;
  directory.last = entry;
  insert(directory, entry);
  directory.count++;
  if (directory.count > directory.bucketCount) grow(directory);
  return true;
}
/** The node's reference is the caller's again. */
export function removeEntry(directory: ptr<Directory>, entry: ptr<Entry>): void {
  let at = bucketOf(directory, entry.text, entry.length);
  while (at.value !== null && at.value !== entry) at = addressOf(at.value.nextInHash);
  at.value = entry.nextInHash;
  const next = entry.next;
  const previous = entry.previous;
  if (previous === null) directory.first = next;
  else previous.next = next;
  if (next === null) directory.last = previous;
  else next.previous = previous;
  directory.count--;
  free(entry);
  if (directory.count === 0) {
    giveBuckets(directory);
    directory.bucketCount = FIRST_BUCKETS;
    directory.buckets = addressOf(directory.own[0]);
    memset(addressOf(directory.own), 0, sizeof<array<ptr<Entry> | null, 8>>());
  }
}
/** The first entry with this number or a larger one. */
export function firstFrom(directory: ptr<Directory>, cookie: u64): ptr<Entry> | null {
  let entry = directory.first;
  // Most lists go on where they were: the newest entries are looked for from the end.
  if (directory.last !== null && directory.last.cookie < cookie) return null;
  while (entry !== null && entry.cookie < cookie) entry = entry.next;
  return entry;
}
