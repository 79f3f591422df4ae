/** Threads come and go, and have what is their own. */

import { Area, inArea, NONE } from "../memory/address.ts";
import { failAfter } from "../memory/fault-injection.ts";
import { drainPools } from "../memory/page-pool.ts";
import { allocatePage, freeFrameCount, freePage } from "../memory/physical.ts";
import { yieldNow } from "../thread/scheduler.ts";
import { sleep } from "../thread/sleep.ts";
import { detach, exitThread, join, joinUntil, spawn, type ThreadOptions } from "../thread/spawn.ts";
import { currentThread, type Thread } from "../thread/thread.ts";
import { threadCount } from "../thread/thread-list.ts";
import type { LocalTemplate } from "../thread/thread-local.ts";
import { MICROSECOND, MILLISECOND, nanoseconds, SECOND } from "../thread/time.ts";
import { check, checkEqual } from "./check.ts";
import { runTogether } from "./together.ts";

class Count extends Struct {
  n: u64;
}
const count: Count = zeroed();
function countOne(_argument: ptr<unknown>): void {
  atomicAdd(addressOf(count.n), 1);
}
function makeAndJoin(threads: u32): void {
  for (let i: u32 = 0; i < threads; i++) {
    const thread = spawn("short", countOne, null, null);
    check(thread !== null, "there is memory");
    if (thread !== null) join(thread);
  }
}
/** A thousand, one after the other: nothing is left of them. */
export function aThousand(): void {
  makeAndJoin(50);
  const threads = threadCount();
  drainPools();
  const before = freeFrameCount();
  count.n = 0;
  makeAndJoin(1000);
  checkEqual(count.n, 1000, "all have run");
  checkEqual(u64(threadCount()), u64(threads), "none is left");
  drainPools();
  const after = freeFrameCount();
  if (after + 64 < before) checkEqual(after, before, "nor their memory");
}
const MANY = 300;
const many: array<ptr<Thread> | null, typeof MANY> = zeroed();
/** Many at once. */
export function atOnce(): void {
  makeAndJoin(1);
  const threads = threadCount();
  count.n = 0;
  for (let i: usize = 0; i < MANY; i++) many[i] = spawn("one of many", countOne, null, null);
  for (let i: usize = 0; i < MANY; i++) {
    const thread = many[i];
    check(thread !== null, "there is memory");
    if (thread !== null) join(thread);
  }
  checkEqual(count.n, MANY, "all have run");
  checkEqual(u64(threadCount()), u64(threads), "none is left");
}
function sleepAndCount(_argument: ptr<unknown>): void {
  sleep(5 * MILLISECOND);
  atomicAdd(addressOf(count.n), 1);
}
/** Detached while they run, from the start, and after their end. */
export function detached(): void {
  const threads = threadCount();
  count.n = 0;
  const options: ThreadOptions = init({ detached: true });
  for (let i: usize = 0; i < 20; i++) spawn("detached", sleepAndCount, null, addressOf(options));
  for (let i: usize = 0; i < 20; i++) {
    const thread = spawn("detached later", sleepAndCount, null, null);
    if (i % 2 === 0) sleep(6 * MILLISECOND);
    if (thread !== null) detach(thread);
  }
  const patience = nanoseconds() + 60 * SECOND;
  while (threadCount() !== threads && nanoseconds() < patience) sleep(MILLISECOND);
  checkEqual(count.n, 40, "all have run");
  checkEqual(u64(threadCount()), u64(threads), "all are freed");
}
function exitDeep(depth: u64): void {
  if (depth === 0) exitThread();
  exitDeep(depth - 1);
  atomicAdd(addressOf(count.n), 1);
}
function exitEarly(_argument: ptr<unknown>): void {
  exitDeep(20);
}
export function exit(): void {
  count.n = 0;
  const thread = spawn("leaves", exitEarly, null, null);
  if (thread !== null) join(thread);
  checkEqual(count.n, 0, "nothing runs after it");
}
function awaitCount(_argument: ptr<unknown>): void {
  while (atomicLoad(addressOf(count.n)) === 0) sleep(100 * MICROSECOND);
}
export function joinDeadline(): void {
  count.n = 0;
  const thread = spawn("late", awaitCount, null, null);
  if (thread === null) return;
  check(!joinUntil(thread, nanoseconds() + MILLISECOND), "it has not ended yet");
  atomicStore(addressOf(count.n), 1);
  check(joinUntil(thread, nanoseconds() + 60 * SECOND), "now it has");
}
/** Its stack is used deep down, page after page. */
function useStack(depth: u64): u64 {
  const room: array<u64, 100> = zeroed();
  for (let i: u64 = 0; i < 100; i++) room[i] = depth + i;
  const below = depth === 0 ? 0 : useStack(depth - 1);
  yieldNow();
  let sum = below;
  for (let i: u64 = 0; i < 100; i++) sum += room[i];
  return sum;
}
function useStacks(index: u64): void {
  let expected: u64 = 0;
  for (let depth: u64 = 0; depth <= 40; depth++) expected += 100 * depth + 4950;
  for (let i: u64 = 0; i <= index % 2; i++) checkEqual(useStack(40), expected, "what is on the stack stays");
}
export function stacks(): void {
  runTogether(8, useStacks);
}
/** Whichever request for memory fails: there is a thread or there is none, and nothing is lost. */
export function failingRequests(): void {
  makeAndJoin(20);
  const options: ThreadOptions = init({ stackBytes: 0x5000, vectors: true });
  const threads = threadCount();
  let free: u64 = 0;
  for (let n: u64 = 1; n < 40; n++) {
    drainPools();
    if (n === 2) free = freeFrameCount();
    failAfter(n);
    const thread = spawn("unlucky", countOne, null, addressOf(options));
    failAfter(0);
    if (thread !== null) join(thread);
    checkEqual(u64(threadCount()), u64(threads), "no thread is left");
  }
  drainPools();
  const after = freeFrameCount();
  if (after + 16 < free) checkEqual(after, free, "nothing is lost");
}
/** All memory is taken: there is no new thread, those that are there go on, and afterwards all is as before. */
export function withoutMemory(): void {
  const options: ThreadOptions = init({ stackBytes: 0x5000, vectors: true });
  const threads = threadCount();
  let pages: usize = NONE;
  for (;;) {
    const page = allocatePage();
    if (page === NONE) break;
    pointer<usize>(inArea(Area.Early, page)).value = pages;
    pages = page;
  }
  // What allocators and stacks have in reserve may do for some.
  let made: usize = 0;
  for (; made < MANY; made++) {
    many[made] = spawn("unlucky", countOne, null, addressOf(options));
    if (many[made] === null) break;
  }
  while (pages !== NONE) {
    const page = pages;
    pages = pointer<usize>(inArea(Area.Early, page)).value;
    freePage(page);
  }
  check(made < 100, "there is no thread without memory");
  for (let i: usize = 0; i < made; i++) {
    const thread = many[i];
    if (thread !== null) join(thread);
  }
  checkEqual(u64(threadCount()), u64(threads), "no thread is left");
  makeAndJoin(1);
}

