/**
 * A virtqueue as devices use it, over either format of ring (virtio 1.2 §2.6). It has a ring while the driver has it
 * enabled; what is wrong with the ring breaks the device, and the queue is empty from then on.
 */
import type { State } from "../device.ts";
import { BufferChain } from "./buffer-chain.ts";
import type { Chain, Virtqueue } from "./device.ts";
import { Malformed, type Ring } from "./ring.ts";

/** The transport, as its queues see it. */
export interface QueueHost {
  /** Whether queues are worked on: the driver is ready and the device may use memory. */
  readonly running: boolean;
  /** Marks the device broken. */
  broken(reason: string): void;
  /** Interrupts the driver for a queue. */
  interrupt(queue: number): void;
}

export class RingQueue implements Virtqueue {
  readonly index: number;
  readonly #host: QueueHost;
  #ring: Ring | undefined;

  constructor(index: number, host: QueueHost) {
    this.index = index;
    this.#host = host;
  }

  get size(): number {
    return this.#ring?.size ?? 0;
  }
  get enabled(): boolean {
    return this.#ring !== undefined;
  }

  enable(ring: Ring): void {
    this.disable();
    this.#ring = ring;
  }
  /** Chains that are out become empty shells. */
  disable(): void {
    this.#ring?.retire();
    this.#ring = undefined;
  }

  pop(): Chain | undefined {
    if (!this.#host.running) return undefined;
    const chain = this.#ring?.pop();
    if (!(chain instanceof Malformed)) return chain;
    this.#host.broken(`queue ${this.index}: ${chain.reason}`);
    return undefined;
  }

  unpop(chain: Chain): void {
    const own = this.#own(chain);
    if (own) this.#ring?.unpop(own);
  }

  push(chain: Chain, written: number): void {
    const own = this.#own(chain);
    if (!own) return;
    own.returned = true;
    if (own.source.live) this.#ring?.push(own, Math.min(written, own.writable));
  }

  notify(): void {
    if (this.#host.running && this.#ring?.wantsInterrupt()) this.#host.interrupt(this.index);
  }

  state(): State {
    return this.#ring?.state() ?? null;
  }

  /** The chain, if it is out of the ring that is there now. */
  #own(chain: Chain): BufferChain | undefined {
    const own = chain instanceof BufferChain && !chain.returned && chain.source === this.#ring;
    return own ? chain : undefined;
  }
}
