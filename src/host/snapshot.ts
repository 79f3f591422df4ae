/**
 * A disk that keeps what is written to it in memory, in clusters of 64 KiB, over another disk that is only read. The
 * memory is bounded by the disk's size and lost at the end. Pure TypeScript.
 */
import type { BlockBackend } from "./backends.ts";

const CLUSTER = 65536;
/** Stands for a cluster that reads as zeros, so that it takes no room. */
const ZERO = new Uint8Array(0);

/** The disk below; its own `close` is called by the snapshot's. */
interface Below extends BlockBackend {
  close?(): boolean;
}

export class SnapshotDisk implements BlockBackend {
  readonly size: number;
  readonly readOnly: boolean;
  readonly #below: Below;
  /** By number of cluster: bytes that have been written, with their neighbours as they were below. */
  readonly #clusters = new Map<number, Uint8Array>();

  constructor(below: Below, readOnly = false) {
    this.#below = below;
    this.size = below.size;
    this.readOnly = readOnly;
  }
  read(offset: number, length: number): Uint8Array | undefined {
    const data = new Uint8Array(length);
    const done = this.#each(offset, length, (cluster, from, count, at) => {
      const own = this.#clusters.get(cluster);
      if (own === ZERO) return true;
      const bytes = own?.subarray(from, from + count) ?? this.#below.read(cluster * CLUSTER + from, count);
      if (bytes === undefined) return false;
      data.set(bytes, at);
      return true;
    });
    return done ? data : undefined;
  }
  write(offset: number, data: Uint8Array): boolean {
    if (this.readOnly) return false;
    return this.#each(offset, data.length, (cluster, from, count, at) => {
      const own = this.#own(cluster, count);
      own?.set(data.subarray(at, at + count), from);
      return own !== undefined;
    });
  }
  /** There is no medium for it to be on. */
  flush(): boolean {
    return true;
  }
  /** Whole clusters read as zeros afterwards and take no room; the rest stays as it is. */
  discard(offset: number, length: number): boolean {
    if (this.readOnly) return false;
    return this.#each(offset, length, (cluster, _from, count) => {
      if (count === this.#length(cluster)) this.#clusters.set(cluster, ZERO);
      return true;
    });
  }
  writeZeroes(offset: number, length: number): boolean {
    if (this.readOnly) return false;
    return this.#each(offset, length, (cluster, from, count) => {
      if (count === this.#length(cluster)) {
        this.#clusters.set(cluster, ZERO);
        return true;
      }
      if (this.#clusters.get(cluster) === ZERO) return true;
      const own = this.#own(cluster, count);
      own?.fill(0, from, from + count);
      return own !== undefined;
    });
  }
  close(): boolean {
    this.#clusters.clear();
    return this.#below.close?.() ?? true;
  }
  /** Bytes of memory that hold what was written. */
  get held(): number {
    let sum = 0;
    for (const bytes of this.#clusters.values()) sum += bytes.length;
    return sum;
  }

  /** The last one may be short. */
  #length(cluster: number): number {
    return Math.min(CLUSTER, this.size - cluster * CLUSTER);
  }
  /** A cluster to write `count` bytes of: from below at first, unless all of it is about to be overwritten. */
  #own(cluster: number, count: number): Uint8Array | undefined {
    const old = this.#clusters.get(cluster);
    if (old !== undefined && old !== ZERO) return old;
    const length = this.#length(cluster);
    const fresh =
      old === ZERO || count === length
        ? new Uint8Array(length)
        : this.#below.read(cluster * CLUSTER, length)?.slice();
    if (fresh !== undefined) this.#clusters.set(cluster, fresh);
    return fresh;
  }
  /** Calls `part` for the piece of each cluster in the range, until one says false. False too where the range leaves the disk. */
  #each(
    offset: number,
    length: number,
    part: (cluster: number, from: number, count: number, at: number) => boolean,
  ): boolean {
    if (offset < 0 || offset + length > this.size) return false;
    for (let at = 0; at < length; ) {
      const cluster = Math.floor((offset + at) / CLUSTER);
      const from = (offset + at) % CLUSTER;
      const count = Math.min(length - at, CLUSTER - from);
      if (!part(cluster, from, count, at)) return false;
      at += count;
    }
    return true;
  }
}
