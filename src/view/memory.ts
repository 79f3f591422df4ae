/**
 * The unikernel's physical memory, read from outside while the machine stands still: segments, free blocks by order, what each frame is
 * for, and slabs. kernel/memory/memory-report.ts, frame-table.ts and cache.ts have the layouts. It changes nothing in the guest, and
 * trusts nothing there: numbers that make no sense end the reading with an error of one line.
 */
import type { PhysicalReader } from "./trace-rings.ts";

export const MEMORY_SYMBOL = "vitrine_memory";
export const PAGE = 4096;

/** What a frame is for. */
export const FRAME_USES = [
  "free",
  "pooled",
  "table",
  "slab",
  "half pages",
  "page",
  "large",
  "debug",
  "other allocator",
  "kernel",
  "hole",
] as const;
export type FrameUse = (typeof FRAME_USES)[number];

export interface Segment {
  readonly name: string;
  /** Bytes. */
  readonly start: number;
  readonly end: number;
  /** Frames of RAM, and how many are in free blocks. */
  readonly frames: number;
  readonly free: number;
  /** Free blocks of 2^i frames. */
  readonly blocks: readonly number[];
  /**
   * For each order, the part of the free frames, 0 to 1, that blocks of this order cannot be made of (Gorman and Whitcroft, "The
   * what, the why and the where to of anti-fragmentation", 2006: unusable free space index).
   */
  readonly unusable: readonly number[];
}
/** Slabs of a cache, as their frames tell. */
export interface SlabCache {
  readonly name: string;
  readonly objectSize: number;
  readonly slabs: number;
  readonly frames: number;
  /** Objects that fit, and that are out: live ones and those in pools. */
  readonly capacity: number;
  readonly out: number;
}
/** Frames side by side that are for one thing. */
export interface FrameRun {
  /** Frame number. */
  readonly start: number;
  readonly count: number;
  readonly use: FrameUse;
}
export interface MemoryView {
  readonly segments: readonly Segment[];
  /** Frames in processors' pools. */
  readonly pooled: readonly number[];
  readonly lostFrames: number;
  /** Frames by what they are for, of those that have a record. */
  readonly uses: Readonly<Record<FrameUse, number>>;
  readonly caches: readonly SlabCache[];
  /** By address; frames without a record are in none. */
  readonly runs: readonly FrameRun[];
}

/** For the user: the guest's memory does not hold what it should. */
export class ViewError extends Error {}

/** "VMEMRY01". */
const MAGIC = 0x3130_5952_4d45_4d56n;
const SEGMENT_NAMES = ["DMA", "DMA32", "high"] as const;
const HEADER = {
  sections: 8,
  sectionCount: 16,
  frameSize: 20,
  tableFrames: 24,
  lost: 28,
  orders: 32,
} as const;
const SEGMENT_COUNT = 36;
const POOLS = 40;
const POOL_SIZE = 48;
const POOL_COUNT = 52;
const SEGMENTS = 56;
const SEGMENT = { start: 0, end: 4, frames: 8, free: 12, blocks: 16, size: 104 } as const;
const ORDERS = 11;
const SECTION_SIZE = 16;
const SECTION_FRAMES = 1024;
const FRAME_SIZE = 32;
const FRAME = { owner: 8, data: 16, references: 24, state: 28, order: 29, kind: 30 } as const;
const STATE = { inside: 0, free: 1, block: 2, run: 3, pooled: 4, table: 5, hole: 6 } as const;
const KINDS: readonly FrameUse[] = [
  "kernel",
  "slab",
  "half pages",
  "page",
  "large",
  "debug",
  "other allocator",
];
/** Of an alias area, in bytes. */
const ALIAS_SIZE = 2 ** 44;
const MOST_SECTIONS = 1 << 20;
const MOST_POOLS = 64;
const LONGEST_NAME = 64;
/** Of a cache (cache.ts). */
const CACHE = { name: 520, objectSize: 540, count: 560, size: 576 } as const;
/** Of the upper half of a slab's `data` (slab.ts): the bits that count the objects that are out. */
const SLAB_USED = 0x3ff;

