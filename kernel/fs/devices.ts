/** Character devices by their numbers (mem(4), random(4)), whichever file system their nodes are of. Others register theirs. */
import { randomBytes } from "../drivers/random.ts";
import { EFAULT, EINVAL, ENOSPC } from "./errno.ts";
import type { FileOperations, OpenFile } from "./file.ts";
import type { Transfer } from "./transfer.ts";

class Device extends Struct {
  /** major << 8 | minor. */
  number: u64;
  operations: ptr<FileOperations>;
  /** What its files have in `data`. */
  data: ptr<unknown> | null;
}
const MAX_DEVICES = 24;
const devices: array<Device, typeof MAX_DEVICES> = zeroed();
let count: usize = 0;

/** At start. More than 24 are not known to anyone. */
export function addDevice(number: u64, operations: ptr<FileOperations>, data: ptr<unknown> | null): void {
  if (count === devices.length) return;
  devices[count].number = number;
  devices[count].operations = operations;
  devices[count].data = data;
  count++;
}
/** Makes a file that is being opened one of the device. False: there is none. */
export function openDevice(number: u64, file: ptr<OpenFile>): bool {
  for (let i: usize = 0; i < count; i++) {
    if (devices[i].number !== number) continue;
    file.operations = devices[i].operations;
    file.data = devices[i].data;
    return true;
  }
  return false;
}

const PIECE: usize = 512;
function readNothing(_file: ptr<OpenFile>, _transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  return 0;
}
function readZeros(_file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const zeros: array<u8, typeof PIECE> = zeroed();
  let done: usize = 0;
  while (transfer.left > 0 && !transfer.faulted) done += transfer.give(addressOf(zeros[0]), PIECE);
  return done === 0 && transfer.faulted ? -EFAULT : i64(done);
}
function readRandom(_file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const bytes: array<u8, typeof PIECE> = zeroed();
  let done: usize = 0;
  while (transfer.left > 0 && !transfer.faulted) {
    const step = transfer.left < PIECE ? transfer.left : PIECE;
    randomBytes(addressOf(bytes[0]), step);
    done += transfer.give(addressOf(bytes[0]), step);
  }
  return done === 0 && transfer.faulted ? -EFAULT : i64(done);
}
function swallow(_file: ptr<OpenFile>, transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  const all = transfer.left;
  transfer.left = 0;
  return i64(all);
}
function isFull(_file: ptr<OpenFile>, _transfer: ptr<Transfer>, _position: ptr<u64>): i64 {
  return -ENOSPC;
}
function control(_file: ptr<OpenFile>, _request: u64, _argument: u64): i64 {
  return -EINVAL;
}
const nullOperations: FileOperations = init({ seekable: true, read: readNothing, write: swallow });
const zeroOperations: FileOperations = init({ seekable: true, read: readZeros, write: swallow });
const fullOperations: FileOperations = init({ seekable: true, read: readZeros, write: isFull });
const randomOperations: FileOperations = init({ seekable: true, read: readRandom, write: swallow, control });

export const NULL_DEVICE: u64 = 0x103;
export const ZERO_DEVICE: u64 = 0x105;
export const FULL_DEVICE: u64 = 0x107;
export const RANDOM_DEVICE: u64 = 0x108;
export const URANDOM_DEVICE: u64 = 0x109;
export const TTY_DEVICE: u64 = 0x500;
export const CONSOLE_DEVICE: u64 = 0x501;

/** Once, at start. */
export function initDevices(): void {
  addDevice(NULL_DEVICE, addressOf(nullOperations), null);
  addDevice(ZERO_DEVICE, addressOf(zeroOperations), null);
  addDevice(FULL_DEVICE, addressOf(fullOperations), null);
  addDevice(RANDOM_DEVICE, addressOf(randomOperations), null);
  addDevice(URANDOM_DEVICE, addressOf(randomOperations), null);
}
