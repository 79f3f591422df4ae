/**
 * A small virtio driver for tests of devices: it finds the registers by the capabilities, negotiates, builds rings by hand in
 * fake memory, split or packed, and follows the rules of virtio 1.2 §2.7 and §2.8 for drivers. Written from the
 * specification alone: it shares no code with the devices.
 */

import { assignResources } from "../../../src/devices/pci/assign-resources.ts";
import { PciBus } from "../../../src/devices/pci/bus.ts";
import type { VirtioDevice } from "../../../src/devices/virtio/device.ts";
import { VirtioPci } from "../../../src/devices/virtio/transport.ts";
import { FakeLine } from "../fake-clock.ts";
import { FakeMemory } from "../fake-memory.ts";
import { FakeMmio, FakePorts } from "../pci/spaces.ts";

/** A buffer of a request: bytes for the device, or so much room for its answer. */
export type Part = Uint8Array | number;

export interface DriverOptions {
  /** Bytes of RAM. Default 4 MiB. */
  readonly ram?: number;
  readonly packed?: boolean;
  readonly eventIndex?: boolean;
  readonly indirect?: boolean;
  /** The device's own bits to accept. Default: all that it offers. */
  readonly features?: bigint;
  /** MSI-X with a vector for each queue, and 0 for the configuration; or the pin. Default true. */
  readonly msix?: boolean;
  /** Elements of each queue; default what the device says. */
  readonly queueSize?: number;
  readonly trace?: (text: string) => void;
}

const BIT = { indirect: 28n, eventIndex: 29n, version1: 32n, packed: 34n, ringReset: 40n };
/** Where the driver's memory begins; below are the rings' and buffers' unmapped low pages. */
const FIRST = 0x1000;

/** What the device answered to a request. */
export interface Answer {
  readonly token: number;
  /** Bytes the device says it wrote. */
  readonly length: number;
  /** The writable room of the request, as it is now. */
  readonly bytes: Uint8Array;
}

export class Driver {
  readonly memory: FakeMemory;
  readonly ports = new FakePorts();
  readonly mmio: FakeMmio;
  readonly line = new FakeLine();
  /** Vectors of the messages that came, in order; emptied by `taken`. */
  messages: number[] = [];
  readonly bus: PciBus;
  readonly transport: VirtioPci;
  readonly queues: DriverQueue[] = [];
  readonly options: DriverOptions;
  /** Addresses of the registers. */
  readonly at: { common: number; isr: number; device: number; notify: number };
  /** All features that were negotiated. */
  features = 0n;
  readonly notifyMultiplier: number;
  #free = FIRST;

