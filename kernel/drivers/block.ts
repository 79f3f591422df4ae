/**
 * Virtio disks (virtio 1.2 §5.2): sectors of 512 bytes, any number of requests at a time. All of these sleep until the device has done it,
 * and give 0 or -EIO. Nothing is kept here: who wants a cache makes one.
 */
import { EIO, EOPNOTSUPP, EROFS } from "../fs/errno.ts";
import { MAX_PIECES, type Pieces } from "./dma.ts";
import {
  beginVirtio,
  findVirtio,
  setUpQueues,
  startVirtio,
  VIRTIO_BLOCK,
  type VirtioDevice,
} from "./virtio.ts";
import type { Queue, Request } from "./virtio-queue.ts";

export const SECTOR: usize = 512;
const READ_ONLY: u64 = 1 << 5;
const BLOCK_SIZE: u64 = 1 << 6;
const FLUSH: u64 = 1 << 9;
const DISCARD: u64 = 1 << 13;
const WRITE_ZEROES: u64 = 1 << 14;

/** Types of requests (§5.2.6). */
const IN: u32 = 0;
const OUT: u32 = 1;
const DO_FLUSH: u32 = 4;
const GET_ID: u32 = 8;
const DO_DISCARD: u32 = 11;
const DO_WRITE_ZEROES: u32 = 13;
const ID_BYTES = 20;
const UNKNOWN: u8 = 0xff;

/** struct virtio_blk_config (§5.2.4), as far as it is used. */
class Configuration extends Struct {
  capacityLow: u32;
  capacityHigh: u32;
  blockSize: at<20, u32>;
  mostDiscarded: at<36, u32>;
  mostZeroed: at<48, u32>;
}
class Header extends Struct {
  type: u32;
  reserved: u32;
  sector: u64;
}
/** Of discard and write zeroes. */
class Range extends Struct {
  sector: u64;
  sectors: u32;
  flags: u32;
}

export class Disk extends Struct {
  device: VirtioDevice;
  queue: Queue;
  /** Sectors of 512 bytes. */
  sectors: u64;
  /** Bytes that it likes to be asked for at once, at least 512. */
  blockSize: u32;
  readOnly: bool;
  /** Of discard and write zeroes in one request, in sectors; 0: it does not know them. */
  mostDiscarded: u32;
  mostZeroed: u32;
  /** Ends in a zero. */
  serial: array<u8, 24>;
}
const MAX_DISKS = 8;
export const disks: array<Disk, typeof MAX_DISKS> = zeroed();
export let diskCount: u32 = 0;

/** What a request lies in until it is done. */
class Transfer extends Struct {
  header: Header;
  status: u8;
  request: Request;
  pieces: Pieces;
}

