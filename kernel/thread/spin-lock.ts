/**
 * A lock for a few instructions: interrupts are off while it is held, so that its holder is never switched away and a handler
 * never waits for the code that it interrupted. It does not nest, and whoever waits spins.
 */
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";

export class SpinLock extends Struct {
  /** 1: held. */
  held: u32;

  /** Gives the flags of before, for `unlock`. */
  lock(): u64 {
    const flags = saveInterrupts();
    this.acquire();
    return flags;
  }
  unlock(flags: u64): void {
    this.release();
    restoreInterrupts(flags);
  }
  /** `lock` where interrupts are off already. */
  acquire(): void {
    while (atomicExchange(addressOf(this.held), 1) !== 0) {
      while (atomicLoadRelaxed(addressOf(this.held)) !== 0) pause();
    }
  }
  /** `unlock` that leaves interrupts off. */
  release(): void {
    atomicStoreRelease(addressOf(this.held), 0);
  }
}