  /** Finds the device. With `start` false the device is left as after reset. */
  constructor(device: VirtioDevice, options: DriverOptions = {}, start = true) {
    this.options = options;
    this.memory = new FakeMemory(options.ram ?? 4 << 20);
    this.mmio = new FakeMmio(this.memory.bytes.length);
    const { trace } = options;
    this.transport = new VirtioPci({
      device,
      memory: this.memory,
      ...(trace && { trace: (text: () => string) => trace(text()) }),
    });
    this.bus = new PciBus({
      ports: this.ports,
      memory: this.mmio,
      messages: { message: (_address, data) => this.messages.push(data) },
      wire: () => this.line,
    });
    this.bus.add(3, 0, this.transport.function);
    this.bus.reset();
    assignResources(this.bus, {
      io: { start: 0xc000, size: 0x1000 },
      memory: { start: 0xe0000000, size: 0x1000000 },
    });
    this.config(4, 2, this.config(4, 2) | 4);
    this.at = { common: this.#find(1), isr: this.#find(3), device: this.#find(4), notify: this.#find(2) };
    this.notifyMultiplier = this.config(this.#capability(2) + 16, 4);
    if (start) this.start();
  }

  /** Configuration space: reads, or writes with a value. */
  config(offset: number, size: number, value?: number): number {
    const place = 3 * 8;
    if (value === undefined) return this.bus.read(place, offset, size);
    this.bus.write(place, offset, size, value);
    return value;
  }
  /** A register of the common configuration: reads, or writes with a value. */
  common(offset: number, size: 1 | 2 | 4, value?: number): number {
    if (value === undefined) return this.mmio.read(this.at.common + offset, size);
    this.mmio.write(this.at.common + offset, size, value);
    return value;
  }
  /** The device's own configuration: reads, or writes with a value. */
  deviceConfig(offset: number, size: 1 | 2 | 4, value?: number): number {
    if (value === undefined) return this.mmio.read(this.at.device + offset, size);
    this.mmio.write(this.at.device + offset, size, value);
    return value;
  }
  get status(): number {
    return this.common(20, 1);
  }
  set status(value: number) {
    this.common(20, 1, value);
  }
  get isr(): number {
    return this.mmio.read(this.at.isr, 1);
  }
  /** DEVICE_NEEDS_RESET. */
  get broken(): boolean {
    return (this.status & 0x40) !== 0;
  }
  get offered(): bigint {
    let all = 0n;
    for (const word of [1, 0]) {
      this.common(0, 4, word);
      all = (all << 32n) | BigInt(this.common(4, 4));
    }
    return all;
  }
  /** The vectors that interrupted since this was called last. */
  taken(): number[] {
    const { messages } = this;
    this.messages = [];
    return messages;
  }
  /** Memory of the driver's own, aligned to 16, zeroed. */
  allocate(length: number, align = 16): number {
    const at = Math.ceil(this.#free / align) * align;
    this.#free = at + length;
    if (this.#free > this.memory.bytes.length) throw new Error("the test's memory is full");
    this.memory.bytes.fill(0, at, at + length);
    return at;
  }

  /** Reset, features, queues, DRIVER_OK: §3.1.1. Throws if the device refuses the features. */
  start(): void {
    this.negotiate();
    const { options } = this;
    if (options.msix !== false) this.#enableMsix();
    const count = this.common(18, 2);
    for (let i = 0; i < count; i++) this.queues[i] = this.setUp(i);
    this.status = 15;
  }

  /** Up to FEATURES_OK. */
  negotiate(): void {
    this.status = 0;
    this.status = 1;
    this.status = 3;
    const { options, offered } = this;
    const own = offered & (0xffffffn | (-1n << 50n));
    let features = (options.features ?? own) | (1n << BIT.version1) | (1n << BIT.ringReset);
    if (options.packed) features |= 1n << BIT.packed;
    if (options.eventIndex) features |= 1n << BIT.eventIndex;
    if (options.indirect !== false) features |= 1n << BIT.indirect;
    this.features = features;
    for (const word of [0, 1]) {
      this.common(8, 4, word);
      this.common(12, 4, Number(BigInt.asUintN(32, features >> BigInt(word * 32))));
    }
    this.status = 11;
    if ((this.status & 8) === 0) throw new Error("features refused");
  }

  /** Gives the device a ring for a queue and enables it. */
  setUp(index: number): DriverQueue {
    this.common(22, 2, index);
    if (this.options.queueSize !== undefined) this.common(24, 2, this.options.queueSize);
    const queue = this.options.packed
      ? new PackedQueue(this, index, this.common(24, 2))
      : new SplitQueue(this, index, this.common(24, 2));
    for (const [i, address] of [queue.descriptors, queue.driverArea, queue.deviceArea].entries()) {
      this.common(32 + i * 8, 4, address);
      this.common(36 + i * 8, 4, 0);
    }
    if (this.options.msix !== false) this.common(26, 2, index + 1);
    this.common(28, 2, 1);
    return queue;
  }

  /** Tells the device of a queue, needed or not. */
  kick(index: number): void {
    this.common(22, 2, index);
    const offset = this.common(30, 2) * this.notifyMultiplier;
    this.mmio.write(this.at.notify + offset, 2, index);
  }

  #enableMsix(): void {
    const at = this.#next(0x11);
    const table = this.config(at + 4, 4);
    const base = this.config(0x10 + (table & 7) * 4, 4) & ~15;
    const vectors = (this.config(at + 2, 2) & 0x7ff) + 1;
    for (let i = 0; i < vectors; i++) {
      const entry = (base >>> 0) + (table & ~7) + i * 16;
      this.mmio.write(entry, 4, 0xfee00000);
      this.mmio.write(entry + 8, 4, i);
      this.mmio.write(entry + 12, 4, 0);
    }
    this.config(at + 2, 2, 0x8000);
    this.common(16, 2, 0);
  }

  /** The offset of a capability of that id, for virtio's vendor capabilities of a type too; -1 if there is none. */
  #next(id: number, type?: number): number {
    let at = this.config(0x34, 1);
    for (let i = 0; at !== 0 && i < 48; i++) {
      const found = this.config(at, 1) === id && (type === undefined || this.config(at + 3, 1) === type);
      if (found) return at;
      at = this.config(at + 1, 1);
    }
    return -1;
  }
  #capability(type: number): number {
    return this.#next(9, type);
  }
  #find(type: number): number {
    const at = this.#capability(type);
    if (at < 0) return -1;
    const bar = this.config(at + 4, 1);
    const base = this.config(0x10 + bar * 4, 4) & ~15;
    return (base >>> 0) + this.config(at + 8, 4);
  }
}

