/**
 * A range of addresses that has one purpose, or none yet: the node of an arena's tree (arena.ts). Here is what it says, and the pages
 * that these records are kept in; a page is given back when the last record in it is.
 *
 *     page →  0 header   64 record   128 record   …   4032 record
 */
import { Area, inArea, NONE, PAGE_SIZE, physicalOf } from "../memory/address.ts";
import { allocatePage, freePage } from "../memory/physical.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { AddressNode } from "./address-tree.ts";

/** What a range is for. */
/** @base u8 */
export enum RangeKind {
  /** Nobody's. */
  Free = 0,
  /** Pages of zeros, made when they are touched. */
  DemandZero = 1,
  /** The same, as a stack: it is used downwards from its end. */
  Stack = 2,
  /** Registers of a device. */
  Device = 3,
  /** Memory that somebody else holds, mapped once more. */
  Physical = 4,
  /** Its holder maps what it wants. */
  Reserved = 5,
}

/** While the record is free: `left` is the next free one of its page. */
export class Range extends AddressNode {
  /** Bytes of the largest free range in this subtree. */
  largestFree: at<40, usize>;
  /** Whose it is, for people; null: not told. */
  name: at<48, ptr<u8> | null>;
  /** Bytes at each of its ends that stay unmapped. */
  guard: at<56, u32>;
  kind: at<60, RangeKind>;
}
static_assert(sizeof<Range>() === 64);

/** At the beginning of a page of records. */
class RecordPage extends Struct {
  /** Other pages that have free records. */
  next: ptr<RecordPage> | null;
  previous: ptr<RecordPage> | null;
  free: ptr<AddressNode> | null;
  used: u32;
}
const HEADER: usize = 64;
static_assert(sizeof<RecordPage>() <= HEADER);
const RECORDS: u32 = 63;
static_assert(HEADER + usize(RECORDS) * sizeof<Range>() <= PAGE_SIZE);

const lock: SpinLock = zeroed();
/** Pages with free records. */
let pages: ptr<RecordPage> | null = null;

function link(page: ptr<RecordPage>): void {
  page.previous = null;
  page.next = pages;
  if (pages !== null) pages.previous = page;
  pages = page;
}
function unlink(page: ptr<RecordPage>): void {
  if (page.previous === null) pages = page.next;
  else page.previous.next = page.next;
  if (page.next !== null) page.next.previous = page.previous;
}
function makePage(): ptr<RecordPage> | null {
  const physical = allocatePage();
  if (physical === NONE) return null;
  const at = inArea(Area.Early, physical);
  const page = pointer<RecordPage>(at);
  page.free = null;
  page.used = 0;
  for (let i: u32 = 0; i < RECORDS; i++) {
    const record = pointer<Range>(at + HEADER + usize(i) * sizeof<Range>());
    record.left = page.free;
    page.free = record;
  }
  link(page);
  return page;
}
function takeFrom(page: ptr<RecordPage>): ptr<Range> | null {
  const record = page.free;
  if (record === null) return null;
  page.free = record.left;
  page.used++;
  if (page.free === null) unlink(page);
  return cast<Range>(record);
}
/** A record, its fields what they happen to be; null without memory. */
export function takeRecord(): ptr<Range> | null {
  const flags = lock.lock();
  const page = pages === null ? makePage() : pages;
  const record = page === null ? null : takeFrom(page);
  lock.unlock(flags);
  return record;
}
export function giveRecord(record: ptr<Range>): void {
  const page = pointer<RecordPage>(address(record) & ~(PAGE_SIZE - 1));
  const flags = lock.lock();
  if (page.free === null) link(page);
  record.left = page.free;
  page.free = record;
  page.used--;
  const empty = page.used === 0;
  if (empty) unlink(page);
  lock.unlock(flags);
  if (empty) freePage(physicalOf(address(page)));
}
