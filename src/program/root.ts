/**
 * What a program's "/" is made of, where it is not the host's directories: a directory, an archive that the kernel unpacks into memory, or an image of
 * a disk. What a file is, is told by its first bytes, not by its name.
 */
import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { HostError, systemReason } from "../host/errors.ts";

export type Root =
  | { readonly kind: "directory"; readonly path: string }
  /** A cpio archive in the newc format. */
  | { readonly kind: "archive"; readonly name: string; readonly bytes: Uint8Array }
  /** An image with ext2. */
  | { readonly kind: "disk"; readonly path: string }
  /** Nothing but what is mounted, and files in memory. */
  | { readonly kind: "empty" };

/** cpio(5), "new ASCII format", with checksums or without. */
const NEWC = /^07070[12]/;
const GZIP = Uint8Array.of(0x1f, 0x8b);
/** The superblock's magic number: at byte 56 of 1024 (fs/ext2/ext2.h of Linux). */
const EXT2_AT = 1024 + 56;
const EXT2_MAGIC = 0xef53;

/** The first bytes of a file; fewer where it ends. Throws HostError where it cannot be read. */
function beginning(path: string, length: number): Buffer {
  try {
    const fd = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new HostError(`${path}: ${systemReason(error)}`);
  }
}
/** Whether an image has the number that ext2, and its successors, begin with. Throws HostError where it cannot be read. */
export function hasExt2(path: string): boolean {
  const bytes = beginning(path, EXT2_AT + 2);
  return bytes.length === EXT2_AT + 2 && bytes.readUInt16LE(EXT2_AT) === EXT2_MAGIC;
}
function isNewc(bytes: Uint8Array): boolean {
  return NEWC.test(Buffer.from(bytes.subarray(0, 6)).toString("latin1"));
}

/**
 * What a path names. `most`: bytes that an archive may have when it is unpacked. Throws HostError for what is not there, cannot be read, or is none of
 * these.
 */
export function openRoot(path: string, most: number): Root {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return { kind: "directory", path: realpathSync(path) };
    if (!stat.isFile()) throw new HostError(`${path}: neither a directory nor a file`);
  } catch (error) {
    throw error instanceof HostError ? error : new HostError(`${path}: ${systemReason(error)}`);
  }
  const head = beginning(path, 6);
  if (head.subarray(0, GZIP.length).equals(GZIP))
    return { kind: "archive", name: path, bytes: unpacked(path, most) };
  if (isNewc(head)) return { kind: "archive", name: path, bytes: readFileSync(path) };
  if (hasExt2(path)) return { kind: "disk", path };
  throw new HostError(`${path}: neither a directory, nor a cpio archive (newc), nor a disk with ext2`);
}
function unpacked(path: string, most: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(readFileSync(path), { maxOutputLength: most });
  } catch (error) {
    const reason = error instanceof RangeError ? `more than ${most} bytes` : systemReason(error);
    throw new HostError(`${path}: cannot be unpacked: ${reason}`);
  }
  if (!isNewc(bytes)) throw new HostError(`${path}: not a cpio archive (newc) that gzip has packed`);
  return bytes;
}
