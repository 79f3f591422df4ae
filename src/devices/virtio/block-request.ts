/**
 * Requests of the virtio block device (virtio 1.2 §5.2.6): what a chain asks for, checked against the disk, and how each part
 * of it is done. It knows nothing of queues and time.
 *
 *     readable: +0 u32 type, +4 reserved, +8 u64 sector, +16 data       writable: data, then one byte of status
 */
import type { BlockBackend } from "../../host/backends.ts";
import type { Chain } from "./device.ts";

export const SECTOR = 512;
/** Bytes of a request's header. */
export const HEADER_SIZE = 16;
export const REQUEST = { in: 0, out: 1, flush: 4, getId: 8, discard: 11, writeZeroes: 13 } as const;
export const BLOCK_STATUS = { ok: 0, ioError: 1, unsupported: 2 } as const;
/** Bytes of the disk's name that GET_ID gives. */
const ID_LENGTH = 20;

/** Limits of discards and writes of zeros: ranges of a request, and sectors (64 MiB) of a range. */
export const RANGES = { most: 16, sectors: 2 ** 17 } as const;
/** A range: u64 sector, u32 sectors, u32 flags of which bit 0 is "unmap". */
const RANGE_SIZE = 16;
const UNMAP = 1;

/** What a request may do, by its disk and by negotiation. */
export interface BlockRules {
  readonly backend: BlockBackend;
  readonly id: string;
  /** Writes are on the medium when they are done: the driver does not flush (§5.2.6.2). */
  readonly writeThrough: boolean;
  readonly discard: boolean;
  readonly writeZeroes: boolean;
}

/** The request of a chain; undefined if the chain has no room for a header and a status. */
export function parseRequest(chain: Chain, rules: BlockRules): BlockRequest | undefined {
  const header = chain.read(0, HEADER_SIZE);
  if (header.length < HEADER_SIZE || chain.writable === 0) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, HEADER_SIZE);
  const sector = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
  return new BlockRequest(chain, rules, view.getUint32(0, true), sector);
}

export class BlockRequest {
  readonly chain: Chain;
  /** Bytes of data to move; 0 for what moves none or is refused. */
  readonly length: number;
  readonly #rules: BlockRules;
  readonly #type: number;
  readonly #offset: number;
  #status: number = BLOCK_STATUS.ok;
  #done = 0;

  constructor(chain: Chain, rules: BlockRules, type: number, sector: number) {
    this.chain = chain;
    this.#rules = rules;
    this.#type = type;
    this.#offset = sector * SECTOR;
    const reads = type === REQUEST.in;
    const writes = type === REQUEST.out;
    this.length = reads ? chain.writable - 1 : writes ? chain.readable - HEADER_SIZE : 0;
    if (!reads && !writes) return;
    const { size, readOnly } = rules.backend;
    const possible =
      this.length % SECTOR === 0 && this.#offset + this.length <= size && !(writes && readOnly);
    if (possible) return;
    this.length = 0;
    this.#status = BLOCK_STATUS.ioError;
  }

  /** Bytes of data that are still to be moved; none after a failure. */
  get left(): number {
    return this.#status === BLOCK_STATUS.ok ? this.length - this.#done : 0;
  }

  /** Moves the next `length` bytes, at most what is left. */
  move(length: number): void {
    const { backend } = this.#rules;
    const at = this.#offset + this.#done;
    if (this.#type === REQUEST.in) {
      const bytes = backend.read(at, length);
      if (bytes === undefined) this.#status = BLOCK_STATUS.ioError;
      else this.chain.write(bytes);
    } else {
      const bytes = this.chain.read(HEADER_SIZE + this.#done, length);
      // Short only if the chain died with its queue: then nobody waits for the answer.
      if (bytes.length < length || !backend.write(at, bytes)) this.#status = BLOCK_STATUS.ioError;
    }
    this.#done += length;
  }

  /** Does what is left to do besides data and writes the status. Returns the bytes of the answer, for the used ring. */
  finish(): number {
    if (this.#status === BLOCK_STATUS.ok) this.#status = this.#conclude();
    const last = this.chain.writable - 1;
    this.chain.writeAt(last, Uint8Array.of(this.#status));
    // The count must cover the status, which is last, even where no data are before it.
    return this.chain.writable;
  }

  #conclude(): number {
    const { backend, writeThrough, id } = this.#rules;
    const done = (ok: boolean): number => (ok ? BLOCK_STATUS.ok : BLOCK_STATUS.ioError);
    switch (this.#type) {
      case REQUEST.in:
        return BLOCK_STATUS.ok;
      case REQUEST.out:
        return done(!writeThrough || backend.flush());
      case REQUEST.flush:
        return done(backend.flush());
      case REQUEST.getId: {
        const name = new Uint8Array(ID_LENGTH);
        for (let i = 0; i < Math.min(id.length, ID_LENGTH); i++) name[i] = id.charCodeAt(i);
        this.chain.write(name.subarray(0, this.chain.writable - 1));
        return BLOCK_STATUS.ok;
      }
      case REQUEST.discard:
      case REQUEST.writeZeroes:
        return this.#ranges();
      default:
        return BLOCK_STATUS.unsupported;
    }
  }

  /** Discards or writes zeros: all ranges are checked before any is done. */
  #ranges(): number {
    const { backend, discard, writeZeroes, writeThrough } = this.#rules;
    const discards = this.#type === REQUEST.discard;
    if (!(discards ? discard : writeZeroes)) return BLOCK_STATUS.unsupported;
    const bytes = this.chain.readable - HEADER_SIZE;
    if (backend.readOnly || bytes % RANGE_SIZE !== 0 || bytes > RANGES.most * RANGE_SIZE)
      return BLOCK_STATUS.ioError;
    const data = this.chain.read(HEADER_SIZE, bytes);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const ranges: [number, number][] = [];
    for (let i = 0; i + RANGE_SIZE <= data.length; i += RANGE_SIZE) {
      const sector = view.getUint32(i + 4, true) * 2 ** 32 + view.getUint32(i, true);
      const sectors = view.getUint32(i + 8, true);
      const flags = view.getUint32(i + 12, true);
      if ((flags & ~(discards ? 0 : UNMAP)) !== 0) return BLOCK_STATUS.unsupported;
      if (sectors > RANGES.sectors || (sector + sectors) * SECTOR > backend.size) return BLOCK_STATUS.ioError;
      ranges.push([sector * SECTOR, sectors * SECTOR]);
    }
    for (const [offset, length] of ranges) {
      if (length === 0) continue;
      const ok = discards ? backend.discard(offset, length) : backend.writeZeroes(offset, length);
      if (!ok) return BLOCK_STATUS.ioError;
    }
    return writeThrough && !backend.flush() ? BLOCK_STATUS.ioError : BLOCK_STATUS.ok;
  }
}