/** What a linker would make of three variables: 5, 6 and, in the zeros, 0. */
const image: array<u64, 2> = [5, 6];
const template: LocalTemplate = zeroed();
function useLocals(argument: ptr<unknown>): void {
  const self = asm<u64>`mov ${asm.result}, fs:[0]`;
  checkEqual(self, currentThread().threadPointer, "the thread pointer points to itself");
  const variables = pointer<u64>(self - 32);
  checkEqual(variables[0], 5, "the first variable");
  checkEqual(variables[1], 6, "the second");
  checkEqual(variables[2], 0, "the third, which the image has not");
  checkEqual(self & 63, 0, "aligned");
  for (let i: u64 = 0; i < 50; i++) {
    variables[2] = address(argument) + i;
    yieldNow();
    const seen = asm<u64>`mov ${asm.result}, fs:[-16]`;
    checkEqual(seen, address(argument) + i, "nobody else writes to it");
  }
}
export function threadLocals(): void {
  template.image = cast<u8>(addressOf(image));
  template.imageSize = 16;
  template.size = 24;
  template.alignment = 32;
  const options: ThreadOptions = init({ locals: addressOf(template) });
  const threads: array<ptr<Thread> | null, 6> = zeroed();
  for (let i: usize = 0; i < 6; i++)
    threads[i] = spawn("locals", useLocals, pointer<unknown>(i * 1000), addressOf(options));
  for (let i: usize = 0; i < 6; i++) {
    const thread = threads[i];
    check(thread !== null, "there is memory");
    if (thread !== null) join(thread);
  }
}
/** XMM0, XMM15, MXCSR and the x87 stack, between switches. */
function useVectors(argument: ptr<unknown>): void {
  const number = address(argument);
  const control: array<u32, 2> = [u32(0x1f80) | (truncate<u32>(number & 3) << 13), 0];
  const fresh: array<u32, 2> = zeroed();
  asm({ in: { rdi: addressOf(fresh) }, clobbers: ["memory"] })`stmxcsr [rdi]`;
  checkEqual(u64(fresh[0]), 0x1f80, "MXCSR as after reset");
  asm({ in: { rdi: addressOf(control), rax: number } })`
    movq xmm0, rax
    not rax
    movq xmm15, rax
    ldmxcsr [rdi]`;
  for (let i: u64 = 0; i < 50; i++) {
    if (i % 8 === 0) sleep(50_000);
    else yieldNow();
    const low = asm<u64>({ out: "rax" })`movq rax, xmm0`;
    const high = asm<u64>({ out: "rax" })`movq rax, xmm15`;
    asm({ in: { rdi: addressOf(fresh) }, clobbers: ["memory"] })`stmxcsr [rdi]`;
    checkEqual(low, number, "xmm0");
    checkEqual(high, ~number, "xmm15");
    checkEqual(u64(fresh[0]), u64(control[0]), "MXCSR");
  }
}
export function vectors(): void {
  const options: ThreadOptions = init({ vectors: true });
  const threads: array<ptr<Thread> | null, 6> = zeroed();
  for (let i: usize = 0; i < 6; i++)
    threads[i] = spawn("vectors", useVectors, pointer<unknown>(i * 0x0101_0101_0101 + 1), addressOf(options));
  for (let i: usize = 0; i < 6; i++) {
    const thread = threads[i];
    check(thread !== null, "there is memory");
    if (thread !== null) join(thread);
  }
}
