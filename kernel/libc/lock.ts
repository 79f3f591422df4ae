/** A lock of the libc's own that one thread may take several times: a word that waiters sleep on (futex(2)). */
import { systemCall6 } from "./system.ts";
import { thisThread } from "./thread-block.ts";

const SYS_FUTEX = 202;
const WAIT_PRIVATE = 128;
const WAKE_PRIVATE = 129;

/** Sleeps while the word is `value`. */
export function waitWord(word: ptr<u32>, value: u32): i64 {
  return systemCall6(SYS_FUTEX, address(word), WAIT_PRIVATE, u64(value), 0, 0, 0);
}
export function wakeWord(word: ptr<u32>, most: u32): void {
  systemCall6(SYS_FUTEX, address(word), WAKE_PRIVATE, u64(most), 0, 0, 0);
}
/** 0: free; 1: taken; 2: taken, and someone may wait. */
export function lockWord(word: ptr<u32>): void {
  if (atomicCompareExchange(word, 0, 1) === 0) return;
  while (atomicExchange(word, 2) !== 0) waitWord(word, 2);
}
export function unlockWord(word: ptr<u32>): void {
  if (atomicExchange(word, 0) === 2) wakeWord(word, 1);
}
export class Lock extends Struct {
  word: u32;
  depth: u32;
  owner: usize;

  lock(): void {
    const self = address(thisThread());
    if (this.owner !== self) {
      lockWord(addressOf(this.word));
      this.owner = self;
    }
    this.depth++;
  }
  tryLock(): bool {
    const self = address(thisThread());
    if (this.owner !== self) {
      if (atomicCompareExchange(addressOf(this.word), 0, 1) !== 0) return false;
      this.owner = self;
    }
    this.depth++;
    return true;
  }
  unlock(): void {
    this.depth--;
    if (this.depth !== 0) return;
    this.owner = 0;
    unlockWord(addressOf(this.word));
  }
}
