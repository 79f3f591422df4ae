/**
 * Drivers of virtio devices. Without a device there is nothing to look at; tests/kernel/virtio.test.ts brings them: a disk that may be overwritten,
 * a console of two ports, an entropy device.
 */
import {
  type Disk,
  discardDisk,
  diskCount,
  disks,
  flushDisk,
  readDisk,
  SECTOR,
  writeDisk,
  zeroDisk,
} from "../drivers/block.ts";
import { type ChaChaBlock, type ChaChaKey, chachaBlock } from "../drivers/chacha20.ts";
import { consoleHas, consoleRead, consoleReadable, consoleWrite } from "../drivers/console.ts";
import { initDrivers } from "../drivers/drivers.ts";
import { entropy } from "../drivers/entropy.ts";
import { randomBytes } from "../drivers/random.ts";
import { EIO, EROFS } from "../fs/errno.ts";
import { debugAlloc, free, malloc } from "../memory/malloc.ts";
import { check, checkEqual } from "./check.ts";
import { runTogether } from "./together.ts";

function fill(to: ptr<u8>, bytes: usize, seed: u64): void {
  for (let i: usize = 0; i < bytes; i++) to[i] = truncate<u8>(i * 13 + (i >> 8) * 5 + seed);
}
function differences(from: ptr<u8>, bytes: usize, seed: u64): u64 {
  let different: u64 = 0;
  for (let i: usize = 0; i < bytes; i++)
    if (from[i] !== truncate<u8>(i * 13 + (i >> 8) * 5 + seed)) different++;
  return different;
}
function expect(actual: i64, error: i64, what: ptr<u8>): void {
  checkEqual(truncate<u64>(actual), truncate<u64>(-error), what);
}
/** Writes and reads back, from memory that is given, and gives the memory back. */
function through(disk: ptr<Disk>, memory: ptr<unknown> | null, sector: u64, bytes: usize): void {
  check(memory !== null, "there is memory");
  if (memory === null) return;
  const at = cast<u8>(memory);
  fill(at, bytes, sector);
  expect(writeDisk(disk, sector, at, bytes), 0, "it is written");
  memset(at, 0, bytes);
  expect(readDisk(disk, sector, at, bytes), 0, "it is read");
  checkEqual(differences(at, bytes, sector), 0, "what was written is read");
  free(memory);
}
const LARGE: usize = 3 << 20;
/** From memory of all kinds, and of all sizes; and what must fail. */
export function disk(): void {
  initDrivers();
  if (diskCount === 0) return;
  const first = addressOf(disks[0]);
  for (let bytes: usize = SECTOR; bytes <= 64 * SECTOR; bytes += 9 * SECTOR)
    through(first, malloc(bytes), bytes / SECTOR, bytes);
  through(first, malloc(LARGE), 100, LARGE);
  // Pages of the debug area lie apart in physical memory: more of them than a request has pieces.
  through(first, debugAlloc(16, 60 * 4096), 7, 60 * 4096);
  onStack(first);
  const memory = malloc(SECTOR);
  if (memory === null) return;
  const at = cast<u8>(memory);
  expect(readDisk(first, first.sectors, at, SECTOR), EIO, "behind the end");
  expect(writeDisk(first, first.sectors - 1, at, 2 * SECTOR), EIO, "over the end");
  expect(readDisk(first, ~u64(0), at, SECTOR), EIO, "far behind the end");
  expect(readDisk(first, 0, at, 100), EIO, "no whole sector");
  expect(flushDisk(first), 0, "a flush");
  fill(at, SECTOR, 1);
  expect(writeDisk(first, 5, at, SECTOR), 0, "a sector");
  if (first.mostZeroed !== 0) {
    expect(zeroDisk(first, 5, 1), 0, "a sector of zeros");
    expect(readDisk(first, 5, at, SECTOR), 0, "it is read");
    check(at[0] === 0 && at[511] === 0, "it is zeros");
  }
  if (first.mostDiscarded !== 0) expect(discardDisk(first, 0, 8), 0, "sectors that nobody wants");
  expect(zeroDisk(first, first.sectors, 1), EIO, "zeros behind the end");
  free(memory);
  if (diskCount < 2) return;
  check(disks[1].readOnly, "the second disk can only be read");
  expect(writeDisk(addressOf(disks[1]), 0, cast<u8>(first), SECTOR), EROFS, "and is not written");
}
function onStack(first: ptr<Disk>): void {
  const block: array<u8, 512> = zeroed();
  fill(addressOf(block[0]), SECTOR, 3);
  expect(writeDisk(first, 9, addressOf(block[0]), SECTOR), 0, "from a stack");
  memset(addressOf(block[0]), 0, SECTOR);
  expect(readDisk(first, 9, addressOf(block[0]), SECTOR), 0, "to a stack");
  checkEqual(differences(addressOf(block[0]), SECTOR, 3), 0, "by way of a stack");
}
const THREADS: u32 = 12;
const ROUNDS: u64 = 12;
const OWN: u64 = 512;
/** Requests of several threads are under way at once, each with sectors of its own. */
export function disksTogether(): void {
  initDrivers();
  if (diskCount === 0) return;
  runTogether(THREADS, oneOfMany);
}
function oneOfMany(index: u64): void {
  for (let round: u64 = 0; round < ROUNDS; round++) {
    const bytes = SECTOR * (1 + ((round * 37 + index * 11) % OWN));
    const memory = (round + index) % 3 === 0 ? debugAlloc(16, bytes) : malloc(bytes);
    through(addressOf(disks[0]), memory, 64 + index * OWN, bytes);
  }
}

