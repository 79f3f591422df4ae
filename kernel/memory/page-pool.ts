/**
 * Pools of single frames, one for each processor, before the buddy allocator: most requests are for one page, and find one here
 * without touching what is shared. A pool is filled and emptied by halves. It holds at most 30 frames, 120 KiB, whatever its
 * processor does, and when memory is short all pools are emptied by whoever is short of it. So each has a lock, which is nearly always its own.
 */
import { cpuIndex, MAX_CPUS } from "../arch/cpu.ts";
import type { SpinLock } from "../thread/spin-lock.ts";
import { giveSingles, takeSingles } from "./buddy.ts";
import { FrameState, frameOf, NO_FRAME } from "./frame-table.ts";
import { vitrine_memory } from "./memory-report.ts";

export const POOL_CAPACITY: u32 = 30;
const HALF: u32 = 15;

/** @align 64 */
class PagePool extends Struct {
  count: at<0, u32>;
  lock: at<4, SpinLock>;
  /** Their numbers; the last to come is the first to go. */
  frames: at<8, array<u32, typeof POOL_CAPACITY>>;

  /**
   * Frames from the buddy allocator, as many as it has, up to half a pool.
   * @noinline
   */
  private fill(): void {
    const frames = addressOf(this.frames[0]);
    this.count = takeSingles(frames, HALF);
    for (let i: u32 = 0; i < this.count; i++) frameOf(frames[i]).state = FrameState.Pooled;
  }
  /**
   * The oldest ones go, until `left` remain.
   * @noinline
   */
  private empty(left: u32): void {
    const going = this.count - left;
    for (let i: u32 = 0; i < going; i++) frameOf(this.frames[i]).state = FrameState.Inside;
    giveSingles(addressOf(this.frames[0]), going);
    for (let i: u32 = 0; i < left; i++) this.frames[i] = this.frames[going + i];
    this.count = left;
  }

  /** NO_FRAME: the pool is empty, and so is the buddy allocator. */
  take(): u32 {
    const flags = this.lock.lock();
    if (this.count === 0) this.fill();
    let number = NO_FRAME;
    if (this.count !== 0) {
      this.count--;
      number = this.frames[this.count];
    }
    this.lock.unlock(flags);
    return number;
  }
  give(number: u32): void {
    const flags = this.lock.lock();
    if (this.count === POOL_CAPACITY) this.empty(HALF);
    this.frames[this.count] = number;
    this.count++;
    this.lock.unlock(flags);
  }
  drain(): u32 {
    const flags = this.lock.lock();
    const count = this.count;
    this.empty(0);
    this.lock.unlock(flags);
    return count;
  }
}
static_assert(sizeof<PagePool>() === 128);

const pools: array<PagePool, typeof MAX_CPUS> = zeroed();

export function initPools(): void {
  vitrine_memory.pools = address(addressOf(pools));
  vitrine_memory.poolSize = u32(sizeof<PagePool>());
  vitrine_memory.poolCount = MAX_CPUS;
}
/** A frame, still in the state of pooled ones; NO_FRAME: there is none here, nor in the buddy allocator. */
export function takePooled(): u32 {
  return pools[cpuIndex()].take();
}
/** The frame is in the state of pooled ones. */
export function givePooled(number: u32): void {
  pools[cpuIndex()].give(number);
}
/** Frames in all pools. */
export function pooledFrames(): u32 {
  let count: u32 = 0;
  for (let i: usize = 0; i < pools.length; i++) count += atomicLoadRelaxed(addressOf(pools[i].count));
  return count;
}
/** A processor's frames go back to the buddy allocator; how many they were. */
export function drainPool(index: u32): u32 {
  return pools[index].drain();
}
/** All pools'. */
export function drainPools(): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < MAX_CPUS; i++) count += drainPool(i);
  return count;
}
