/**
 * Split virtqueues (virtio 1.2 §2.7). Three areas: a table of descriptors linked by index; the available ring, which the
 * driver writes; the used ring, which the device writes. Indices count up and wrap at 65,536.
 *
 *     available: +0 flags, +2 idx, +4 ring[size] of u16, +4+2×size used_event
 *     used:      +0 flags, +2 idx, +4 ring[size] of {u32 id, u32 len}, +4+8×size avail_event
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

/** The driver wants no interrupts: bit 0 of the available ring's flags. */
const NO_INTERRUPT = 1;

/** The parts of a split ring, as they must lie in RAM, and their alignment (§2.7). */
export const splitAreas = (setup: RingSetup): (Area & { readonly align: number })[] => [
  { address: setup.descriptors, length: setup.size * DESCRIPTOR_SIZE, align: 16 },
  { address: setup.driver, length: 6 + setup.size * 2, align: 2 },
  { address: setup.device, length: 6 + setup.size * 8, align: 4 },
];

export class SplitRing implements Ring {
  readonly size: number;
  readonly memory: RingSetup["memory"];
  readonly areas: readonly Area[];
  readonly #setup: RingSetup;
  #retired = false;
  /** The next entry of the available ring. */
  #available = 0;
  /** The next entry of the used ring. */
  #used = 0;
  /** `#used` when an interrupt was last thought of. */
  #signalled = 0;
  #inFlight = 0;

  /** The size must be a power of two, the areas aligned and in RAM: the transport sees to it. */
  constructor(setup: RingSetup) {
    this.size = setup.size;
    this.memory = setup.memory;
    this.areas = splitAreas(setup);
    this.#setup = setup;
    this.memory.write16(setup.device, 0);
  }

  get live(): boolean {
    return !this.#retired && this.#setup.reachable();
  }

  pop(): BufferChain | Malformed | undefined {
    const { driver } = this.#setup;
    const waiting = (this.memory.read16(driver + 2) - this.#available) & 0xffff;
    if (waiting === 0) {
      if (this.#setup.eventIndex)
        this.memory.write16(this.#setup.device + 4 + this.size * 8, this.#available);
      return undefined;
    }
    // A driver that keeps the rules has no more entries than there are descriptors, those in flight included.
    if (waiting + this.#inFlight > this.size) return new Malformed(`${waiting} available of ${this.size}`);
    const chain = new BufferChain(
      this,
      this.memory.read16(driver + 4 + (this.#available & (this.size - 1)) * 2),
    );
    const fault = this.#gather(chain);
    if (fault !== undefined) return new Malformed(fault);
    this.#available = (this.#available + 1) & 0xffff;
    this.#inFlight++;
    return chain;
  }

  unpop(chain: BufferChain): void {
    chain.returned = true;
    this.#available = (this.#available - 1) & 0xffff;
    this.#inFlight--;
  }

  push(chain: BufferChain, written: number): void {
    const { device } = this.#setup;
    const entry = device + 4 + (this.#used & (this.size - 1)) * 8;
    this.memory.write32(entry, chain.id);
    this.memory.write32(entry + 4, written);
    this.#used = (this.#used + 1) & 0xffff;
    this.memory.write16(device + 2, this.#used);
    this.#inFlight--;
  }

  wantsInterrupt(): boolean {
    const { driver, eventIndex } = this.#setup;
    const pushed = (this.#used - this.#signalled) & 0xffff;
    this.#signalled = this.#used;
    if (pushed === 0) return false;
    if (!eventIndex) return (this.memory.read16(driver) & NO_INTERRUPT) === 0;
    // Whether the entry that used_event names is among those pushed (§2.7.10).
    const event = this.memory.read16(driver + 4 + this.size * 2);
    return ((this.#used - event - 1) & 0xffff) < pushed;
  }

  retire(): void {
    this.#retired = true;
  }

  state(): Readonly<Record<string, number>> {
    return {
      available: this.#available,
      used: this.#used,
      signalled: this.#signalled,
      inFlight: this.#inFlight,
    };
  }

  /** Follows descriptors from the chain's head. Returns what is wrong with them. */
  #gather(chain: BufferChain): string | undefined {
    const { memory } = this;
    let table = this.#setup.descriptors;
    let count = this.size;
    let most = this.size;
    let indirect = false;
    let index = chain.id;
    for (let steps = 0; ; steps++) {
      if (index >= count) return `descriptor ${index} of ${count}`;
      if (steps === most) return `more than ${most} descriptors in a chain`;
      const at = table + index * DESCRIPTOR_SIZE;
      const address = memory.read64(at);
      const length = memory.read32(at + 8);
      const flags = memory.read16(at + 12);
      if ((flags & DESCRIPTOR.indirect) !== 0) {
        if (indirect) return "an indirect table in an indirect table";
        const fault = indirectFault(this.#setup, flags, address, length);
        if (fault !== undefined) return fault;
        table = address;
        count = length / DESCRIPTOR_SIZE;
        most = steps + 1 + Math.max(this.size, MOST_INDIRECT);
        indirect = true;
        index = 0;
        continue;
      }
      const fault = chain.add(address, length, (flags & DESCRIPTOR.write) !== 0);
      if (fault !== undefined) return fault;
      if ((flags & DESCRIPTOR.next) === 0) return undefined;
      index = memory.read16(at + 14);
    }
  }
}