/** RFC 8439 §2.3.2. */
const BLOCK: array<u32, 16> = [
  0xe4e7_f110, 0x1559_3bd1, 0x1fdd_0f50, 0xc471_20a3, 0xc7f4_d1c7, 0x0368_c033, 0x9aaa_2204, 0x4e6c_d4c3,
  0x4664_82d2, 0x09aa_9f07, 0x05d7_c214, 0xa202_8bd9, 0xd19c_12b5, 0xb94e_16de, 0xe883_d0cb, 0x4e3c_50a2,
];
export function chacha(): void {
  const key: ChaChaKey = zeroed();
  const block: ChaChaBlock = zeroed();
  const nonce: array<u32, 3> = [0x0900_0000, 0x4a00_0000, 0];
  for (let i: u32 = 0; i < 32; i++) cast<u8>(addressOf(key))[i] = truncate<u8>(i);
  chachaBlock(addressOf(key), 1, addressOf(nonce[0]), addressOf(block));
  for (let i: usize = 0; i < 16; i++)
    checkEqual(u64(block.words[i]), u64(BLOCK[i]), "a word of RFC 8439's block");
}
const DRAWN = 10_000;
const drawn: array<u8, typeof DRAWN> = zeroed();
/** Not a test of randomness: of whether all bytes are given, and no two draws are alike. */
export function randomNumbers(): void {
  initDrivers();
  const counts: array<u32, 256> = zeroed();
  randomBytes(addressOf(drawn[0]), DRAWN);
  for (let i: usize = 0; i < DRAWN; i++) counts[drawn[i]]++;
  // 39 of each are expected; fewer than 8, or more than 90, would be seen once in millions of years.
  for (let i: usize = 0; i < 256; i++) check(counts[i] >= 8 && counts[i] <= 90, "each byte's share");
  const again: array<u8, 64> = zeroed();
  randomBytes(addressOf(again[0]), 64);
  let same: u64 = 0;
  for (let i: usize = 0; i < 64; i++) if (again[i] === drawn[i]) same++;
  check(same < 16, "two draws differ");
}
/** Requests of many pieces, more than the queue has descriptors for. */
export function entropyTogether(): void {
  initDrivers();
  const one: array<u8, 16> = zeroed();
  if (entropy(addressOf(one[0]), 16)) runTogether(8, drawApart);
}
function drawApart(_index: u64): void {
  const pages: usize = 30;
  const memory = debugAlloc(16, pages * 4096);
  if (memory === null) return;
  const at = cast<u8>(memory);
  memset(at, 0, pages * 4096);
  check(entropy(at, pages * 4096), "entropy is given");
  let zeros: u64 = 0;
  for (let i: usize = 0; i < pages * 4096; i++) if (at[i] === 0) zeros++;
  check(zeros > 300 && zeros < 700, "all of it is filled");
  free(memory);
}

const LINE = 64;
/** Lines come in at port 0 and go out at it again, with a word before them; port 1 says how many they were. At the end of input it is over. */
export function consolePorts(): void {
  initDrivers();
  if (!consoleHas(1)) return;
  consoleWrite(0, "out of the kernel\n", 18);
  const line: array<u8, typeof LINE> = zeroed();
  let bytes: u64 = 0;
  for (;;) {
    const read = consoleRead(0, addressOf(line[0]), LINE, true);
    if (read <= 0) break;
    bytes += u64(read);
    consoleWrite(0, addressOf(line[0]), u64(read));
  }
  check(consoleReadable(0), "the end can be read without waiting");
  expect(consoleRead(0, addressOf(line[0]), LINE, false), 0, "it stays the end");
  expect(consoleWrite(2, "nobody", 6), -6, "what goes to no port is lost");
  const digits: array<u8, 8> = zeroed();
  let rest = bytes;
  for (let i: usize = 6; i > 0; i--) {
    digits[i - 1] = char("0") + truncate<u8>(rest % 10);
    rest /= 10;
  }
  digits[6] = char("\n");
  consoleWrite(1, addressOf(digits[0]), 7);
  runTogether(4, writeLines);
}
/** Lines of several threads stay whole. */
function writeLines(index: u64): void {
  const line: array<u8, 41> = zeroed();
  memset(addressOf(line[0]), char("a") + truncate<u8>(index), 40);
  line[40] = char("\n");
  for (let i: u32 = 0; i < 20; i++) expect(consoleWrite(1, addressOf(line[0]), 41), -41, "a line");
}