interface Descriptor {
  readonly address: number;
  readonly length: number;
  readonly write: boolean;
}

/** One queue of the driver. */
export abstract class DriverQueue {
  readonly driver: Driver;
  readonly index: number;
  readonly size: number;
  abstract readonly descriptors: number;
  abstract readonly driverArea: number;
  abstract readonly deviceArea: number;
  /** Writable buffers of requests in flight, by token. */
  protected readonly room = new Map<number, Descriptor[]>();

  constructor(driver: Driver, index: number, size: number) {
    this.driver = driver;
    this.index = index;
    this.size = size;
  }

  /** Makes a request available without a notification. Readable parts first. Returns its token. */
  add(parts: readonly Part[], indirect = false): number {
    const buffers = parts.map((part) => {
      const length = typeof part === "number" ? part : part.length;
      const address = this.driver.allocate(length, 1);
      if (typeof part !== "number") this.driver.memory.bytes.set(part, address);
      return { address, length, write: typeof part === "number" };
    });
    const token = this.addDescriptors(buffers, indirect);
    this.room.set(
      token,
      buffers.filter((b) => b.write),
    );
    return token;
  }
  /** Notifies the device, if it wants that. Returns whether it did. */
  kick(): boolean {
    const wanted = this.wantsKick();
    if (wanted) this.driver.kick(this.index);
    return wanted;
  }
  /** Adds a request and notifies. */
  send(parts: readonly Part[], indirect = false): number {
    const token = this.add(parts, indirect);
    this.kick();
    return token;
  }
  /** What the device has answered since this was called last. */
  answers(): Answer[] {
    const all: Answer[] = [];
    for (let used = this.nextUsed(); used !== undefined; used = this.nextUsed()) {
      const buffers = this.room.get(used.token);
      if (buffers === undefined) throw new Error(`the device used ${used.token}, which is not in flight`);
      this.room.delete(used.token);
      const bytes = new Uint8Array(buffers.reduce((sum, b) => sum + b.length, 0));
      let at = 0;
      for (const b of buffers) {
        bytes.set(this.driver.memory.bytes.subarray(b.address, b.address + b.length), at);
        at += b.length;
      }
      all.push({ ...used, bytes: Uint8Array.from(bytes) });
    }
    return all;
  }
  /** Asks for an interrupt after `count` more answers, or none at all for 0. With the event index only. */
  abstract interruptAfter(count: number): void;
  /** Without the event index: whether interrupts are wanted. */
  abstract wantInterrupts(wanted: boolean): void;
  abstract addDescriptors(buffers: readonly Descriptor[], indirect: boolean): number;
  protected abstract wantsKick(): boolean;
  /** The next answer, without its bytes. */
  abstract nextUsed(): { token: number; length: number } | undefined;