/** An address in an alias area, or one to one, as a physical one. */
const physicalOf = (linear: bigint): number => Number(linear & 0xfff_ffff_ffffn);

interface OpenCache {
  readonly name: string;
  readonly objectSize: number;
  readonly count: number;
  slabs: number;
  frames: number;
  out: number;
}

class Reader {
  readonly #memory: PhysicalReader;

  constructor(memory: PhysicalReader) {
    this.#memory = memory;
  }
  view(at: number, length: number, what: string): DataView {
    const bytes = this.#memory.read(at, length);
    if (bytes === undefined)
      throw new ViewError(`${what} would lie at 0x${at.toString(16)}, where no RAM is`);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
  /** Up to a zero. */
  text(at: number): string {
    let text = "";
    for (let i = 0; i < LONGEST_NAME; i++) {
      const byte = this.#memory.read(at + i, 1)?.[0];
      if (byte === undefined || byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

/** `at`: physical address of `vitrine_memory`. Throws ViewError, also before the kernel has filled it in. */
export function readMemory(memory: PhysicalReader, at: number): MemoryView {
  const reader = new Reader(memory);
  const header = reader.view(at, SEGMENTS + SEGMENT_NAMES.length * SEGMENT.size, "the memory report");
  if (header.getBigUint64(0, true) !== MAGIC) throw new ViewError("the kernel has not set up its memory yet");
  const u32 = (offset: number): number => header.getUint32(offset, true);
  const counts = [u32(HEADER.frameSize), u32(HEADER.orders), u32(SEGMENT_COUNT)];
  if (
    counts.join() !== [FRAME_SIZE, ORDERS, SEGMENT_NAMES.length].join() ||
    u32(HEADER.sectionCount) > MOST_SECTIONS
  )
    throw new ViewError("the memory report is of another version");
  const segments = SEGMENT_NAMES.map((name, i) => segment(name, header, SEGMENTS + i * SEGMENT.size));
  const frames = new Frames(reader);
  const sections = physicalOf(header.getBigUint64(HEADER.sections, true));
  for (let i = 0; i < u32(HEADER.sectionCount); i++) {
    const section = reader.view(sections + i * SECTION_SIZE, SECTION_SIZE, "the table of sections");
    const [first, end] = [section.getUint16(8, true), section.getUint16(10, true)];
    if (end > SECTION_FRAMES) throw new ViewError(`section ${i} has ${end} frames`);
    const base = i * SECTION_FRAMES;
    const made = section.getUint16(12, true);
    if (end > first) frames.take(physicalOf(section.getBigUint64(0, true)), base + first, base + end, made);
  }
  return {
    segments: segments.filter((s) => s.frames > 0),
    pooled: pools(reader, header),
    lostFrames: u32(HEADER.lost),
    uses: frames.uses,
    caches: frames.caches,
    runs: frames.runs,
  };
}

function segment(name: string, header: DataView, at: number): Segment {
  const u32 = (offset: number): number => header.getUint32(at + offset, true);
  const blocks = Array.from({ length: ORDERS }, (_, order) => u32(SEGMENT.blocks + 4 * order));
  const free = u32(SEGMENT.free);
  const unusable = blocks.map((_, order) => {
    const useful = blocks.slice(order).reduce((sum, n, i) => sum + n * 2 ** (order + i), 0);
    return free === 0 ? 0 : (free - useful) / free;
  });
  return {
    name,
    start: u32(SEGMENT.start) * PAGE,
    end: u32(SEGMENT.end) * PAGE,
    frames: u32(SEGMENT.frames),
    free,
    blocks,
    unusable,
  };
}

function pools(reader: Reader, header: DataView): number[] {
  const [size, count] = [header.getUint32(POOL_SIZE, true), header.getUint32(POOL_COUNT, true)];
  if (count > MOST_POOLS) throw new ViewError(`there are ${count} pools of frames`);
  const first = physicalOf(header.getBigUint64(POOLS, true));
  return Array.from({ length: count }, (_, i) =>
    reader.view(first + i * size, 4, "a pool of frames").getUint32(0, true),
  );
}

/** Goes through the records of frames, by address. */
class Frames {
  readonly uses = Object.fromEntries(FRAME_USES.map((use) => [use, 0])) as Record<FrameUse, number>; // as: all names are there
  readonly runs: FrameRun[] = [];
  readonly #reader: Reader;
  readonly #caches = new Map<number, OpenCache>();
  /** Frames that a large object still has, and which is the next of them. */
  #large = 0;
  #largeNext = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
  }
  get caches(): readonly SlabCache[] {
    return [...this.#caches.values()]
      .map(({ count, ...c }) => ({ ...c, capacity: c.slabs * count }))
      .sort((a, b) => a.objectSize - b.objectSize || (a.name < b.name ? -1 : 1));
  }

  /**
   * Frames `first` to `end` − 1 of a section, whose records are in a table that would have frame 0's at `table`. Only the first
   * `made` have records; the others are free.
   */
  take(table: number, first: number, end: number, made: number): void {
    const records = this.#reader.view(
      // Where frame 0's would lie may be below the alias's beginning.
      (table + first * FRAME_SIZE) % ALIAS_SIZE,
      (end - first) * FRAME_SIZE,
      "a frame's record",
    );
    let use: FrameUse = "kernel";
    /** Frames that the block still has. */
    let left = 0;
    for (let frame = first; frame < end; frame++) {
      if (frame - first >= made) {
        left = 0;
        this.#count(frame, "free");
        continue;
      }
      const at = (frame - first) * FRAME_SIZE;
      const state = records.getUint8(at + FRAME.state);
      const kind = KINDS[records.getUint8(at + FRAME.kind)] ?? "kernel";
      if (this.#large > 0 && frame === this.#largeNext) {
        use = "large";
        this.#large--;
        this.#largeNext++;
        left = 0;
      } else if (state === STATE.inside) {
        // Its block may have begun in the section before; then nothing is known but the kind.
        if (left === 0) use = kind;
      } else {
        left = 0;
        if (state === STATE.free) use = "free";
        else if (state === STATE.pooled) use = "pooled";
        else if (state === STATE.table) use = "table";
        else if (state === STATE.hole) use = "hole";
        else use = kind;
        if (state === STATE.free || state === STATE.block)
          left = 2 ** (records.getUint8(at + FRAME.order) & 15);
        if (use === "slab") this.#slab(records, at, Math.max(left, 1));
        if (use === "large") {
          this.#large = Number(records.getBigUint64(at + FRAME.data, true) & 0xffff_ffffn) - 1;
          this.#largeNext = frame + 1;
        }
      }
      if (left > 0) left--;
      this.#count(frame, use);
    }
  }
  #count(frame: number, use: FrameUse): void {
    this.uses[use]++;
    const last = this.runs.at(-1);
    if (last !== undefined && last.use === use && last.start + last.count === frame)
      this.runs[this.runs.length - 1] = { ...last, count: last.count + 1 };
    else this.runs.push({ start: frame, count: 1, use });
  }
  #slab(records: DataView, at: number, frames: number): void {
    const owner = physicalOf(records.getBigUint64(at + FRAME.owner, true));
    const cache = this.#cache(owner);
    cache.slabs++;
    cache.frames += frames;
    cache.out += records.getUint32(at + FRAME.data + 4, true) & SLAB_USED;
  }
  #cache(at: number): OpenCache {
    let cache = this.#caches.get(at);
    if (cache === undefined) {
      const view = this.#reader.view(at, CACHE.size, "a slab's cache");
      cache = {
        name: this.#reader.text(physicalOf(view.getBigUint64(CACHE.name, true))),
        objectSize: view.getUint32(CACHE.objectSize, true),
        count: view.getUint32(CACHE.count, true),
        slabs: 0,
        frames: 0,
        out: 0,
      };
      this.#caches.set(at, cache);
    }
    return cache;
  }
}
