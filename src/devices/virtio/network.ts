/**
 * The virtio network device (virtio 1.2 §5.1): one pair of queues, the control queue, mergeable receive buffers. It offers
 * no offloads, no VLAN filter and no more queues, so a frame passes as it is. Frames shorter than an Ethernet header or longer
 * than 64 KiB are dropped. Frames that the guest has no room for wait, up to a limit; then new ones are dropped.
 */
import type { NetworkBackend } from "../../host/backends.ts";
import type { State } from "../device.ts";
import { ConfigBytes } from "./config-bytes.ts";
import { type Chain, VIRTIO_TYPE, type VirtioDevice, type VirtioHost, type Virtqueue } from "./device.ts";
import { ReceiveFilter } from "./receive-filter.ts";

export const NETWORK_FEATURE = {
  mac: 5,
  mergeableBuffers: 15,
  status: 16,
  controlQueue: 17,
  receiveModes: 18,
  extraReceiveModes: 20,
  setMac: 23,
} as const;

export const NETWORK_QUEUE = { receive: 0, transmit: 1, control: 2 } as const;

/** Offsets in the configuration. */
const CONFIG = { mac: 0, status: 6, size: 8 } as const;
const LINK_UP = 1;
/** Bytes of virtio_net_hdr (§5.1.6), all of them 0 where no offload was negotiated, but for the number of buffers. */
const HEADER = 12;
const HEADER_BUFFERS = 10;
const SHORTEST_FRAME = 14;
const LONGEST_FRAME = 65536;
const MOST_WAITING = 256;

/** Classes and commands of the control queue (§5.1.6.5). */
const CLASS = { receive: 0, mac: 1 } as const;
const MAC_COMMAND = { setTable: 0, setAddress: 1 } as const;
const ACK = { ok: 0, error: 1 } as const;

export interface NetworkOptions {
  readonly backend: NetworkBackend;
  /** Six bytes: the device's address until the driver sets another. */
  readonly mac: Uint8Array;
  readonly name?: string;
}

export class VirtioNetwork implements VirtioDevice {
  readonly name: string;
  readonly type = VIRTIO_TYPE.network;
  readonly features = Object.values(NETWORK_FEATURE).reduce((bits, bit) => bits | (1n << BigInt(bit)), 0n);
  readonly queueCount = 3;
  readonly configSize = CONFIG.size;
  readonly #backend: NetworkBackend;
  readonly #mac: Uint8Array;
  readonly #config = new ConfigBytes(CONFIG.size);
  readonly #filter = new ReceiveFilter();
  readonly #waiting: Uint8Array[] = [];
  /** Frames since power-up, for people. */
  readonly #counts = { sent: 0, received: 0, dropped: 0 };
  #linkUp = true;
  #host: VirtioHost | undefined;

  /** Takes the backend over: its `receive` is the device's. Throws RangeError if the address is not six bytes. */
  constructor(options: NetworkOptions) {
    const { backend, mac, name = "virtio-net" } = options;
    if (mac.length !== 6) throw new RangeError(`a MAC address has 6 bytes, not ${mac.length}`);
    this.name = name;
    this.#backend = backend;
    this.#mac = mac.slice();
    this.deactivate();
    backend.receive = (frame) => this.#arrived(frame);
  }

  queueSize(queue: number): number {
    return queue === NETWORK_QUEUE.control ? 64 : 256;
  }
  readConfig(offset: number, size: number): number {
    return this.#config.read(offset, size);
  }
  writeConfig(_offset: number, _size: number, _value: number): void {}
  /** Control commands need the control queue (§5.1.3.1). */
  accepts(features: bigint): boolean {
    const has = (feature: number): boolean => ((features >> BigInt(feature)) & 1n) === 1n;
    return (
      has(NETWORK_FEATURE.controlQueue) || !(has(NETWORK_FEATURE.receiveModes) || has(NETWORK_FEATURE.setMac))
    );
  }

  activate(host: VirtioHost): void {
    this.#host = host;
    this.#filter.everything = !host.has(NETWORK_FEATURE.receiveModes);
    for (let queue = this.queueCount - 1; queue >= 0; queue--) this.notified(queue);
  }
  deactivate(): void {
    this.#host = undefined;
    this.#waiting.length = 0;
    this.#filter.reset(this.#mac);
    this.#config.setBytes(CONFIG.mac, this.#mac);
    this.#config.set(CONFIG.status, 2, this.#linkUp ? LINK_UP : 0);
  }
  reset(): void {
    this.deactivate();
    Object.assign(this.#counts, { sent: 0, received: 0, dropped: 0 });
  }

  notified(queue: number): void {
    const host = this.#host;
    if (host === undefined) return;
    if (queue === NETWORK_QUEUE.receive) this.#deliver(host);
    else if (queue === NETWORK_QUEUE.transmit) this.#transmit(host);
    else if (host.has(NETWORK_FEATURE.controlQueue)) this.#control(host);
  }

  /** Plugs the cable in or out. While it is out, frames are lost both ways. A reset leaves it as it is. */
  setLink(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    this.#config.set(CONFIG.status, 2, up ? LINK_UP : 0);
    this.#host?.configChanged();
  }

  state(): State {
    return {
      link: this.#linkUp,
      filter: this.#filter.state(),
      waiting: this.#waiting.map((frame) =>
        Array.from(frame, (b) => b.toString(16).padStart(2, "0")).join(""),
      ),
      ...this.#counts,
    };
  }

