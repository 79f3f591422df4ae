/**
 * The virtio block device (virtio 1.2 §5.2): one queue, sectors of 512 bytes, requests done in order. It has no geometry, no
 * secure erase, no zones, no cache that the driver could switch.
 *
 * Time: a request's data begin to move 20 µs after it was made, and not before those of the request ahead are through; they
 * move at 2 GB/s, and its answer is there when they have. Answers that would come within 5 µs of each other come together, so
 * that a run of small requests costs one interrupt. Large requests move in parts of 1 MiB, each at its time.
 */
import type { BlockBackend } from "../../host/backends.ts";
import type { Clock, Timer } from "../clock.ts";
import type { State } from "../device.ts";
import { type BlockRequest, type BlockRules, parseRequest, RANGES, SECTOR } from "./block-request.ts";
import { ConfigBytes } from "./config-bytes.ts";
import { VIRTIO_TYPE, type VirtioDevice, type VirtioHost } from "./device.ts";

const FEATURE = { segMax: 2, readOnly: 5, blockSize: 6, flush: 9, discard: 13, writeZeroes: 14 } as const;
const bit = (feature: number): bigint => 1n << BigInt(feature);

const QUEUE_SIZE = 256;
/** Header and status take two descriptors. */
const SEG_MAX = QUEUE_SIZE - 2;

/** Offsets in struct virtio_blk_config (§5.2.4). */
const CONFIG = {
  capacity: 0,
  segMax: 12,
  blockSize: 20,
  maxDiscardSectors: 36,
  maxDiscardRanges: 40,
  discardAlignment: 44,
  maxZeroSectors: 48,
  maxZeroRanges: 52,
  zeroMayUnmap: 56,
  size: 60,
} as const;

const LATENCY_SECONDS = 20e-6;
const BYTES_A_SECOND = 2e9;
const GATHER_SECONDS = 5e-6;
const PART = 2 ** 20;

interface Pending {
  readonly request: BlockRequest;
  /** The cycle at which its data begin to move. */
  readonly start: number;
  /** The cycle of its answer. */
  readonly end: number;
}

export interface BlockOptions {
  readonly backend: BlockBackend;
  readonly clock: Clock;
  /** Up to 20 ASCII characters that GET_ID gives. */
  readonly id?: string;
  readonly name?: string;
}

export class VirtioBlock implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.block;
  readonly features: bigint;
  readonly queueCount = 1;
  readonly configSize = CONFIG.size;
  readonly #backend: BlockBackend;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #config = new ConfigBytes(CONFIG.size);
  #host: VirtioHost | undefined;
  #rules: BlockRules | undefined;
  /** In order; never more than the queue has elements. */
  readonly #pending: Pending[] = [];

  constructor(options: BlockOptions) {
    this.name = options.name ?? "virtio-block";
    this.#backend = options.backend;
    this.#id = options.id ?? "vitrine";
    this.#clock = options.clock;
    this.#timer = options.clock.timer(this.name, (deadline) => this.#work(deadline));
    const always = bit(FEATURE.segMax) | bit(FEATURE.blockSize) | bit(FEATURE.flush);
    const writable = bit(FEATURE.discard) | bit(FEATURE.writeZeroes);
    this.features = always | (options.backend.readOnly ? bit(FEATURE.readOnly) : writable);
    const config = this.#config;
    config.set(CONFIG.capacity, 8, Math.floor(options.backend.size / SECTOR));
    config.set(CONFIG.segMax, 4, SEG_MAX);
    config.set(CONFIG.blockSize, 4, SECTOR);
    if (options.backend.readOnly) return;
    config.set(CONFIG.maxDiscardSectors, 4, RANGES.sectors);
    config.set(CONFIG.maxDiscardRanges, 4, RANGES.most);
    config.set(CONFIG.discardAlignment, 4, 1);
    config.set(CONFIG.maxZeroSectors, 4, RANGES.sectors);
    config.set(CONFIG.maxZeroRanges, 4, RANGES.most);
    config.set(CONFIG.zeroMayUnmap, 1, 1);
  }

  queueSize(): number {
    return QUEUE_SIZE;
  }
  readConfig(offset: number, size: number): number {
    return this.#config.read(offset, size);
  }
  /** Nothing is the driver's to write: the cache's mode is not offered. */
  writeConfig(): void {}

  reset(): void {
    this.deactivate();
  }

  activate(host: VirtioHost): void {
    this.#host = host;
    this.#rules = {
      backend: this.#backend,
      id: this.#id,
      writeThrough: !host.has(FEATURE.flush),
      discard: host.has(FEATURE.discard),
      writeZeroes: host.has(FEATURE.writeZeroes),
    };
  }

  deactivate(): void {
    this.#host = undefined;
    this.#rules = undefined;
    this.#pending.length = 0;
    this.#timer.disarm();
  }

  notified(index: number): void {
    const queue = this.#host?.queue(index);
    const rules = this.#rules;
    if (queue === undefined || rules === undefined) return;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const request = parseRequest(chain, rules);
      if (request === undefined) {
        this.#host?.broken("a block request without header or status");
        return;
      }
      const ahead = this.#pending.at(-1)?.end ?? 0;
      const start = Math.max(this.#clock.now + this.#cycles(LATENCY_SECONDS), ahead);
      this.#pending.push({ request, start, end: start + this.#cycles(request.length / BYTES_A_SECOND) });
    }
    this.#arm();
  }

  state(): State {
    return {
      pending: this.#pending.map(({ start, end, request }) => [start, end, request.length, request.left]),
      deadline: this.#timer.deadline ?? null,
    };
  }

  #cycles(seconds: number): number {
    return Math.round(seconds * this.#clock.frequency);
  }

  /** When the next part of a request has moved. */
  #due({ request, start, end }: Pending): number {
    const moved = request.length - request.left;
    return Math.min(end, start + this.#cycles(Math.min(request.length, moved + PART) / BYTES_A_SECOND));
  }

  #arm(): void {
    const first = this.#pending[0];
    if (first !== undefined) this.#timer.arm(this.#due(first));
  }

  #work(now: number): void {
    const queue = this.#host?.queue(0);
    if (queue === undefined) return;
    const until = now + this.#cycles(GATHER_SECONDS);
    for (;;) {
      const first = this.#pending[0];
      if (first === undefined || this.#due(first) > until) break;
      const { request } = first;
      if (request.left > 0) request.move(Math.min(request.left, PART));
      if (request.left > 0) continue;
      this.#pending.shift();
      queue.push(request.chain, request.finish());
    }
    queue.notify();
    this.#arm();
  }
}