  protected put(at: number, d: Descriptor, tail: number): void {
    const { memory } = this.driver;
    memory.write32(at, d.address);
    memory.write32(at + 4, Math.floor(d.address / 2 ** 32));
    memory.write32(at + 8, d.length);
    memory.write32(at + 12, tail);
  }
  protected get eventIndex(): boolean {
    return this.driver.options.eventIndex === true;
  }
}

export class SplitQueue extends DriverQueue {
  readonly descriptors: number;
  readonly driverArea: number;
  readonly deviceArea: number;
  readonly #free: number[];
  readonly #chains = new Map<number, number[]>();
  #available = 0;
  #kicked = 0;
  #used = 0;

  constructor(driver: Driver, index: number, size: number) {
    super(driver, index, size);
    this.descriptors = driver.allocate(size * 16);
    this.driverArea = driver.allocate(6 + size * 2);
    this.deviceArea = driver.allocate(6 + size * 8);
    this.#free = Array.from({ length: size }, (_, i) => i);
  }

  addDescriptors(buffers: readonly Descriptor[], indirect: boolean): number {
    const flags = (d: Descriptor, i: number): number => (d.write ? 2 : 0) | (i < buffers.length - 1 ? 1 : 0);
    const taken = this.#free.splice(0, indirect ? 1 : buffers.length);
    const head = taken[0];
    if (head === undefined || taken.length < (indirect ? 1 : buffers.length))
      throw new Error("the ring is full");
    if (indirect) {
      const table = this.driver.allocate(buffers.length * 16);
      for (const [i, d] of buffers.entries()) this.put(table + i * 16, d, ((i + 1) << 16) | flags(d, i));
      this.put(
        this.descriptors + head * 16,
        { address: table, length: buffers.length * 16, write: false },
        4,
      );
    } else {
      for (const [i, d] of buffers.entries()) {
        this.put(this.descriptors + taken[i]! * 16, d, ((taken[i + 1] ?? 0) << 16) | flags(d, i));
      }
    }
    this.#chains.set(head, taken);
    this.makeAvailable(head);
    return head;
  }
  /** Offers a head, whatever is there. */
  makeAvailable(head: number): void {
    const { memory } = this.driver;
    memory.write16(this.driverArea + 4 + (this.#available % this.size) * 2, head);
    this.#available = (this.#available + 1) & 0xffff;
    memory.write16(this.driverArea + 2, this.#available);
  }
  interruptAfter(count: number): void {
    // The entry that is used `count` answers from now; none: one that was used just now.
    this.driver.memory.write16(this.driverArea + 4 + this.size * 2, (this.#used + count - 1) & 0xffff);
  }
  wantInterrupts(wanted: boolean): void {
    this.driver.memory.write16(this.driverArea, wanted ? 0 : 1);
  }
  protected wantsKick(): boolean {
    const { memory } = this.driver;
    const [from, to] = [this.#kicked, this.#available];
    this.#kicked = to;
    if (!this.eventIndex) return (memory.read16(this.deviceArea) & 1) === 0;
    const event = memory.read16(this.deviceArea + 4 + this.size * 8);
    return ((to - event - 1) & 0xffff) < ((to - from) & 0xffff);
  }
  nextUsed(): { token: number; length: number } | undefined {
    const { memory } = this.driver;
    if (memory.read16(this.deviceArea + 2) === this.#used) return undefined;
    const at = this.deviceArea + 4 + (this.#used % this.size) * 8;
    this.#used = (this.#used + 1) & 0xffff;
    const token = memory.read32(at);
    this.#free.push(...(this.#chains.get(token) ?? []));
    return { token, length: memory.read32(at + 4) };
  }
}

export class PackedQueue extends DriverQueue {
  readonly descriptors: number;
  readonly driverArea: number;
  readonly deviceArea: number;
  readonly #ids: number[];
  readonly #slots = new Map<number, number>();
  #next = 0;
  #wrap = true;
  #free: number;
  #used = 0;
  #usedWrap = true;
  /** Descriptors made available since the device was last thought of. */
  #fresh = 0;

  constructor(driver: Driver, index: number, size: number) {
    super(driver, index, size);
    this.descriptors = driver.allocate(size * 16);
    this.driverArea = driver.allocate(4);
    this.deviceArea = driver.allocate(4);
    // Ids that are not places, to tell one from the other.
    this.#ids = Array.from({ length: size }, (_, i) => (i * 7 + 100) & 0xffff);
    this.#free = size;
  }

  addDescriptors(buffers: readonly Descriptor[], indirect: boolean): number {
    const id = this.#ids.shift();
    const slots = indirect ? 1 : buffers.length;
    if (id === undefined || slots > this.#free) throw new Error("the ring is full");
    if (indirect) {
      const table = this.driver.allocate(buffers.length * 16);
      for (const [i, d] of buffers.entries()) this.put(table + i * 16, d, (d.write ? 2 : 0) << 16);
      this.#put({ address: table, length: buffers.length * 16, write: false }, id, 4);
    } else {
      for (const [i, d] of buffers.entries()) {
        this.#put(d, id, (d.write ? 2 : 0) | (i < buffers.length - 1 ? 1 : 0));
      }
    }
    this.#free -= slots;
    this.#fresh += slots;
    this.#slots.set(id, slots);
    return id;
  }
  interruptAfter(count: number): void {
    const { memory } = this.driver;
    if (count === 0) {
      memory.write16(this.driverArea + 2, 1);
      return;
    }
    // Counts places: right where each answer takes one.
    const place = this.#used + count - 1;
    const wrap = place >= this.size ? !this.#usedWrap : this.#usedWrap;
    memory.write16(this.driverArea, (place % this.size) | (wrap ? 0x8000 : 0));
    memory.write16(this.driverArea + 2, 2);
  }
  wantInterrupts(wanted: boolean): void {
    this.driver.memory.write16(this.driverArea + 2, wanted ? 0 : 1);
  }
  protected wantsKick(): boolean {
    const { memory } = this.driver;
    const fresh = this.#fresh;
    this.#fresh = 0;
    const flags = memory.read16(this.deviceArea + 2);
    if (flags < 2) return flags === 0;
    const event = memory.read16(this.deviceArea);
    const place = (event & 0x7fff) - (((event & 0x8000) !== 0) === this.#wrap ? 0 : this.size);
    return place >= this.#next - fresh && place < this.#next;
  }
  nextUsed(): { token: number; length: number } | undefined {
    const { memory } = this.driver;
    const at = this.descriptors + this.#used * 16;
    const flags = memory.read16(at + 14);
    if (((flags & 0x80) !== 0) !== this.#usedWrap || ((flags & 0x8000) !== 0) !== this.#usedWrap)
      return undefined;
    const token = memory.read16(at + 12);
    const slots = this.#slots.get(token);
    if (slots === undefined) throw new Error(`the device used ${token}, which is not in flight`);
    this.#slots.delete(token);
    this.#ids.push(token);
    this.#free += slots;
    this.#used += slots;
    if (this.#used >= this.size) {
      this.#used -= this.size;
      this.#usedWrap = !this.#usedWrap;
    }
    return { token, length: memory.read32(at + 8) };
  }
  #put(d: Descriptor, id: number, flags: number): void {
    const wrap = this.#wrap ? 0x80 : 0x8000;
    this.put(this.descriptors + this.#next * 16, d, (id | ((flags | wrap) << 16)) >>> 0);
    if (++this.#next < this.size) return;
    this.#next = 0;
    this.#wrap = !this.#wrap;
  }
}
