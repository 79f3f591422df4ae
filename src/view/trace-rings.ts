/**
 * The unikernel's trace rings, read from outside while it is stopped between two instructions: kernel/trace/ring.ts writes
 * them. It changes nothing in the guest, and trusts nothing there: rings that make no sense are no rings.
 */

import {
  type PhysicalReader,
  readTraceHeader,
  TRACE_HEADER_SIZE,
  TRACE_RECORD_SIZE,
  type TraceHeader,
  viewOf,
} from "./trace-points.ts";

export type { PhysicalReader };

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

const RING_SIZE = 16;

export class TraceRings {
  readonly #memory: PhysicalReader;
  readonly #at: number;
  #header: TraceHeader | undefined;
  /** Records of each ring that have been read. */
  readonly #read: number[] = [];
  /** Events that have been read and not given, by time. */
  #held: readonly TraceEvent[] = [];

  /** `at`: physical address of `vitrine_trace`. */
  constructor(memory: PhysicalReader, at: number) {
    this.#memory = memory;
    this.#at = at;
  }

  /**
   * What has been recorded since the last look; nothing before the kernel has given itself rings. Events of a later time than `until` are
   * held back: a processor that stands in the middle of a record will add it with the time at which it began.
   */
  news(until = Number.POSITIVE_INFINITY): TraceNews {
    const header = this.#header ?? readTraceHeader(this.#memory, this.#at);
    if (header === undefined) return { events: [], missed: 0 };
    this.#header = header;
    const events = [...this.#held];
    let missed = 0;
    for (let ring = 0; ring < header.rings; ring++) missed += this.#drain(header, ring, events);
    events.sort((a, b) => a.time - b.time || a.cpu - b.cpu);
    const later = events.findIndex(({ time }) => time > until);
    this.#held = later < 0 ? [] : events.slice(later);
    return { events: events.slice(0, events.length - this.#held.length), missed };
  }

  /** Returns how many were missed. */
  #drain({ capacity, points }: TraceHeader, ring: number, events: TraceEvent[]): number {
    const view = viewOf(this.#memory, this.#at + TRACE_HEADER_SIZE + ring * RING_SIZE, RING_SIZE);
    if (view === undefined) return 0;
    const records = Number(view.getBigUint64(0, true));
    const count = Number(view.getBigUint64(8, true));
    if (records === 0 || !Number.isSafeInteger(count)) return 0;
    const seen = this.#read[ring] ?? 0;
    const first = Math.max(seen, count - capacity);
    let missed = first - seen;
    for (let i = first; i < count; i++) {
      const record = viewOf(this.#memory, records + (i % capacity) * TRACE_RECORD_SIZE, TRACE_RECORD_SIZE);
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
}

/** `cpu 0 malloc size=64 address=0xffff800000123000` */
export function eventText({ cpu, point, values }: TraceEvent): string {
  const parts = values.map(
    ({ name, value, isAddress }) => `${name}=${isAddress ? `0x${value.toString(16)}` : value}`,
  );
  return [`cpu ${cpu}`, point, ...parts].join(" ");
}
