/** A program's memory for cases that need one: opened, touched as the kernel touches it, and closed without a trace. */
import { cpuCount } from "../arch/cpu.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { freeFrameCount } from "../memory/physical.ts";
import { initProgramFaults } from "../program/memory/fault.ts";
import { MAP_FIXED, mapZeros } from "../program/memory/map.ts";
import { openMemory, type ProgramMemory, releaseMemory } from "../program/memory/program-memory.ts";
import { copyIn, copyOut, initUserMemory } from "../program/user.ts";
import { join, spawn, type ThreadOptions } from "../thread/spawn.ts";
import { currentThread } from "../thread/thread.ts";
import { cloneRoot, releaseRoot } from "../vm/clone.ts";
import { type AddressSpace, enterSpace, kernelSpace, PROGRAMS_START } from "../vm/space.ts";
import { check, checkEqual } from "./check.ts";

export const space: AddressSpace = zeroed();
let free: u64 = 0;
/** What is kept once it has been needed, slabs and stacks, is there. */
let isWarm: bool = false;

function warmUp(memory: ptr<ProgramMemory>): void {
  isWarm = true;
  openProgram(memory);
  for (let i: usize = 0; i < 8; i++)
    mapZeros(memory, PROGRAMS_START + i * 2 * PAGE_SIZE, PAGE_SIZE, 1, MAP_FIXED);
  closeMemory(memory);
}
/** An empty memory, which the calling thread uses. Gives the frames that are free before. */
export function openProgram(memory: ptr<ProgramMemory>): u64 {
  if (!isWarm) {
    initUserMemory();
    initProgramFaults();
    warmUp(memory);
    warmUp(memory);
  }
  free = freeFrameCount();
  check(cloneRoot(addressOf(space)), "a space");
  openMemory(memory, addressOf(space));
  currentThread().space = addressOf(space);
  enterSpace(addressOf(space));
  return free;
}
function leave(_nothing: ptr<unknown>): void {
  enterSpace(addressOf(kernelSpace));
}
/** Nothing of it is left, on any processor. */
export function closeMemory(memory: ptr<ProgramMemory>): void {
  releaseMemory(memory);
  currentThread().space = null;
  for (let i: u32 = 0; i < cpuCount; i++) {
    const options: ThreadOptions = init({ allowed: u32(1) << i });
    const thread = spawn("leaving", leave, null, addressOf(options));
    if (thread !== null) join(thread);
  }
  releaseRoot(addressOf(space));
  space.arena.close();
}
/** As many frames are free as `before`. Several processors share out what they keep otherwise from time to time. */
export function checkFrames(before: u64): void {
  if (cpuCount === 1) checkEqual(freeFrameCount(), before, "all frames come back");
  else check(freeFrameCount() + 2 * u64(cpuCount) >= before, "all frames come back");
}
/** `closeMemory`; all frames that were free when it was opened are free again. */
export function closeProgram(memory: ptr<ProgramMemory>): void {
  closeMemory(memory);
  checkEqual(u64(memory.mappings), 0, "mappings");
  checkEqual(memory.bytes, 0, "bytes");
  checkFrames(free);
}

/** 256: it cannot be read. */
export function getByte(at: usize): u64 {
  let byte: u8 = 0;
  return copyIn(addressOf(byte), at, 1) ? u64(byte) : 256;
}
export function putByte(at: usize, byte: u8): bool {
  const from = byte;
  return copyOut(at, addressOf(from), 1);
}
export function isReadable(at: usize): bool {
  return getByte(at) < 256;
}
/** What is there stays. */
export function isWritable(at: usize): bool {
  const byte = getByte(at);
  return byte < 256 && putByte(at, truncate<u8>(byte));
}
/** Runs a case twice: what is kept once it has been needed, slabs and tables, is there then, and the second time leaves nothing behind. */
export function runTwice(body: fn<() => void>): void {
  body();
  const before = freeFrameCount();
  body();
  checkFrames(before);
}
