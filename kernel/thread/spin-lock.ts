/**
 * A lock for a few instructions: interrupts are off while it is held, so that its holder is never switched away and a handler
 * never waits for the code that it interrupted. It does not nest, and whoever waits spins.
 */
import { cpuIndex } from "../arch/cpu.ts";
import { restoreInterrupts, saveInterrupts } from "../arch/instructions.ts";
import { panicWith } from "../panic.ts";

export class SpinLock extends Struct {
  /** 1 + the number of the processor that holds it; 0: it is free. */
  holder: u32;

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
    const self = cpuIndex() + 1;
    if (atomicCompareExchange(addressOf(this.holder), 0, self) !== 0) this.wait(self);
  }
  /** `unlock` that leaves interrupts off. Debug builds look whether the processor holds it. */
  release(): void {
    if (DEBUG && atomicLoadRelaxed(addressOf(this.holder)) !== cpuIndex() + 1) this.complain();
    atomicStoreRelease(addressOf(this.holder), 0);
  }
  /** @noinline */
  complain(): never {
    panicWith(
      "a spin lock is released by a processor that does not hold it",
      "holder",
      u64(this.holder),
      "processor",
      u64(cpuIndex()),
    );
  }
  /** @noinline */
  wait(self: u32): void {
    do {
      for (;;) {
        const holder = atomicLoadRelaxed(addressOf(this.holder));
        if (holder === 0) break;
        if (holder === self)
          panicWith(
            "a spin lock is taken twice",
            "lock",
            address(addressOf(this)),
            "processor",
            u64(self - 1),
          );
        pause();
      }
    } while (atomicCompareExchange(addressOf(this.holder), 0, self) !== 0);
  }
}
