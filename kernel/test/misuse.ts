/**
 * An image for what ends in a panic and needs threads: locks that are used as they must not be, memory that is given back twice. `crash=` on the
 * command line says what. It ends as a passed test does if nothing panics.
 */
import { cpuCount } from "../arch/cpu.ts";
import { debugExit } from "../arch/debug-exit.ts";
import { optionIs } from "../boot/command-line.ts";
import { startKernel } from "../main.ts";
import { free, malloc } from "../memory/malloc.ts";
import { allocateFrames, freeFrames } from "../memory/physical.ts";
import type { Condition } from "../thread/condition.ts";
import type { Mutex } from "../thread/mutex.ts";
import type { RwLock } from "../thread/rw-lock.ts";
import { join, spawn } from "../thread/spawn.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { runApart } from "./together.ts";

const PASSED: u8 = 0x10;

const spinLock: SpinLock = zeroed();
const mutex: Mutex = zeroed();
const condition: Condition = zeroed();
const lock: RwLock = zeroed();

/** Another thread does it, and this one waits for its end. */
function inAnother(entry: fn<(argument: ptr<unknown>) => void>): void {
  const thread = spawn("another", entry, null, null);
  if (thread !== null) join(thread);
}
class Block extends Struct {
  physical: usize;
  here: u32;
}
const block: Block = zeroed();
/** All at once, as far as processors can. */
function freeBlock(_index: u64): void {
  atomicAdd(addressOf(block.here), 1);
  while (atomicLoad(addressOf(block.here)) < cpuCount) pause();
  freeFrames(block.physical, 2);
}

class Scenario extends Struct {
  name: ptr<u8>;
  run: fn<() => void>;
}
const scenarios: array<Scenario, 16> = [
  {
    name: "spin-twice",
    run: () => {
      spinLock.lock();
      spinLock.lock();
    },
  },
  { name: "spin-free", run: () => spinLock.release() },
  {
    name: "mutex-twice",
    run: () => {
      mutex.lock();
      mutex.lock();
    },
  },
  {
    name: "mutex-until-twice",
    run: () => {
      mutex.lock();
      mutex.lockUntil(1);
    },
  },
  { name: "mutex-free", run: () => mutex.unlock() },
  {
    name: "mutex-another",
    run: () => {
      mutex.lock();
      inAnother((_argument) => mutex.unlock());
    },
  },
  { name: "condition-free", run: () => condition.wait(addressOf(mutex)) },
  {
    name: "condition-another",
    run: () => {
      mutex.lock();
      inAnother((_argument) => condition.wait(addressOf(mutex)));
    },
  },
  { name: "read-free", run: () => lock.unlockRead() },
  { name: "write-free", run: () => lock.unlockWrite() },
  {
    name: "write-another",
    run: () => {
      lock.lockWrite();
      inAnother((_argument) => lock.unlockWrite());
    },
  },
  {
    name: "write-twice",
    run: () => {
      lock.lockWrite();
      lock.lockWrite();
    },
  },
  {
    name: "write-read",
    run: () => {
      lock.lockWrite();
      lock.lockRead();
    },
  },
  {
    name: "write-unlock-read",
    run: () => {
      lock.lockWrite();
      lock.unlockRead();
    },
  },
  {
    name: "small-twice",
    run: () => {
      const object = malloc(40);
      free(object);
      free(object);
    },
  },
  {
    name: "block-at-once",
    run: () => {
      block.physical = allocateFrames(2);
      runApart(cpuCount, freeBlock);
    },
  },
];
function run(): void {
  for (let i: usize = 0; i < scenarios.length; i++) {
    if (optionIs("crash", scenarios[i].name)) scenarios[i].run();
  }
  debugExit(PASSED);
}
export function kmain(info: ptr<unknown>, protocol: u32): void {
  startKernel(info, protocol, run);
}
