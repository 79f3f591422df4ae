/** A place where workers wait until all have come; again and again. Each is on a processor of its own, and spins. */

export class Barrier extends Struct {
  /** Who has come, ever. */
  arrived: u32;

  /** `count` is the same for all, always. */
  wait(count: u32): void {
    const mine = atomicAdd(addressOf(this.arrived), 1);
    const goal = mine - (mine % count) + count;
    while (truncate<i32>(atomicLoadAcquire(addressOf(this.arrived)) - goal) < 0) pause();
  }
}
