/**
 * A bump allocator: objects one behind the other in spans of 256 KiB, each with its size in front of it. Freeing gives nothing back until a span's
 * last object is gone: as fast as it gets, and as wasteful. Objects of over a quarter of a span get runs of pages. One lock.
 */
import type { SpinLock } from "../../thread/spin-lock.ts";
import { NONE, PAGE_SIZE, physicalOf } from "../address.ts";
import type { Allocator } from "../allocator.ts";
import type { Counters } from "../counters.ts";
import { frameAt } from "../frame-table.ts";
import { Violation, violation } from "../violation.ts";
import { giveRun, giveSpan, runBytes, spanAt, spanBytes, takeLargestSpan, takeRun } from "./spans.ts";

const SPAN_ORDER: u32 = 6;
const GRANULE: usize = 16;
/** Larger objects, and larger alignments, get runs. */
const LARGEST: usize = 64 << 10;

/** In front of each object. */
class Header extends Struct {
  size: u64;
  mark: u64;
}
const HEADER: usize = 16;
static_assert(sizeof<Header>() === 16);
const LIVE: u64 = 0x0b0b_7a1c_e11e_51fe;
const GONE: u64 = 0x0b0b_7a1c_dead_dead;

const lock: SpinLock = zeroed();
const counters: Counters = zeroed();
/** Where objects are put now, and where the next one may begin. */
let current: usize = 0;
let next: usize = 0;
let end: usize = 0;

function up(value: usize, to: usize): usize {
  return (value + to - 1) & ~(to - 1);
}
function headerOf(object: usize): ptr<Header> {
  return pointer<Header>(object - HEADER);
}
/** Objects of a span: `owner` of its first frame. */
function liveOf(span: usize): ptr<usize> {
  return addressOf(frameAt(physicalOf(span)).owner);
}
function release(span: usize): void {
  counters.gavePages(spanBytes(span));
  giveSpan(span);
}
/** A new current span with room for so many bytes. */
function renew(bytes: usize): bool {
  let least: u32 = 0;
  while (PAGE_SIZE << usize(least) < bytes) least++;
  const span = takeLargestSpan(SPAN_ORDER, least);
  if (span === 0) return false;
  if (current !== 0 && liveOf(current).value === 0) release(current);
  liveOf(span).value = 0;
  counters.tookPages(spanBytes(span));
  current = span;
  next = span;
  end = span + spanBytes(span);
  return true;
}
function place(size: usize, align: usize): usize {
  const given = up(size === 0 ? 1 : size, GRANULE);
  if (current !== 0 && liveOf(current).value === 0) next = current;
  let object = up(next + HEADER, align);
  if (current === 0 || object + given > end) {
    if (!renew(given + HEADER + align)) return 0;
    object = up(next + HEADER, align);
  }
  next = object + given;
  headerOf(object).size = given;
  headerOf(object).mark = LIVE;
  liveOf(current).value++;
  return object;
}
function allocate(size: usize, align: usize): usize {
  const flags = lock.lock();
  let object: usize = 0;
  if (size > LARGEST || align > LARGEST) {
    object = takeRun(size, align);
    if (object !== 0) counters.tookPages(runBytes(object));
  } else object = place(size, align);
  if (object === 0) counters.failures++;
  else counters.allocated(size, usableSize(object));
  lock.unlock(flags);
  return object;
}
function usableSize(linear: usize): usize {
  const run = runBytes(linear);
  if (run !== 0) return run;
  const span = spanAt(linear);
  if (span === 0 || (linear & (GRANULE - 1)) !== 0 || linear < span + HEADER) return NONE;
  return headerOf(linear).mark === LIVE ? headerOf(linear).size : NONE;
}
function free(linear: usize): void {
  const flags = lock.lock();
  const size = usableSize(linear);
  if (size !== NONE) {
    counters.freed(size);
    if (runBytes(linear) !== 0) {
      counters.gavePages(size);
      giveRun(linear);
    } else {
      const span = spanAt(linear);
      headerOf(linear).mark = GONE;
      liveOf(span).value--;
      if (liveOf(span).value === 0 && span !== current) release(span);
    }
  }
  lock.unlock(flags);
  if (size === NONE) report(linear);
}
function report(linear: usize): void {
  const span = spanAt(linear);
  const wasObject = span !== 0 && (linear & (GRANULE - 1)) === 0 && linear >= span + HEADER;
  const mark = wasObject ? headerOf(linear).mark : 0;
  violation(
    mark === GONE ? Violation.DoubleFree : Violation.InvalidPointer,
    "bump, mark",
    linear,
    LIVE,
    mark,
  );
}
/** The last object of the current span can become larger or smaller; others only stay. */
function resize(linear: usize, size: usize): bool {
  const flags = lock.lock();
  const usable = usableSize(linear);
  let fits = usable !== NONE && size <= usable && size > usable / 2;
  if (!fits && usable !== NONE && runBytes(linear) === 0 && linear + usable === next) {
    const given = up(size, GRANULE);
    fits = linear + given <= end;
    if (fits) {
      headerOf(linear).size = given;
      next = linear + given;
      counters.resized(usable, given);
    }
  }
  lock.unlock(flags);
  return fits;
}
function count(into: ptr<Counters>): void {
  const flags = lock.lock();
  into.value = counters;
  into.metadata = (counters.allocations - counters.frees) * HEADER;
  lock.unlock(flags);
}

export const bumpAllocator: Allocator = { name: "bump", allocate, free, resize, usableSize, count };
