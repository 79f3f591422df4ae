/**
 * Physical memory: which addresses are RAM (bytes of the machine's linear memory) and which belong to a device.
 *
 * Addresses are numbers below 2^52, exact in a double. RAM is a sorted list of regions of whole 4 KiB pages; every
 * access here stays inside one page. Nothing is mapped where no region is: reads give all ones, writes are lost, as
 * on a PC.
 */
import type { AccessSize, MemorySpace, RegisterHandler } from "../devices/bus.ts";

interface RamRegion {
  readonly start: number;
  readonly end: number;
  /** Byte offset in the linear memory of the region's first byte. */
  readonly host: number;
  readonly writable: boolean;
}

const NOWHERE: RamRegion = { start: 0, end: 0, host: 0, writable: false };

interface MmioRegion {
  readonly start: number;
  readonly end: number;
  readonly handler: RegisterHandler;
}

export const PAGE = 4096;
/** Widest physical address, in bits (CPUID 80000008). */
export const PHYSICAL_BITS = 48;

/** Told of each access to a device before it is made: physical address and bytes. */
export type DeviceAccess = (address: number, size: number, write: boolean) => void;

export class PhysicalMemory implements MemorySpace {
  /** Set by the machine: time that the bus takes, and traces. */
  deviceAccess: DeviceAccess | undefined;
  readonly memory: WebAssembly.Memory;
  #view: DataView;
  #bytes: Uint8Array;
  readonly #ram: RamRegion[] = [];
  readonly #mmio: MmioRegion[] = [];
  /** The region found last: accesses come in clusters. */
  #last: RamRegion = NOWHERE;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#view = new DataView(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Call after the linear memory has grown. */
  refresh(): void {
    this.#view = new DataView(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
  }

  /** Maps `size` bytes of RAM at `start`, backed by linear memory from `host`. Throws RangeError if misaligned or overlapping. */
  addRam(start: number, size: number, host: number, writable = true): void {
    this.#claim(start, size);
    this.#ram.push({ start, end: start + size, host, writable });
    this.#ram.sort((a, b) => a.start - b.start);
  }

  addMmio(start: number, size: number, handler: RegisterHandler): void {
    this.#claim(start, size);
    this.#mmio.push({ start, end: start + size, handler });
    this.#mmio.sort((a, b) => a.start - b.start);
  }

  removeMmio(start: number): void {
    const i = this.#mmio.findIndex((r) => r.start === start);
    if (i >= 0) this.#mmio.splice(i, 1);
  }

  /** Unmaps everything. */
  clear(): void {
    this.#ram.length = 0;
    this.#last = NOWHERE;
    this.#mmio.length = 0;
  }

  #claim(start: number, size: number): void {
    if (
      start % PAGE !== 0 ||
      size % PAGE !== 0 ||
      size <= 0 ||
      start < 0 ||
      start + size > 2 ** PHYSICAL_BITS
    ) {
      throw new RangeError(
        `physical region 0x${start.toString(16)}+0x${size.toString(16)} is not whole pages below 2^48`,
      );
    }
    for (const r of [...this.#ram, ...this.#mmio]) {
      if (start < r.end && r.start < start + size) {
        throw new RangeError(
          `physical region 0x${start.toString(16)}+0x${size.toString(16)} overlaps 0x${r.start.toString(16)}`,
        );
      }
    }
  }

  /** RAM regions, sorted, for memory maps and dumps. */
  get ram(): readonly RamRegion[] {
    return this.#ram;
  }

  /** Byte offset in linear memory of physical address `address`, or −1 if it is not RAM (or not writable when asked). */
  host(address: number, forWrite = false): number {
    const last = this.#last;
    if (address >= last.start && address < last.end && (!forWrite || last.writable)) {
      return last.host + (address - last.start);
    }
    let lo = 0;
    let hi = this.#ram.length - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const r = this.#ram[mid];
      if (r === undefined) break;
      if (address < r.start) hi = mid - 1;
      else if (address >= r.end) lo = mid + 1;
      else {
        this.#last = r;
        return forWrite && !r.writable ? -1 : r.host + (address - r.start);
      }
    }
    return -1;
  }

  /** Copies `size` bytes that lie in one page into `out` from `at`. Devices are not read: all ones stand for their bytes. */
  copy(address: number, size: number, out: Uint8Array, at: number): void {
    const host = this.host(address);
    for (let i = 0; i < size; i++) out[at + i] = host >= 0 ? this.#bytes[host + i]! : 0xff;
  }
  /** The 32 bits at a multiple of four, as a signed number: page-table entries, by halves. */
  read32(address: number): number {
    const host = this.host(address);
    return host >= 0 ? this.#view.getInt32(host, true) : Number(this.read(address, 4)) | 0;
  }
  /** Sets bits of the 32 at a multiple of four. */
  set32(address: number, bits: number): void {
    const host = this.host(address, true);
    if (host >= 0) this.#view.setInt32(host, this.#view.getInt32(host, true) | bits, true);
  }

  /** Reads 1–8 bytes (any number) that lie in one page. */
  read(address: number, size: number): bigint {
    const host = this.host(address);
    if (host >= 0) {
      switch (size) {
        case 1:
          return BigInt(this.#view.getUint8(host));
        case 2:
          return BigInt(this.#view.getUint16(host, true));
        case 4:
          return BigInt(this.#view.getUint32(host, true));
        case 8:
          return this.#view.getBigUint64(host, true);
        default: {
          let v = 0n;
          for (let i = size - 1; i >= 0; i--) v = (v << 8n) | BigInt(this.#bytes[host + i] ?? 0);
          return v;
        }
      }
    }
    const region = this.#mmio.find((r) => address >= r.start && address < r.end);
    if (region === undefined) return (1n << BigInt(size * 8)) - 1n;
    this.deviceAccess?.(address, size, false);
    const offset = address - region.start;
    let value = 0n;
    for (let done = 0; done < size; ) {
      const piece = pieceOf(size - done, region.handler);
      value |= BigInt(region.handler.read(offset + done, piece)) << BigInt(done * 8);
      done += piece;
    }
    return value;
  }

  /** Writes 1–8 bytes that lie in one page. */
  write(address: number, size: number, value: bigint): void {
    const host = this.host(address, true);
    if (host >= 0) {
      switch (size) {
        case 1:
          this.#view.setUint8(host, Number(value));
          return;
        case 2:
          this.#view.setUint16(host, Number(value), true);
          return;
        case 4:
          this.#view.setUint32(host, Number(value), true);
          return;
        case 8:
          this.#view.setBigUint64(host, value, true);
          return;
        default:
          for (let i = 0; i < size; i++) this.#bytes[host + i] = Number((value >> BigInt(i * 8)) & 0xffn);
          return;
      }
    }
    const region = this.#mmio.find((r) => address >= r.start && address < r.end);
    if (region === undefined) return;
    this.deviceAccess?.(address, size, true);
    const offset = address - region.start;
    for (let done = 0; done < size; ) {
      const piece = pieceOf(size - done, region.handler);
      const part = BigInt.asUintN(piece * 8, value >> BigInt(done * 8));
      region.handler.write(offset + done, piece, Number(part));
      done += piece;
    }
  }
}

/** Bytes of the next access to a device of which `left` remain: no wider than it takes. */
function pieceOf(left: number, handler: RegisterHandler): AccessSize {
  const most = Math.min(handler.widest ?? 4, left);
  return most >= 4 ? 4 : most >= 2 ? 2 : 1;
}