  /** The header before the frame says nothing, as no offload was negotiated: it is not looked at. */
  #transmit(host: VirtioHost): void {
    const queue = host.queue(NETWORK_QUEUE.transmit);
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const length = chain.readable - HEADER;
      const frame = isFrame(length) && this.#linkUp ? chain.read(HEADER, length) : undefined;
      queue.push(chain, 0);
      if (frame?.length === length) {
        this.#counts.sent++;
        this.#backend.send(frame);
      } else this.#counts.dropped++;
    }
    queue.notify();
  }

  /** A frame from the cable. It may be another's once this returns. */
  #arrived(frame: Uint8Array): void {
    const host = this.#host;
    if (host === undefined || !this.#linkUp || !isFrame(frame.length)) this.#counts.dropped++;
    else if (!this.#filter.accepts(frame)) return;
    else if (this.#waiting.length >= MOST_WAITING) this.#counts.dropped++;
    else {
      this.#waiting.push(frame.slice());
      this.#deliver(host);
    }
  }

  /** Frames that wait go to the guest, as far as it has room. */
  #deliver(host: VirtioHost): void {
    const queue = host.queue(NETWORK_QUEUE.receive);
    const mergeable = host.has(NETWORK_FEATURE.mergeableBuffers);
    let done = 0;
    for (const frame of this.#waiting) {
      const chains = roomFor(queue, HEADER + frame.length, mergeable);
      if (chains === "none") break;
      done++;
      if (chains === "never") {
        this.#counts.dropped++;
        continue;
      }
      this.#counts.received++;
      const bytes = new Uint8Array(HEADER + frame.length);
      bytes[HEADER_BUFFERS] = chains.length & 255;
      bytes[HEADER_BUFFERS + 1] = chains.length >> 8;
      bytes.set(frame, HEADER);
      let at = 0;
      for (const chain of chains) {
        at += chain.write(bytes.subarray(at, at + chain.writable));
        queue.push(chain, chain.written);
      }
    }
    this.#waiting.splice(0, done);
    if (done > 0) queue.notify();
  }

  #control(host: VirtioHost): void {
    const queue = host.queue(NETWORK_QUEUE.control);
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      chain.write(Uint8Array.of(this.#command(host, chain) ? ACK.ok : ACK.error));
      queue.push(chain, chain.written);
    }
    queue.notify();
  }

  /** False for a command that is not known, not negotiated, or cut short. */
  #command(host: VirtioHost, chain: Chain): boolean {
    const [kind, command] = chain.read(0, 2);
    if (command === undefined) return false;
    if (kind === CLASS.receive) {
      const [on] = chain.read(2, 1);
      if (on === undefined) return false;
      const feature = command < 2 ? NETWORK_FEATURE.receiveModes : NETWORK_FEATURE.extraReceiveModes;
      return host.has(feature) && this.#filter.setMode(command, on !== 0);
    }
    if (kind !== CLASS.mac) return false;
    if (command === MAC_COMMAND.setTable) {
      return host.has(NETWORK_FEATURE.receiveModes) && this.#filter.setTable(chain, 2);
    }
    const mac = chain.read(2, 6);
    if (command !== MAC_COMMAND.setAddress || !host.has(NETWORK_FEATURE.setMac) || mac.length < 6)
      return false;
    this.#filter.setAddress(mac);
    this.#config.setBytes(CONFIG.mac, mac);
    return true;
  }
}

const isFrame = (length: number): boolean => length >= SHORTEST_FRAME && length <= LONGEST_FRAME;

/**
 * Takes chains that have room for `length` bytes together: one, or several if they may be merged. "none": there are too few
 * now, and all are back in the queue. "never": this driver's buffers are too small for it.
 */
function roomFor(queue: Virtqueue, length: number, mergeable: boolean): Chain[] | "none" | "never" {
  const chains: Chain[] = [];
  const most = mergeable ? queue.size : 1;
  for (let room = 0; room < length; ) {
    const chain = chains.length < most ? queue.pop() : undefined;
    if (chain === undefined) {
      for (const taken of [...chains].reverse()) queue.unpop(taken);
      return chains.length > 0 && chains.length === most ? "never" : "none";
    }
    chains.push(chain);
    room += chain.writable;
  }
  return chains;
}
