/**
 * The traditional virtio memory balloon (virtio 1.2 §5.5): the host asks for pages, the guest gives them up and takes them
 * back. A page given up reads as zeros; its room is the guest's all the time, as the machine's memory is one piece. It
 * offers statistics, but neither hints, poison, reports of free pages nor deflation when the guest runs out of memory.
 */
import type { State } from "../device.ts";
import type { GuestMemory } from "../guest-memory.ts";
import { ConfigBytes } from "./config-bytes.ts";
import { type Chain, VIRTIO_TYPE, type VirtioDevice, type VirtioHost } from "./device.ts";

export const BALLOON_FEATURE = { statistics: 1 } as const;
export const BALLOON_QUEUE = { inflate: 0, deflate: 1, statistics: 2 } as const;

/** Offsets in the configuration. */
const CONFIG = { pages: 0, actual: 4, size: 8 } as const;
const PAGE = 4096;
const ZEROS = new Uint8Array(PAGE);
/** Page numbers of one request that are looked at; Linux sends 256. To give up a page's bytes is allowed, not required. */
const MOST_PAGES = 1024;

/** What the guest may tell of its memory, by tag (§5.5.6.4). Bytes, or events since it started. */
export const STATISTICS = [
  "swapIn",
  "swapOut",
  "majorFaults",
  "minorFaults",
  "free",
  "total",
  "available",
  "caches",
  "hugePagesAllocated",
  "hugePagesFailed",
] as const;
/** Bytes of one statistic: a tag of 16 bits, a value of 64. */
const STATISTIC = 10;
/** Bytes of statistics that are looked at. */
const MOST_STATISTICS = 64 * STATISTIC;

export type Statistics = { readonly [name in (typeof STATISTICS)[number]]?: number };

export interface BalloonOptions {
  readonly memory: GuestMemory;
  readonly name?: string;
}

export class VirtioBalloon implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.balloon;
  readonly features = 1n << BigInt(BALLOON_FEATURE.statistics);
  readonly queueCount = 3;
  readonly configSize = CONFIG.size;
  readonly #memory: GuestMemory;
  readonly #config = new ConfigBytes(CONFIG.size);
  #host: VirtioHost | undefined;
  /** The guest's buffer of statistics: giving it back asks for new ones. */
  #held: Chain | undefined;
  #statistics: Statistics = {};

  constructor(options: BalloonOptions) {
    this.#memory = options.memory;
    this.name = options.name ?? "virtio-balloon";
  }

  queueSize(_queue: number): number {
    return 128;
  }
  readConfig(offset: number, size: number): number {
    return this.#config.read(offset, size);
  }
  /** The driver tells how many pages are in the balloon. */
  writeConfig(offset: number, size: number, value: number): void {
    if (offset >= CONFIG.actual) this.#config.set(offset, size, value);
  }

  activate(host: VirtioHost): void {
    this.#host = host;
    for (let queue = 0; queue < this.queueCount; queue++) this.notified(queue);
  }
  deactivate(): void {
    this.#host = undefined;
    this.#held = undefined;
    this.#statistics = {};
    this.#config.set(CONFIG.actual, 4, 0);
  }
  /** The target stays: it is the host's. */
  reset(): void {
    this.deactivate();
  }

  notified(queue: number): void {
    const host = this.#host;
    if (host === undefined) return;
    if (queue === BALLOON_QUEUE.statistics) {
      if (host.has(BALLOON_FEATURE.statistics)) this.#take(host);
      return;
    }
    const requests = host.queue(queue);
    for (let chain = requests.pop(); chain !== undefined; chain = requests.pop()) {
      if (queue === BALLOON_QUEUE.inflate) this.#inflate(chain);
      requests.push(chain, 0);
    }
    requests.notify();
  }

  /** How many pages of 4 KiB the guest shall give up in all. Throws RangeError if that is not a whole number below 2^32. */
  setTarget(pages: number): void {
    if (!(Number.isInteger(pages) && pages >= 0 && pages < 2 ** 32)) {
      throw new RangeError(`a balloon of ${pages} pages`);
    }
    if (pages === this.target) return;
    this.#config.set(CONFIG.pages, 4, pages);
    this.#host?.configChanged();
  }
  get target(): number {
    return this.#config.read(CONFIG.pages, 4);
  }
  /** Pages in the balloon, as the guest says. */
  get actual(): number {
    return this.#config.read(CONFIG.actual, 4);
  }
  /** What the guest told last. Empty until it told anything. */
  get statistics(): Statistics {
    return this.#statistics;
  }
  /** Asks the guest for new statistics, which come later. False if it does not offer them, or has not answered yet. */
  askStatistics(): boolean {
    const chain = this.#held;
    if (this.#host === undefined || chain === undefined) return false;
    this.#held = undefined;
    const queue = this.#host.queue(BALLOON_QUEUE.statistics);
    queue.push(chain, 0);
    queue.notify();
    return true;
  }

  state(): State {
    return {
      target: this.target,
      actual: this.actual,
      holdsStatistics: this.#held !== undefined,
      statistics: { ...this.#statistics },
    };
  }

  #inflate(chain: Chain): void {
    const numbers = chain.read(0, MOST_PAGES * 4);
    const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.length);
    // What is not RAM stays what it is.
    for (let at = 0; at + 4 <= numbers.length; at += 4)
      this.#memory.write(view.getUint32(at, true) * PAGE, ZEROS);
  }

  /** The driver has one buffer at a time; if there are more, the last one counts. */
  #take(host: VirtioHost): void {
    const queue = host.queue(BALLOON_QUEUE.statistics);
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      if (this.#held !== undefined) queue.push(this.#held, 0);
      this.#held = chain;
      this.#statistics = parse(chain.read(0, MOST_STATISTICS));
    }
    queue.notify();
  }
}

/** Tags that are not known are passed over. Values are exact below 2^53. */
function parse(bytes: Uint8Array): Statistics {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: { [name in (typeof STATISTICS)[number]]?: number } = {};
  for (let at = 0; at + STATISTIC <= bytes.length; at += STATISTIC) {
    const name = STATISTICS[view.getUint16(at, true)];
    if (name !== undefined)
      found[name] = view.getUint32(at + 2, true) + view.getUint32(at + 6, true) * 2 ** 32;
  }
  return found;
}
