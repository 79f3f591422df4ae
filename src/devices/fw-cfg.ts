/**
 * fw_cfg: how the machine hands its guest files and numbers, by I/O ports and by DMA.
 *
 * QEMU's interface, docs/specs/fw_cfg.rst. Offsets from the first port (0x510): 0 selector (16 bits), 1 data (8 bits),
 * 4 DMA address (64 bits, big-endian; the write of the low half starts the transfer). Items are read-only: the write
 * operation ends with the error bit, as in QEMU for every item that has no write callback, and writes to the data port
 * are lost.
 */
import type { AccessSize, RegisterHandler } from "./bus.ts";
import type { Device, State } from "./device.ts";
import type { GuestMemory } from "./guest-memory.ts";

/** Keys of items that are not files. */
export const FW_CFG = {
  SIGNATURE: 0x00,
  ID: 0x01,
  NB_CPUS: 0x05,
  MAX_CPUS: 0x0f,
  FILE_DIRECTORY: 0x19,
  FIRST_FILE: 0x20,
} as const;

const R = { SELECTOR: 0, DATA: 1, DMA_HIGH: 4, DMA_LOW: 8, END: 12 } as const;
/** ID bits: the traditional interface, and DMA. */
const ID_TRADITIONAL = 1;
const ID_DMA = 2;
/** Bits of a DMA request's control word; its upper half is the key to select. */
const DMA = { ERROR: 1, READ: 2, SKIP: 4, SELECT: 8, WRITE: 16 } as const;
const DMA_REQUEST_BYTES = 16;
/** What the DMA register reads as: "QEMU CFG". */
const DMA_SIGNATURE = [0x51, 0x45, 0x4d, 0x55, 0x20, 0x43, 0x46, 0x47] as const;

const NAME_BYTES = 56;
const DIRECTORY_ENTRY_BYTES = 64;
/** Keys 0x20 to 0x3FFF: bits 15 and 14 are flags. */
const MOST_FILES = 0x4000 - FW_CFG.FIRST_FILE;
/** Written at once to guest memory, so that a length of 4 GiB costs no such array here. */
const CHUNK = 0x10000;

export interface FwCfgOptions {
  readonly memory: GuestMemory;
  readonly name?: string;
}

/** Twelve ports, usually at 0x510. */
export class FwCfg implements Device, RegisterHandler {
  readonly name: string;
  readonly widest = 4;
  readonly #memory: GuestMemory;
  readonly #items = new Map<number, Uint8Array>();
  /** In order of their keys, from 0x20. */
  readonly #files: string[] = [];
  #key = 0;
  #offset = 0;
  #dmaHigh = 0;

  constructor({ memory, name = "fw_cfg" }: FwCfgOptions) {
    this.name = name;
    this.#memory = memory;
    this.set(FW_CFG.SIGNATURE, Uint8Array.of(0x51, 0x45, 0x4d, 0x55));
    this.setNumber(FW_CFG.ID, ID_TRADITIONAL | ID_DMA, 4);
    this.#updateDirectory();
  }

