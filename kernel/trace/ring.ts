/**
 * Where trace points write: a ring of records for each processor, in memory that a reader outside shares and never writes. The oldest
 * record is overwritten. Nothing waits, and nothing is locked: a ring has one writer, which keeps interrupts off for one record.
 *
 * `vitrine_trace`, a symbol of the image, tells all that a reader needs, the points also before the kernel has begun; addresses are physical.
 */
import { cpuIndex, MAX_CPUS, thisCpu } from "../arch/cpu.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { Area, inArea } from "../memory/address.ts";
import { __tracepoints_end, __tracepoints_start, points, type TracePoint } from "./point.ts";

/** "VTRACE01", read as a little-endian number. */
const MAGIC = 0x3130_4543_4152_5456;
/** log₂ of a ring's frames. */
export const RING_ORDER: u32 = 6;
const RECORD_SIZE = 64;
const CAPACITY = (4096 << 6) / 64;

export class TraceRecord extends Struct {
  /** From 1; written last, so that a record is whole if it has the number that its place should have. */
  number: at<0, u64>;
  /** The processor's time-stamp counter. */
  time: at<8, u64>;
  /** Which of the points. */
  point: at<16, u32>;
  cpu: at<20, u32>;
  /** Address of the thread that ran. */
  thread: at<24, u64>;
  values: at<32, array<u64, 4>>;
}
static_assert(sizeof<TraceRecord>() === RECORD_SIZE);

class Ring extends Struct {
  /** Physical address of the records; 0: none. */
  records: at<0, u64>;
  /** Records ever written. */
  count: at<8, u64>;
}
class TraceHeader extends Struct {
  magic: at<0, u64>;
  recordSize: at<8, u64>;
  /** Records in a ring. */
  capacity: at<16, u64>;
  /** The table of points: the first one, and behind the last one. */
  points: at<24, ptr<TracePoint>>;
  pointsEnd: at<32, ptr<TracePoint>>;
  ringCount: at<40, u64>;
  rings: at<48, array<Ring, typeof MAX_CPUS>>;
}
static_assert(offsetof<TraceHeader>("rings") === 48 && sizeof<Ring>() === 16);

/** @export */
export const vitrine_trace: TraceHeader = init({
  magic: MAGIC,
  recordSize: RECORD_SIZE,
  capacity: CAPACITY,
  points: addressOf(__tracepoints_start),
  pointsEnd: addressOf(__tracepoints_end),
  ringCount: MAX_CPUS,
});

/** The calling processor records in these frames, 2^RING_ORDER of them, from now on. */
export function giveRing(physical: usize): void {
  memset(pointer<u8>(inArea(Area.Early, physical)), 0, RECORD_SIZE * CAPACITY);
  vitrine_trace.rings[cpuIndex()].records = physical;
}

/** What a point saw; values that it does not have are 0. */
export function record(point: ptr<TracePoint>, a: u64, b: u64, c: u64, d: u64): void {
  const flags = saveInterrupts();
  const ring = addressOf(vitrine_trace.rings[cpuIndex()]);
  if (ring.records !== 0) {
    const all = pointer<TraceRecord>(inArea(Area.Early, ring.records));
    const to = all.offset(ring.count & (CAPACITY - 1));
    to.number = 0;
    compilerFence();
    to.time = readTsc();
    to.point = truncate<u32>((address(point) - address(points())) / sizeof<TracePoint>());
    to.cpu = cpuIndex();
    to.thread = address(thisCpu().thread);
    to.values[0] = a;
    to.values[1] = b;
    to.values[2] = c;
    to.values[3] = d;
    compilerFence();
    ring.count++;
    to.number = ring.count;
  }
  restoreInterrupts(flags);
}
