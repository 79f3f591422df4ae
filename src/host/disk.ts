/**
 * Disks in raw image files: byte n of the file is byte n of the disk. Everything is done when the call returns; `flush`
 * is fsync. It refuses what is no regular file, is empty, or is not whole 512-byte sectors. It does not lock the file:
 * two machines writing to one image spoil it, as two computers on one disk would.
 */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import type { BlockBackend } from "./backends.ts";
import { errorCode, HostError, systemReason } from "./errors.ts";
import { SnapshotDisk } from "./snapshot.ts";

export const SECTOR = 512;
/** Zeros are written in pieces of this many bytes. */
const PIECE = 1024 * 1024;

/** A disk that is open. After `close` every call fails as if the host had. */
export interface Disk extends BlockBackend {
  /** Flushes and lets go of the file; false if the flush failed. A second call does nothing. */
  close(): boolean;
}

export interface DiskOptions {
  /** The guest may not write; the file is opened for reading only. */
  readonly readOnly?: boolean;
  /** What the guest writes is kept in memory and lost at the end; the file is opened for reading only. */
  readonly snapshot?: boolean;
}

/** Opens a raw image. Throws HostError where the file is missing, not readable, not writable or no disk. */
export function openDisk(path: string, options: DiskOptions = {}): Disk {
  const { readOnly = false, snapshot = false } = options;
  const writable = !readOnly && !snapshot;
  // Asked before it is opened: opening a pipe waits for its other end.
  const kind = attempt(path, () => statSync(path));
  if (kind.isDirectory()) throw new HostError(`disk ${path}: is a directory`);
  if (!kind.isFile()) throw new HostError(`disk ${path}: is not a regular file`);
  const fd = open(path, writable);
  const { size } = fstatSync(fd);
  if (size === 0 || size % SECTOR !== 0) {
    closeSync(fd);
    throw new HostError(
      size === 0
        ? `disk ${path}: the file is empty`
        : `disk ${path}: ${size} bytes are not a multiple of ${SECTOR}`,
    );
  }
  const file = new FileDisk(fd, size, !writable);
  return snapshot ? new SnapshotDisk(file, readOnly) : file;
}

function open(path: string, writable: boolean): number {
  if (!writable) return attempt(path, () => openSync(path, constants.O_RDONLY));
  try {
    return openSync(path, constants.O_RDWR);
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(errorCode(error) ?? "")) throw describe(path, error);
    // Is it writing alone that is refused?
    closeSync(attempt(path, () => openSync(path, constants.O_RDONLY)));
    throw new HostError(
      `disk ${path}: cannot be written (add ",ro" or ",snapshot" to use it without writing)`,
    );
  }
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw describe(path, error);
  }
}

const describe = (path: string, error: unknown): HostError =>
  new HostError(`disk ${path}: ${systemReason(error)}`);

class FileDisk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  #fd: number | undefined;

  constructor(fd: number, size: number, readOnly: boolean) {
    this.#fd = fd;
    this.size = size;
    this.readOnly = readOnly;
  }
  read(offset: number, length: number): Uint8Array | undefined {
    if (offset + length > this.size) return undefined;
    const data = new Uint8Array(length);
    const done = this.#transfer(length, (fd, at) => readSync(fd, data, at, length - at, offset + at));
    return done ? data : undefined;
  }
  write(offset: number, data: Uint8Array): boolean {
    if (this.readOnly || offset + data.length > this.size) return false;
    return this.#transfer(data.length, (fd, at) => writeSync(fd, data, at, data.length - at, offset + at));
  }
  flush(): boolean {
    if (this.readOnly) return this.#fd !== undefined;
    return this.#transfer(1, (fd) => {
      fsyncSync(fd);
      return 1;
    });
  }
  /** The bytes stay as they are: Node has no call to give parts of a file back. */
  discard(_offset: number, _length: number): boolean {
    return !this.readOnly && this.#fd !== undefined;
  }
  writeZeroes(offset: number, length: number): boolean {
    const zeros = new Uint8Array(Math.min(length, PIECE));
    for (let at = 0; at < length; at += PIECE) {
      if (!this.write(offset + at, zeros.subarray(0, Math.min(length - at, PIECE)))) return false;
    }
    return !this.readOnly;
  }
  close(): boolean {
    if (this.#fd === undefined) return true;
    const flushed = this.flush();
    closeSync(this.#fd);
    this.#fd = undefined;
    return flushed;
  }

  /** Goes on until `length` bytes are moved. False where the host fails, or moves nothing: the file has become shorter. */
  #transfer(length: number, step: (fd: number, at: number) => number): boolean {
    if (this.#fd === undefined) return false;
    try {
      for (let at = 0; at < length; ) {
        const moved = step(this.#fd, at);
        if (moved === 0) return false;
        at += moved;
      }
      return true;
    } catch {
      return false;
    }
  }
}
