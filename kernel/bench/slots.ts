/** Places for live objects, of which some are taken: what a workload holds. Storage is the workload's own, not the allocator's. */
import type { Meter } from "./meter.ts";
import type { Random } from "./random.ts";

class Slot extends Struct {
  /** Null: free. */
  object: ptr<u8> | null;
  size: usize;
}
/** Of all threads together. */
const ROOM = 32_768;
const room: array<Slot, typeof ROOM> = zeroed();
let taken: usize = 0;

export class Slots extends Struct {
  first: ptr<Slot>;
  count: usize;

  /** Takes room for `count`; fewer if there is not so much. Before threads start. */
  prepare(count: usize): void {
    const left = ROOM - taken;
    this.count = count < left ? count : left;
    this.first = addressOf(room[taken < ROOM ? taken : 0]);
    taken += this.count;
  }
  has(index: usize): bool {
    return this.first[index].object !== null;
  }
  /** Into a free slot. False if there was no memory. */
  fill(meter: ptr<Meter>, index: usize, size: usize): bool {
    return this.keep(index, meter.allocate(size), size);
  }
  keep(index: usize, object: ptr<u8> | null, size: usize): bool {
    this.first[index].object = object;
    this.first[index].size = size;
    return object !== null;
  }
  /** What is there is freed, if anything is. */
  empty(meter: ptr<Meter>, index: usize): void {
    const object = this.first[index].object;
    const size = this.first[index].size;
    if (object === null) return;
    meter.release(object, size);
    this.first[index].object = null;
  }
  /** Grows or shrinks what is there; if there is no memory, it stays. */
  resize(meter: ptr<Meter>, index: usize, size: usize): void {
    const slot = addressOf(this.first[index]);
    if (slot.object === null) return;
    const moved = meter.resize(slot.object, slot.size, size);
    if (moved === null) return;
    slot.object = moved;
    slot.size = size;
  }
  emptyAll(meter: ptr<Meter>): void {
    for (let i: usize = 0; i < this.count; i++) this.empty(meter, i);
  }
  /** Frees them in an order that has nothing to do with that in which they were made. */
  emptyShuffled(meter: ptr<Meter>, random: ptr<Random>): void {
    for (let i = this.count; i > 1; i--) {
      const other = random.below(i);
      const here: Slot = this.first[i - 1];
      this.first[i - 1] = this.first[other];
      this.first[other] = here;
    }
    this.emptyAll(meter);
  }
  /** Exchanges what two have. */
  exchange(index: usize, other: ptr<Slots>, otherIndex: usize): void {
    const here: Slot = this.first[index];
    this.first[index] = other.first[otherIndex];
    other.first[otherIndex] = here;
  }
}
