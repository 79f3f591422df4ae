/**
 * Packed virtqueues (virtio 1.2 §2.8). One ring of descriptors that driver and device both write; each keeps its place and a wrap
 * counter that flips when the place comes round. A descriptor is available if its AVAIL flag is the driver's wrap
 * counter and its USED flag is not; used if both are the device's.
 *
 *     descriptor: +0 u64 address, +8 u32 length, +12 u16 id, +14 u16 flags
 *     event suppression, driver's and device's: +0 u16 place and wrap counter (bit 15), +2 u16 flags
 */
import { type Area, BufferChain } from "./buffer-chain.ts";
import {
  DESCRIPTOR,
  DESCRIPTOR_SIZE,
  indirectFault,
  Malformed,
  MOST_INDIRECT,
  type Ring,
  type RingSetup,
} from "./ring.ts";

/** Values of the event suppression flags (§2.8.10). */
const EVENTS = { enable: 0, disable: 1, descriptor: 2 } as const;

/** The parts of a packed ring, as they must lie in RAM, and their alignment (§2.8). */
export const packedAreas = (setup: RingSetup): (Area & { readonly align: number })[] => [
  { address: setup.descriptors, length: setup.size * DESCRIPTOR_SIZE, align: 16 },
  { address: setup.driver, length: 4, align: 4 },
  { address: setup.device, length: 4, align: 4 },
];

export class PackedRing implements Ring {
  readonly size: number;
  readonly memory: RingSetup["memory"];
  readonly areas: readonly Area[];
  readonly #setup: RingSetup;
  #retired = false;
  /** Where the next available descriptor is expected, and the driver's wrap counter there. */
  #available = 0;
  #availableWrap = true;
  /** Where the next used descriptor goes, and the device's wrap counter there. */
  #used = 0;
  #usedWrap = true;
  /** Places passed by `#used` since an interrupt was last thought of. */
  #pushed = 0;
  /** Places of the chains popped and not pushed. */
  #inFlight = 0;

  /** Any size up to 32,768; the areas aligned and in RAM: the transport sees to it. */
  constructor(setup: RingSetup) {
    this.size = setup.size;
    this.memory = setup.memory;
    this.areas = packedAreas(setup);
    this.#setup = setup;
    this.memory.write32(setup.device, EVENTS.enable);
    this.#askForNotification();
  }

  get live(): boolean {
    return !this.#retired && this.#setup.reachable();
  }

  pop(): BufferChain | Malformed | undefined {
    const flags = this.memory.read16(this.#at(this.#available) + 14);
    const available = (flags & DESCRIPTOR.available) !== 0;
    if (available !== this.#availableWrap || available === ((flags & DESCRIPTOR.used) !== 0)) {
      this.#askForNotification();
      return undefined;
    }
    return this.#gather();
  }

  unpop(chain: BufferChain): void {
    chain.returned = true;
    this.#inFlight -= chain.slots;
    this.#available -= chain.slots;
    if (this.#available >= 0) return;
    this.#available += this.size;
    this.#availableWrap = !this.#availableWrap;
  }

  push(chain: BufferChain, written: number): void {
    const at = this.#at(this.#used);
    const wrap = this.#usedWrap ? DESCRIPTOR.available | DESCRIPTOR.used : 0;
    this.memory.write32(at + 8, written);
    this.memory.write16(at + 12, chain.id);
    this.memory.write16(at + 14, wrap | (written > 0 ? DESCRIPTOR.write : 0));
    this.#inFlight -= chain.slots;
    this.#pushed += chain.slots;
    this.#used += chain.slots;
    if (this.#used < this.size) return;
    this.#used -= this.size;
    this.#usedWrap = !this.#usedWrap;
  }

  wantsInterrupt(): boolean {
    const { driver, eventIndex } = this.#setup;
    const pushed = this.#pushed;
    this.#pushed = 0;
    if (pushed === 0) return false;
    const flags = this.memory.read16(driver + 2) & 3;
    if (flags === EVENTS.disable) return false;
    if (flags !== EVENTS.descriptor || !eventIndex) return true;
    // Whether the place that the driver names is among those passed. Its wrap counter says which round it means.
    const event = this.memory.read16(driver);
    const sameRound = ((event & 0x8000) !== 0) === this.#usedWrap;
    const place = (event & 0x7fff) - (sameRound ? 0 : this.size);
    return this.#used - pushed <= place && place < this.#used;
  }

  retire(): void {
    this.#retired = true;
  }

  state(): Readonly<Record<string, number | boolean>> {
    return {
      available: this.#available,
      availableWrap: this.#availableWrap,
      used: this.#used,
      usedWrap: this.#usedWrap,
      pushed: this.#pushed,
      inFlight: this.#inFlight,
    };
  }

  #at(place: number): number {
    return this.#setup.descriptors + place * DESCRIPTOR_SIZE;
  }

  #askForNotification(): void {
    if (!this.#setup.eventIndex) return;
    const { device } = this.#setup;
    this.memory.write16(device, this.#available | (this.#availableWrap ? 0x8000 : 0));
    this.memory.write16(device + 2, EVENTS.descriptor);
  }

  /** Collects the chain at the driver's place: neighbours while NEXT is set. The id is in the last (§2.8.6). */
  #gather(): BufferChain | Malformed {
    const { memory, size } = this;
    const room = size - this.#inFlight;
    const buffers: [number, number, boolean][] = [];
    for (let slots = 1; ; slots++) {
      if (slots > room) return new Malformed(`more than ${size} descriptors at once`);
      const at = this.#at((this.#available + slots - 1) % size);
      const address = memory.read64(at);
      const length = memory.read32(at + 8);
      const flags = memory.read16(at + 14);
      const indirect = (flags & DESCRIPTOR.indirect) !== 0;
      if (indirect) {
        const fault = indirectFault(this.#setup, flags, address, length);
        if (fault !== undefined) return new Malformed(fault);
        const count = length / DESCRIPTOR_SIZE;
        if (count > Math.max(size, MOST_INDIRECT)) return new Malformed(`an indirect table of ${count}`);
        // Its descriptors are neighbours too; of their flags only WRITE counts (§2.8.7).
        for (let i = address; i < address + length; i += DESCRIPTOR_SIZE) {
          buffers.push([
            memory.read64(i),
            memory.read32(i + 8),
            (memory.read16(i + 14) & DESCRIPTOR.write) !== 0,
          ]);
        }
      } else buffers.push([address, length, (flags & DESCRIPTOR.write) !== 0]);
      if ((flags & DESCRIPTOR.next) !== 0) continue;
      const chain = new BufferChain(this, memory.read16(at + 12));
      chain.slots = slots;
      for (const [start, bytes, write] of buffers) {
        const fault = chain.add(start, bytes, write);
        if (fault !== undefined) return new Malformed(fault);
      }
      this.#take(slots);
      return chain;
    }
  }

  #take(slots: number): void {
    this.#inFlight += slots;
    this.#available += slots;
    if (this.#available < this.size) return;
    this.#available -= this.size;
    this.#availableWrap = !this.#availableWrap;
  }
}
