/**
 * The unikernel's trace rings, read from outside while it is stopped between two instructions: kernel/trace/ring.ts writes
 * them. It changes nothing in the guest, and trusts nothing there: rings that make no sense are no rings.
 */

/** RAM by physical addresses; undefined where it is none. */
export interface PhysicalReader {
  read(address: number, length: number): Uint8Array | undefined;
}

export interface TraceEvent {
  /** The processor's time-stamp counter: cycles. */
  readonly time: number;
  readonly cpu: number;
  /** Address of the thread. */
  readonly thread: bigint;
  readonly point: string;
  readonly values: readonly { readonly name: string; readonly value: bigint; readonly isAddress: boolean }[];
}
/** What a look at the rings has found. */
export interface TraceNews {
  /** By time. */
  readonly events: readonly TraceEvent[];
  /** Records that were overwritten before they could be read. */
  readonly missed: number;
}

/** The symbol of the header. */
export const TRACE_SYMBOL = "vitrine_trace";

/** "VTRACE01". */
const MAGIC = 0x3130_4543_4152_5456n;
const HEADER_SIZE = 48;
const RING_SIZE = 16;
const POINT_SIZE = 24;
const RECORD_SIZE = 64;
const MOST_RINGS = 64;
const MOST_POINTS = 10_000;
const MOST_RECORDS = 2 ** 20;
const LONGEST_TEXT = 256;

interface Point {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly isAddress: boolean }[];
}
interface Header {
  readonly capacity: number;
  readonly points: readonly Point[];
  readonly rings: number;
}

export class TraceRings {
  readonly #memory: PhysicalReader;
  readonly #at: number;
  #header: Header | undefined;
  /** Records of each ring that have been read. */
  readonly #read: number[] = [];

  /** `at`: physical address of `vitrine_trace`. */
  constructor(memory: PhysicalReader, at: number) {
    this.#memory = memory;
    this.#at = at;
  }

  /** What has been recorded since the last look; nothing before the kernel has made its rings. */
  news(): TraceNews {
    const header = this.#ready();
    if (header === undefined) return { events: [], missed: 0 };
    const events: TraceEvent[] = [];
    let missed = 0;
    for (let ring = 0; ring < header.rings; ring++) missed += this.#drain(header, ring, events);
    events.sort((a, b) => a.time - b.time || a.cpu - b.cpu);
    return { events, missed };
  }

  #ready(): Header | undefined {
    if (this.#header !== undefined) return this.#header;
    const view = this.#view(this.#at, HEADER_SIZE);
    if (view === undefined || view.getBigUint64(0, true) !== MAGIC) return undefined;
    const number = (offset: number): number => Number(view.getBigUint64(offset, true));
    const [recordSize, capacity, points, pointCount, rings] = [8, 16, 24, 32, 40].map(number);
    if (recordSize !== RECORD_SIZE || rings! > MOST_RINGS || pointCount! > MOST_POINTS) return undefined;
    if (capacity! < 1 || capacity! > MOST_RECORDS) return undefined;
    this.#header = {
      capacity: capacity!,
      rings: rings!,
      points: Array.from({ length: pointCount! }, (_, i) => this.#point(points! + i * POINT_SIZE)),
    };
    return this.#header;
  }
  #point(at: number): Point {
    const view = this.#view(at, POINT_SIZE);
    const text = (offset: number): string =>
      view === undefined ? "" : this.#text(Number(view.getBigUint64(offset, true)));
    const values = text(16)
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => ({ name: name.replace(/^\*/, ""), isAddress: name.startsWith("*") }));
    return { name: text(8), values };
  }
  /** Up to its zero. */
  #text(at: number): string {
    let text = "";
    for (let i = 0; i < LONGEST_TEXT; i++) {
      const byte = this.#memory.read(at + i, 1)?.[0];
      if (byte === undefined || byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** Returns how many were missed. */
  #drain({ capacity, points }: Header, ring: number, events: TraceEvent[]): number {
    const view = this.#view(this.#at + HEADER_SIZE + ring * RING_SIZE, RING_SIZE);
    if (view === undefined) return 0;
    const records = Number(view.getBigUint64(0, true));
    const count = Number(view.getBigUint64(8, true));
    if (records === 0 || !Number.isSafeInteger(count)) return 0;
    const seen = this.#read[ring] ?? 0;
    const first = Math.max(seen, count - capacity);
    let missed = first - seen;
    for (let i = first; i < count; i++) {
      const record = this.#view(records + (i % capacity) * RECORD_SIZE, RECORD_SIZE);
      if (record === undefined || Number(record.getBigUint64(0, true)) !== i + 1) {
        missed++;
        continue;
      }
      const point = points[record.getUint32(16, true)];
      events.push({
        time: Number(record.getBigUint64(8, true)),
        cpu: record.getUint32(20, true),
        thread: record.getBigUint64(24, true),
        point: point?.name ?? "unknown",
        values: (point?.values ?? []).map(({ name, isAddress }, n) => ({
          name,
          isAddress,
          value: record.getBigUint64(32 + 8 * n, true),
        })),
      });
    }
    this.#read[ring] = Math.max(seen, count);
    return missed;
  }

  #view(at: number, length: number): DataView | undefined {
    const bytes = this.#memory.read(at, length);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}

/** `cpu 0 malloc size=64 address=0xffff800000123000` */
export function eventText({ cpu, point, values }: TraceEvent): string {
  const parts = values.map(
    ({ name, value, isAddress }) => `${name}=${isAddress ? `0x${value.toString(16)}` : value}`,
  );
  return [`cpu ${cpu}`, point, ...parts].join(" ");
}
