// A ticket lock by atomics.
// expect: 3 3 locked free
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

class Lock extends Struct {
  next: u32;
  serving: u32;
  acquire(): void {
    const mine = atomicAdd(addressOf(this.next), 1);
    while (atomicLoadAcquire(addressOf(this.serving)) !== mine) pause();
  }
  release(): void {
    atomicStoreRelease(addressOf(this.serving), atomicLoadRelaxed(addressOf(this.serving)) + 1);
  }
  isLocked(): bool {
    return this.next !== this.serving;
  }
}
const lock: Lock = zeroed();
export function main(): i32 {
  for (let i: u32 = 0; i < 3; i++) {
    lock.acquire();
    lock.release();
  }
  printU64(u64(lock.next));
  print(" ");
  printU64(u64(lock.serving));
  lock.acquire();
  print(lock.isLocked() ? " locked" : " free");
  lock.release();
  print(lock.isLocked() ? " locked" : " free");
  newline();
  return 0;
}
