/**
 * What a reader outside of the machine finds out about physical memory: `vitrine_memory`, a symbol of the image. The kernel keeps its
 * own counters nowhere else, so that they hold whenever it is looked at. Layout: docs/kernel.md. Nothing here changes a counter.
 */

/** "VMEMRY01", read as a little-endian number. */
const MAGIC: u64 = 0x3130_5952_4d45_4d56;

/** Sizes of blocks: 2^0 to 2^10 frames, 4 KiB to 4 MiB. */
export const ORDERS: u32 = 11;
export const SEGMENTS: u32 = 3;

export class SegmentReport extends Struct {
  /** The first frame number, and the first one behind; they bound addresses, not RAM. */
  start: at<0, u32>;
  end: at<4, u32>;
  /** Frames of RAM: free, held, in pools, or of the frame table. */
  frames: at<8, u32>;
  /** Of these: in free blocks. */
  free: at<12, u32>;
  /** Free blocks of each order, and the first one's frame number (0: none). */
  blocks: at<16, array<u32, typeof ORDERS>>;
  first: at<60, array<u32, typeof ORDERS>>;
}
static_assert(sizeof<SegmentReport>() === 104);

export class MemoryReport extends Struct {
  /** The last to be written: before, nothing here means anything. */
  magic: at<0, u64>;
  /** Linear address of the table of sections, 16 bytes each (frame-table.ts), of 1024 frames each. */
  sections: at<8, u64>;
  sectionCount: at<16, u32>;
  /** Bytes of a frame's record. */
  frameSize: at<20, u32>;
  /** Frames that the frame table takes; frames that have no record, and are lost. */
  tableFrames: at<24, u32>;
  lostFrames: at<28, u32>;
  orders: at<32, u32>;
  segmentCount: at<36, u32>;
  /** Pools of frames, one for each processor: the address of the first, which begins with how many frames it holds, as a u32. */
  pools: at<40, u64>;
  poolSize: at<48, u32>;
  poolCount: at<52, u32>;
  segments: at<56, array<SegmentReport, typeof SEGMENTS>>;
}
static_assert(sizeof<MemoryReport>() === 56 + 3 * 104);

/** @export */
export const vitrine_memory: MemoryReport = zeroed();

/** The report is whole. */
export function publishMemoryReport(): void {
  vitrine_memory.frameSize = 32;
  vitrine_memory.orders = ORDERS;
  vitrine_memory.segmentCount = SEGMENTS;
  atomicStoreRelease(addressOf(vitrine_memory.magic), MAGIC);
}