/** Asks for a transfer of a part of `bytes`; gives how much of it that is. `done`: what has been asked for before. */
function begin(
  disk: ptr<Disk>,
  transfer: ptr<Transfer>,
  type: u32,
  sector: u64,
  data: ptr<u8>,
  bytes: usize,
): usize {
  transfer.header = { type, reserved: 0, sector };
  transfer.status = UNKNOWN;
  const pieces = addressOf(transfer.pieces);
  pieces.addReadable(addressOf(transfer.header), sizeof<Header>());
  const room = fitting(pieces, data, bytes);
  if (type === IN || type === GET_ID) pieces.addWritable(data, room);
  else pieces.addReadable(data, room);
  pieces.addWritable(addressOf(transfer.status), 1);
  disk.queue.send(pieces, addressOf(transfer.request));
  return room;
}
/** A transfer goes over pages that may all lie apart, and the status needs a piece too. */
const MOST_BYTES: usize = 1 << 20;
const MOST_APART: usize = 28 * 4096;
function fitting(pieces: ptr<Pieces>, data: ptr<u8>, bytes: usize): usize {
  const most = pieces.isContiguous(data) ? MOST_BYTES : MOST_APART;
  return bytes < most ? bytes : most;
}
function end(disk: ptr<Disk>, transfer: ptr<Transfer>): i64 {
  const answered = disk.queue.await(addressOf(transfer.request));
  return answered && atomicLoadRelaxed(addressOf(transfer.status)) === 0 ? 0 : -EIO;
}
function transfer(disk: ptr<Disk>, type: u32, sector: u64, data: ptr<u8>, bytes: usize): i64 {
  let status: i64 = 0;
  let done: usize = 0;
  do {
    const one: Transfer = zeroed();
    done += begin(disk, addressOf(one), type, sector + done / SECTOR, data.offset(done), bytes - done);
    status = end(disk, addressOf(one));
  } while (status === 0 && done < bytes);
  return status;
}
function isWithin(disk: ptr<Disk>, sector: u64, bytes: usize): bool {
  return bytes % SECTOR === 0 && sector <= disk.sectors && bytes / SECTOR <= disk.sectors - sector;
}
/** `bytes`: whole sectors. */
export function readDisk(disk: ptr<Disk>, sector: u64, to: ptr<u8>, bytes: usize): i64 {
  return isWithin(disk, sector, bytes) ? transfer(disk, IN, sector, to, bytes) : -EIO;
}
export function writeDisk(disk: ptr<Disk>, sector: u64, from: ptr<u8>, bytes: usize): i64 {
  if (disk.readOnly) return -EROFS;
  return isWithin(disk, sector, bytes) ? transfer(disk, OUT, sector, from, bytes) : -EIO;
}
/** What has been written before is on the medium when this is done. */
export function flushDisk(disk: ptr<Disk>): i64 {
  if ((disk.device.features & FLUSH) === 0) return 0;
  return transfer(disk, DO_FLUSH, 0, cast<u8>(disk), 0);
}
function clear(disk: ptr<Disk>, type: u32, most: u32, sector: u64, sectors: u64): i64 {
  if (disk.readOnly) return -EROFS;
  if (most === 0) return -EOPNOTSUPP;
  if (sector > disk.sectors || sectors > disk.sectors - sector) return -EIO;
  for (let done: u64 = 0; done < sectors; ) {
    const left = sectors - done;
    const step = left < u64(most) ? left : u64(most);
    const range: Range = { sector: sector + done, sectors: u32(step), flags: 0 };
    const status = transfer(disk, type, 0, cast<u8>(addressOf(range)), sizeof<Range>());
    if (status !== 0) return status;
    done += step;
  }
  return 0;
}
/** Nobody needs these sectors any more; -EOPNOTSUPP: the disk does not want to know. */
export function discardDisk(disk: ptr<Disk>, sector: u64, sectors: u64): i64 {
  return clear(disk, DO_DISCARD, disk.mostDiscarded, sector, sectors);
}
export function zeroDisk(disk: ptr<Disk>, sector: u64, sectors: u64): i64 {
  return clear(disk, DO_WRITE_ZEROES, disk.mostZeroed, sector, sectors);
}

/** Reads into several pieces of memory, of `bytes` each, whole sectors; at most MOST_PARTS, in one request. */
export const MOST_PARTS: u32 = 28;
export function readDiskParts(
  disk: ptr<Disk>,
  sector: u64,
  parts: ptr<ptr<u8>>,
  bytes: usize,
  count: u32,
): i64 {
  if (!isWithin(disk, sector, bytes * usize(count)) || count > MOST_PARTS) return -EIO;
  const one: Transfer = zeroed();
  one.header = { type: IN, reserved: 0, sector };
  one.status = UNKNOWN;
  one.pieces.addReadable(addressOf(one.header), sizeof<Header>());
  for (let i: u32 = 0; i < count; i++) one.pieces.addWritable(parts[i], bytes);
  one.pieces.addWritable(addressOf(one.status), 1);
  disk.queue.send(addressOf(one.pieces), addressOf(one.request));
  return end(disk, addressOf(one));
}

function initDisk(disk: ptr<Disk>): bool {
  const device = addressOf(disk.device);
  if (!setUpQueues(device, addressOf(disk.queue), 1, true)) return false;
  if (disk.queue.mostPieces() < MAX_PIECES) return false;
  const configuration = mmio<Configuration>(device.configuration);
  disk.sectors = (u64(configuration.capacityHigh) << 32) | u64(configuration.capacityLow);
  disk.blockSize = (device.features & BLOCK_SIZE) !== 0 ? configuration.blockSize : u32(SECTOR);
  disk.readOnly = (device.features & READ_ONLY) !== 0;
  if ((device.features & DISCARD) !== 0) disk.mostDiscarded = configuration.mostDiscarded;
  if ((device.features & WRITE_ZEROES) !== 0) disk.mostZeroed = configuration.mostZeroed;
  startVirtio(device);
  transfer(disk, GET_ID, 0, addressOf(disk.serial[0]), ID_BYTES);
  return true;
}
/** All there are, in the order of their places on the bus. */
export function initDisks(): void {
  for (let i: u32 = 0; diskCount < MAX_DISKS; i++) {
    const f = findVirtio(VIRTIO_BLOCK, i);
    if (f === null) return;
    const disk = addressOf(disks[diskCount]);
    const wanted = READ_ONLY | BLOCK_SIZE | FLUSH | DISCARD | WRITE_ZEROES;
    if (beginVirtio(addressOf(disk.device), f, wanted) && initDisk(disk)) diskCount++;
    else disk.value = zeroed();
  }
}
