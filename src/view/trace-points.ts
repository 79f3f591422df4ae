/**
 * What the unikernel's trace points are called and record, as its image says itself (kernel/trace/ring.ts, point.ts): from the
 * guest's memory, as soon as the image is there. A header that makes no sense is none.
 */

/** RAM by physical addresses; undefined where it is none. */
export interface PhysicalReader {
  read(address: number, length: number): Uint8Array | undefined;
}
export interface TracePoint {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly isAddress: boolean }[];
}
export interface TraceHeader {
  /** Records of a ring. */
  readonly capacity: number;
  readonly points: readonly TracePoint[];
  readonly rings: number;
}

/** The symbol of the header. */
export const TRACE_SYMBOL = "vitrine_trace";
export const TRACE_HEADER_SIZE = 48;
export const TRACE_RECORD_SIZE = 64;

/** "VTRACE01". */
const MAGIC = 0x3130_4543_4152_5456n;
const POINT_SIZE = 24;
const MOST_RINGS = 64;
const MOST_POINTS = 10_000;
const MOST_RECORDS = 2 ** 20;
const LONGEST_TEXT = 256;

export function viewOf(memory: PhysicalReader, at: number, length: number): DataView | undefined {
  const bytes = memory.read(at, length);
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, length);
}
/** `at`: physical address of the header. */
export function readTraceHeader(memory: PhysicalReader, at: number): TraceHeader | undefined {
  const view = viewOf(memory, at, TRACE_HEADER_SIZE);
  if (view === undefined || view.getBigUint64(0, true) !== MAGIC) return undefined;
  const number = (offset: number): number => Number(view.getBigUint64(offset, true));
  const [recordSize, capacity, points, end, rings] = [
    number(8),
    number(16),
    number(24),
    number(32),
    number(40),
  ];
  const count = (end - points) / POINT_SIZE;
  if (recordSize !== TRACE_RECORD_SIZE || rings > MOST_RINGS) return undefined;
  if (!Number.isInteger(count) || count < 0 || count > MOST_POINTS) return undefined;
  if (capacity < 1 || capacity > MOST_RECORDS) return undefined;
  return {
    capacity,
    rings,
    points: Array.from({ length: count }, (_, i) => point(memory, points + i * POINT_SIZE)),
  };
}
function point(memory: PhysicalReader, at: number): TracePoint {
  const view = viewOf(memory, at, POINT_SIZE);
  const textAt = (offset: number): string =>
    view === undefined ? "" : text(memory, Number(view.getBigUint64(offset, true)));
  const values = textAt(16)
    .split(" ")
    .filter((name) => name !== "")
    .map((name) => ({ name: name.replace(/^\*/, ""), isAddress: name.startsWith("*") }));
  return { name: textAt(8), values };
}
/** Up to its zero. */
function text(memory: PhysicalReader, at: number): string {
  let text = "";
  for (let i = 0; i < LONGEST_TEXT; i++) {
    const byte = memory.read(at + i, 1)?.[0];
    if (byte === undefined || byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}
/** Whether a word of `trace=` means the point: its name, or the part of it before a dot, or `all`. */
export function isNamed(point: TracePoint, word: string): boolean {
  return word === "all" || word === point.name || point.name.startsWith(`${word}.`);
}
