/** Copying between the kernel and a program: what can be touched is copied, what cannot is told, and nothing else happens. */

import { forbidPreemption } from "../arch/cpu.ts";
import { EFAULT, ENAMETOOLONG } from "../fs/errno.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { MAP_FIXED, mapZeros } from "../program/memory/map.ts";
import { PROT_READ, PROT_WRITE } from "../program/memory/mapping.ts";
import type { ProgramMemory } from "../program/memory/program-memory.ts";
import { protectMemory } from "../program/memory/protect.ts";
import {
  clearOut,
  compareExchangeWord,
  copyIn,
  copyOut,
  copyText,
  isProgramRange,
  loadWord,
} from "../program/user.ts";
import { allowPreemption } from "../thread/preemption.ts";
import { PROGRAMS_END, PROGRAMS_START } from "../vm/space.ts";
import { check, checkEqual } from "./check.ts";
import { closeProgram, getByte, openProgram, putByte } from "./mappings-program.ts";

const READ_WRITE: u32 = PROT_READ | PROT_WRITE;
const memory: ProgramMemory = zeroed();
const START: usize = 0x2000_0000;
const ROOM = 8192;
const from: array<u8, typeof ROOM> = zeroed();
const back: array<u8, typeof ROOM> = zeroed();

function open(pages: usize): void {
  openProgram(addressOf(memory));
  mapZeros(addressOf(memory), START, pages * PAGE_SIZE, READ_WRITE, MAP_FIXED);
  for (let i: usize = 0; i < ROOM; i++) from[i] = truncate<u8>(i * 7 + (i >> 8) + 1);
}
/** Bytes that differ from what was written, or are written though they should not be. */
function differences(start: usize, bytes: usize): u64 {
  let count: u64 = 0;
  for (let i: usize = 0; i < bytes; i++) if (back[i] !== from[i]) count++;
  if (getByte(start - 1) !== 0 || getByte(start + bytes) !== 0) count++;
  return count;
}
export function allSizesAreCopied(): void {
  open(4);
  for (let bytes: usize = 0; bytes < 300; bytes++) {
    const start = START + 200 + (bytes % 9);
    check(copyOut(start, addressOf(from[0]), bytes), "out");
    memset(addressOf(back[0]), 0, ROOM);
    check(copyIn(addressOf(back[0]), start, bytes), "in");
    checkEqual(differences(start, bytes), 0, "bytes that are wrong");
    check(back[bytes] === 0, "nothing behind it");
    check(clearOut(start, bytes), "cleared");
    for (let i: usize = 0; i < bytes; i += 1 + bytes / 8) checkEqual(getByte(start + i), 0, "a zero");
  }
  check(copyOut(START + 4000, addressOf(from[0]), ROOM), "over pages");
  check(copyIn(addressOf(back[0]), START + 4000, ROOM), "and back");
  checkEqual(differences(START + 4000, ROOM), 0, "bytes that are wrong");
  closeProgram(addressOf(memory));
}
export function whatIsNotThereIsTold(): void {
  open(2);
  const end = START + 2 * PAGE_SIZE;
  const bytes = addressOf(back[0]);
  for (let over: usize = 1; over < 130; over += 3) {
    check(!copyIn(bytes, end - 130 + over, 130), "in over the end");
    check(!copyOut(end - 130 + over, bytes, 130), "out over the end");
    check(!clearOut(end - 130 + over, 130), "cleared over the end");
  }
  check(copyIn(bytes, end - 130, 130), "up to the end");
  check(!copyIn(bytes, START - 1, 1) && !copyOut(START - 8, bytes, 16), "before the start");
  protectMemory(addressOf(memory), START, PAGE_SIZE, u64(PROT_READ));
  check(copyIn(bytes, START, 100) && !copyOut(START, bytes, 1), "to be read only");
  check(!clearOut(START, 100), "not to be cleared");
  let word: u32 = 5;
  check(!compareExchangeWord(START, 0, 1, addressOf(word)), "not to be exchanged");
  check(loadWord(START, addressOf(word)) && word === 0, "a word");
  check(compareExchangeWord(START + PAGE_SIZE, 0, 7, addressOf(word)) && word === 0, "exchanged");
  check(compareExchangeWord(START + PAGE_SIZE, 0, 8, addressOf(word)) && word === 7, "not what was expected");
  check(!loadWord(end, addressOf(word)), "no word");
  closeProgram(addressOf(memory));
}
/** The kernel's own memory is not a program's, whoever asks. */
export function kernelsMemoryIsRefused(): void {
  open(1);
  const bytes = addressOf(back[0]);
  const own = address(addressOf(from[0]));
  from[0] = 123;
  check(!copyIn(bytes, own, 1) && !copyOut(own, bytes, 1) && from[0] === 123, "its data");
  check(
    !copyIn(bytes, 0, 1) && !copyIn(bytes, 8, 8) && !copyIn(bytes, PROGRAMS_START - 1, 2),
    "low addresses",
  );
  check(!copyIn(bytes, 0xffff_8000_0000_0000, 8), "the upper half");
  check(
    !copyIn(bytes, 0x8000_0000_0000, 8) && !copyIn(bytes, 0x4000_0000_0000_0000, 8),
    "what is no address",
  );
  check(!copyIn(bytes, PROGRAMS_END - 4, 8) && !copyIn(bytes, PROGRAMS_END, 1), "over the last page");
  check(!copyIn(bytes, START, 0xffff_ffff_ffff_ffff) && !isProgramRange(START, 1 << 47), "too many bytes");
  check(copyIn(bytes, 0, 0) && copyOut(own, bytes, 0), "nothing is copied from anywhere");
  closeProgram(addressOf(memory));
}
export function textsAreCopied(): void {
  open(2);
  const end = START + 2 * PAGE_SIZE;
  copyOut(end - 6, "hello", 6);
  checkEqual(u64(copyText(addressOf(back[0]), end - 6, 100)), 5, "its length");
  check(back[0] === char("h") && back[4] === char("o") && back[5] === 0, "the text");
  checkEqual(u64(copyText(addressOf(back[0]), end - 1, 100)), 0, "an empty one");
  checkEqual(u64(-copyText(addressOf(back[0]), end - 6, 5)), u64(ENAMETOOLONG), "no room for its zero");
  checkEqual(u64(copyText(addressOf(back[0]), end - 6, 6)), 5, "just enough room");
  putByte(end - 1, char("!"));
  checkEqual(u64(-copyText(addressOf(back[0]), end - 6, 100)), u64(EFAULT), "without an end");
  checkEqual(u64(-copyText(addressOf(back[0]), 0, 100)), u64(EFAULT), "from nowhere");
  mapZeros(addressOf(memory), PROGRAMS_END - PAGE_SIZE, PAGE_SIZE, READ_WRITE, MAP_FIXED);
  copyOut(PROGRAMS_END - 3, "abc", 3);
  checkEqual(u64(-copyText(addressOf(back[0]), PROGRAMS_END - 3, 100)), u64(EFAULT), "over the last page");
  closeProgram(addressOf(memory));
}
/** Where waiting is forbidden a page that is not there stays so; one that is can be copied. */
export function nothingWaitsWhereItMustNot(): void {
  open(1024);
  const bytes = addressOf(back[0]);
  forbidPreemption();
  const isThere = copyIn(bytes, START, 8);
  allowPreemption();
  check(!isThere, "nothing is there yet");
  check(copyIn(bytes, START, 8), "made by who may wait");
  forbidPreemption();
  const isNow = copyIn(bytes, START, 8);
  allowPreemption();
  check(isNow, "and then for all");
  closeProgram(addressOf(memory));
}