  /**
   * Adds a file and returns its key. Names are of ASCII, at most 55 characters, such as "opt/org.example/name" or
   * "etc/e820". Throws RangeError for another name, one that is there already, or too many files.
   */
  add(name: string, bytes: Uint8Array): number {
    if (!/^[\x21-\x7e]{1,55}$/.test(name)) throw new RangeError(`"${name}" is no name for a fw_cfg file`);
    if (this.#files.includes(name)) throw new RangeError(`fw_cfg has a file "${name}" already`);
    if (this.#files.length === MOST_FILES) throw new RangeError(`fw_cfg holds at most ${MOST_FILES} files`);
    const key = FW_CFG.FIRST_FILE + this.#files.length;
    this.#files.push(name);
    this.#items.set(key, bytes);
    this.#updateDirectory();
    return key;
  }

  /** Sets the item of a key that is not a file's. Throws RangeError for a file's. */
  set(key: number, bytes: Uint8Array): void {
    if (!(Number.isInteger(key) && key >= 0 && (key & 0x3fff) < FW_CFG.FIRST_FILE && key <= 0xffff)) {
      throw new RangeError(`fw_cfg key ${key} is not one of the numeric items`);
    }
    this.#items.set(key, bytes);
  }

  /** Sets a numeric item: `value` in `size` bytes, little-endian. */
  setNumber(key: number, value: number, size: 2 | 4 | 8): void {
    const bytes = new Uint8Array(size);
    for (let i = 0, rest = value; i < size; i++, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
    this.set(key, bytes);
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= R.DMA_HIGH && offset + size <= R.END) {
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + DMA_SIGNATURE[offset - R.DMA_HIGH + i]!;
      return value;
    }
    // The data port gives a byte however wide the read; the selector cannot be read.
    return offset === R.DATA ? this.#next() : 0;
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset === R.SELECTOR && size === 2) this.#select(value);
    else if (offset === R.DMA_HIGH && size === 4) this.#dmaHigh = swap32(value);
    else if (offset === R.DMA_LOW && size === 4) {
      const address = this.#dmaHigh * 2 ** 32 + swap32(value);
      this.#dmaHigh = 0;
      this.#transfer(address);
    }
  }

  /** Files and items stay. */
  reset(): void {
    this.#key = 0;
    this.#offset = 0;
    this.#dmaHigh = 0;
  }

  state(): State {
    return { key: this.#key, offset: this.#offset, dmaHigh: this.#dmaHigh };
  }

  #select(key: number): void {
    // Bit 14 asked for writing in QEMU before 2.4, and means nothing since.
    this.#key = key & ~0x4000;
    this.#offset = 0;
  }

  get #item(): Uint8Array | undefined {
    return this.#items.get(this.#key);
  }

  /** The next byte of the selected item; 0 at its end. */
  #next(): number {
    const item = this.#item;
    return item && this.#offset < item.length ? item[this.#offset++]! : 0;
  }

  /** Carries out the request at `address`. Its control word becomes 0 or ERROR; a request outside RAM is not seen. */
  #transfer(address: number): void {
    const request = this.#memory.read(address, DMA_REQUEST_BYTES);
    if (!request) return;
    const view = new DataView(request.buffer, request.byteOffset, DMA_REQUEST_BYTES);
    const control = view.getUint32(0);
    const length = view.getUint32(4);
    const buffer = view.getUint32(8) * 2 ** 32 + view.getUint32(12);
    if ((control & DMA.SELECT) !== 0) this.#select(control >>> 16);
    let done = true;
    if ((control & DMA.READ) !== 0) done = this.#copyOut(buffer, length);
    else if ((control & DMA.WRITE) !== 0) done = false;
    else if ((control & DMA.SKIP) !== 0) this.#skip(length);
    this.#memory.write32(address, done ? 0 : swap32(DMA.ERROR));
  }

  /** Copies from the selected item, and zeros beyond its end. False, with nothing written, if the buffer is not all RAM. */
  #copyOut(buffer: number, length: number): boolean {
    if (!this.#memory.contains(buffer, length)) return false;
    const bytes = this.#item?.subarray(this.#offset, this.#offset + length) ?? new Uint8Array(0);
    this.#memory.write(buffer, bytes);
    this.#skip(length);
    const zeros = new Uint8Array(Math.min(CHUNK, length - bytes.length));
    for (let at = bytes.length; at < length; at += CHUNK) {
      this.#memory.write(buffer + at, zeros.subarray(0, Math.min(CHUNK, length - at)));
    }
    return true;
  }

  #skip(length: number): void {
    this.#offset = Math.min(this.#offset + length, this.#item?.length ?? 0);
  }

  /** A count, then for each file its size, its key, two reserved bytes and its name, ended by a zero. All big-endian. */
  #updateDirectory(): void {
    const bytes = new Uint8Array(4 + this.#files.length * DIRECTORY_ENTRY_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.#files.length);
    for (const [i, name] of this.#files.entries()) {
      const at = 4 + i * DIRECTORY_ENTRY_BYTES;
      view.setUint32(at, this.#items.get(FW_CFG.FIRST_FILE + i)!.length);
      view.setUint16(at + 4, FW_CFG.FIRST_FILE + i);
      for (let c = 0; c < Math.min(name.length, NAME_BYTES - 1); c++) bytes[at + 8 + c] = name.charCodeAt(c);
    }
    this.set(FW_CFG.FILE_DIRECTORY, bytes);
  }
}

const swap32 = (value: number): number =>
  ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
