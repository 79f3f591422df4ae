/**
 * Virtio over PCI, without the legacy interface (virtio 1.2 §4.1): a PCI function that carries any virtio device. It
 * negotiates features, runs the status machine, sets up rings and sends interrupts, by MSI-X or by INTx with the ISR
 * register. A driver that breaks the rules breaks its device until the next reset, and nothing else.
 *
 * BAR 1 has the MSI-X table; BAR 4, of 64 bits and 16 KiB, has the registers, a page for each kind:
 *
 *     +0x0000 common configuration   +0x1000 ISR status   +0x2000 device configuration   +0x3000 notifications, 4 bytes a queue
 */
import type { AccessSize, RegisterHandler } from "../bus.ts";
import type { Device, State } from "../device.ts";
import type { GuestMemory } from "../guest-memory.ts";
import { PciFunction } from "../pci/function.ts";
import { MsiX } from "../pci/msix.ts";
import {
  COMMON_SIZE,
  CommonConfiguration,
  type CommonOwner,
  NO_VECTOR,
  STATUS,
} from "./common-configuration.ts";
import { VIRTIO_TYPE, type VirtioDevice, type VirtioHost } from "./device.ts";
import { PackedRing, packedAreas } from "./packed-ring.ts";
import { addCapabilities, addConfigurationWindow } from "./pci-capabilities.ts";
import type { RingSetup } from "./ring.ts";
import { SplitRing, splitAreas } from "./split-ring.ts";
import { type QueueHost, RingQueue } from "./virtqueue.ts";

/** Feature bits of rings and transport (§6). */
export const FEATURE = { indirect: 28, eventIndex: 29, version1: 32, ringPacked: 34, ringReset: 40 } as const;

const OFFERED = [
  FEATURE.indirect,
  FEATURE.eventIndex,
  FEATURE.version1,
  FEATURE.ringPacked,
  FEATURE.ringReset,
]
  .map((bit) => 1n << BigInt(bit))
  .reduce((all, bit) => all | bit);

/** Where the registers are in BAR 4. */
export const REGION = { common: 0, isr: 0x1000, device: 0x2000, notify: 0x3000 } as const;
const REGION_SIZE = 0x1000;
/** BARs of the registers and of the MSI-X table. */
export const BAR = { registers: 4, msix: 1 } as const;
/** notify_off_multiplier: each queue has its own four bytes. */
export const NOTIFY_MULTIPLIER = 4;

/** Status bits that are the driver's to set. */
const DRIVER_BITS = STATUS.acknowledge | STATUS.driver | STATUS.driverOk | STATUS.featuresOk | STATUS.failed;

/** ISR status bits (§4.1.4.5). */
const ISR = { queue: 1, configuration: 2 } as const;

const VENDOR = 0x1af4;
const DEVICE_BASE = 0x1040;
/** Class codes as other machines give them: storage, network, communication; the rest is unclassified. */
const CLASS: ReadonlyMap<number, number> = new Map([
  [VIRTIO_TYPE.network, 0x020000],
  [VIRTIO_TYPE.block, 0x010000],
  [VIRTIO_TYPE.console, 0x078000],
]);
const UNCLASSIFIED = 0x00ff00;

export interface VirtioPciOptions {
  readonly device: VirtioDevice;
  readonly memory: GuestMemory;
  /** Called with what happens, for people who look. The text is made only if it is called for. */
  readonly trace?: (text: () => string) => void;
}

export class VirtioPci implements Device {
  readonly name: string;
  /** To be put on a bus; it resets the device too. */
  readonly function: PciFunction;
  readonly #device: VirtioDevice;
  readonly #memory: GuestMemory;
  readonly #trace: ((text: () => string) => void) | undefined;
  readonly #common: CommonConfiguration;
  readonly #queues: readonly RingQueue[];
  readonly #msix: MsiX;
  readonly #offered: bigint;
  #isr = 0;
  /** Between the device's `activate` and `deactivate`. */
  #active = false;

  /** Throws RangeError for a device with more queues or configuration than a page of registers holds. */
  constructor(options: VirtioPciOptions) {
    const { device, memory } = options;
    if (device.queueCount * NOTIFY_MULTIPLIER > REGION_SIZE || device.configSize > REGION_SIZE) {
      throw new RangeError(`${device.name}: too many queues or too much configuration`);
    }
    this.name = device.name;
    this.#device = device;
    this.#memory = memory;
    const { trace } = options;
    this.#trace = trace && ((text) => trace(() => `${device.name}: ${text()}`));
    this.#offered = device.features | OFFERED;
    const sizes = Array.from({ length: device.queueCount }, (_, i) => device.queueSize(i));
    this.#common = new CommonConfiguration(this.#owner(sizes.length + 1), sizes);
    const queueHost = this.#queueHost();
    this.#queues = sizes.map((_, i) => new RingQueue(i, queueHost));
    this.function = new PciFunction(
      device.name,
      {
        vendor: VENDOR,
        device: DEVICE_BASE + device.type,
        revision: 1,
        classCode: CLASS.get(device.type) ?? UNCLASSIFIED,
        subsystemVendor: VENDOR,
        subsystemDevice: 0x1100,
      },
      1,
      { reset: () => this.#resetAll(), state: () => this.#state() },
    );
    this.#msix = new MsiX(this.function, BAR.msix, sizes.length + 1);
    this.function.addBar(BAR.registers, "memory64", 4 * REGION_SIZE, this.#registers());
    addCapabilities(this.function, BAR.registers, [
      { type: "common", offset: REGION.common, length: COMMON_SIZE },
      { type: "isr", offset: REGION.isr, length: 1 },
      ...(device.configSize > 0
        ? [{ type: "device", offset: REGION.device, length: device.configSize } as const]
        : []),
      {
        type: "notify",
        offset: REGION.notify,
        length: sizes.length * NOTIFY_MULTIPLIER,
        multiplier: NOTIFY_MULTIPLIER,
      },
    ]);
    addConfigurationWindow(this.function);
    // The pin follows whether MSI-X is on.
    this.function.watch({ afterWrite: () => this.#drivePin() });
  }

  reset(): void {
    this.function.reset();
  }
  state(): State {
    return this.function.state();
  }

  // --- The driver's registers ---

  #registers(): RegisterHandler {
    return {
      widest: 4,
      read: (offset, size) => this.#read(offset, size),
      write: (offset, size, value) => this.#write(offset, size, value),
    };
  }

  #read(offset: number, size: AccessSize): number {
    const within = offset % REGION_SIZE;
    switch (offset - within) {
      case REGION.common:
        return within < COMMON_SIZE ? this.#common.read(within, size) : 0;
      case REGION.isr: {
        if (within !== 0) return 0;
        const isr = this.#isr;
        this.#isr = 0;
        this.#drivePin();
        return isr;
      }
      case REGION.device:
        return within + size <= this.#device.configSize ? this.#device.readConfig(within, size) : 0;
      default:
        return 0;
    }
  }

  #write(offset: number, size: AccessSize, value: number): void {
    const within = offset % REGION_SIZE;
    const region = offset - within;
    if (region === REGION.common) this.#common.write(within, size, value);
    else if (region === REGION.device) {
      if (within + size <= this.#device.configSize) this.#device.writeConfig(within, size, value);
    } else if (region === REGION.notify) this.#kick(Math.floor(within / NOTIFY_MULTIPLIER));
  }

  #kick(index: number): void {
    const queue = this.#queues[index];
    if (!queue?.enabled || !this.#running) return;
    this.#trace?.(() => `queue ${index} notified`);
    this.#device.notified(index);
  }

  // --- The status machine ---

  #owner(vectors: number): CommonOwner {
    return {
      offered: [Number(BigInt.asUintN(32, this.#offered)), Number(BigInt.asUintN(32, this.#offered >> 32n))],
      vectors,
      statusWritten: (value) => this.#statusWritten(value),
      enable: (queue) => this.#enable(queue),
      resetQueue: (queue) => {
        if (!this.#has(FEATURE.ringReset)) return;
        this.#trace?.(() => `queue ${queue} reset`);
        this.#queues[queue]?.disable();
        this.#common.queues[queue]?.reset();
      },
    };
  }

  /** Bits are set one after the other and never cleared but by a reset, which is a write of 0 (§2.1). */
  #statusWritten(value: number): void {
    const common = this.#common;
    if (value === 0) {
      this.#trace?.(() => "reset by its driver");
      this.#resetTransport();
      this.#device.deactivate();
      return;
    }
    let fresh = value & DRIVER_BITS & ~common.status;
    if ((fresh & STATUS.featuresOk) !== 0 && !this.#acceptable()) fresh &= ~STATUS.featuresOk;
    // Without agreed features the device cannot be driven.
    if (((common.status | fresh) & STATUS.featuresOk) === 0) fresh &= ~STATUS.driverOk;
    common.status |= fresh;
    this.#trace?.(() => `status ${hex(common.status)}`);
    if ((fresh & STATUS.driverOk) === 0 || (common.status & STATUS.needsReset) !== 0) return;
    this.#active = true;
    this.#device.activate(this.#host());
  }

  get #accepted(): bigint {
    const [low, high] = this.#common.accepted;
    return (BigInt(high!) << 32n) | BigInt(low!);
  }
  #has(feature: number): boolean {
    const word = this.#common.accepted[feature >> 5] ?? 0;
    return ((word >>> (feature & 31)) & 1) !== 0;
  }
  #acceptable(): boolean {
    const accepted = this.#accepted;
    this.#trace?.(() => `features ${hex(accepted)} of ${hex(this.#offered)}`);
    if ((accepted & ~this.#offered) !== 0n || !this.#has(FEATURE.version1)) return false;
    return this.#device.accepts?.(accepted & this.#device.features) ?? true;
  }

  #enable(index: number): void {
    const registers = this.#common.queues[index];
    if (!registers || (this.#common.status & (STATUS.featuresOk | STATUS.needsReset)) !== STATUS.featuresOk)
      return;
    const packed = this.#has(FEATURE.ringPacked);
    const setup: RingSetup = {
      memory: this.#memory,
      size: registers.size,
      descriptors: registers.descriptors,
      driver: registers.driver,
      device: registers.device,
      indirect: this.#has(FEATURE.indirect),
      eventIndex: this.#has(FEATURE.eventIndex),
      reachable: () => this.#running,
    };
    if (!packed && !Number.isInteger(Math.log2(setup.size))) {
      this.#broken(`queue ${index}: a split ring of ${setup.size}`);
      return;
    }
    for (const { address, length, align } of packed ? packedAreas(setup) : splitAreas(setup)) {
      if (address % align === 0 && this.#memory.contains(address, length)) continue;
      this.#broken(`queue ${index}: a ring at ${hex(address)}+${hex(length)}`);
      return;
    }
    registers.enabled = true;
    this.#queues[index]?.enable(packed ? new PackedRing(setup) : new SplitRing(setup));
    this.#trace?.(() => `queue ${index} enabled, ${packed ? "packed" : "split"}, ${setup.size} elements`);
  }

  #resetTransport(): void {
    this.#active = false;
    for (const queue of this.#queues) queue.disable();
    this.#common.reset();
    this.#isr = 0;
    this.#drivePin();
  }

  /** The function was reset. */
  #resetAll(): void {
    this.#resetTransport();
    this.#common.generation = 0;
    this.#msix.reset();
    this.#device.reset();
    this.#device.deactivate();
  }

  // --- The device's side ---

  /** The device may work: its driver is ready, nothing is broken, and the function is bus master. */
  get #running(): boolean {
    return this.#active && this.function.busMaster;
  }

  #queueHost(): QueueHost {
    const running = (): boolean => this.#running;
    return {
      get running() {
        return running();
      },
      broken: (reason) => this.#broken(reason),
      interrupt: (queue) => this.#interruptQueue(queue),
    };
  }

  /** What the device is given at DRIVER_OK; dead after the next reset. */
  #host(): VirtioHost {
    return {
      has: (feature) => this.#has(feature),
      queue: (index) => {
        const queue = this.#queues[index];
        if (queue === undefined) throw new RangeError(`${this.name} has no queue ${index}`);
        return queue;
      },
      configChanged: () => {
        this.#common.generation = (this.#common.generation + 1) & 0xff;
        if (this.#active) this.#interruptConfiguration();
      },
      broken: (reason) => {
        if (this.#active) this.#broken(reason);
      },
    };
  }

  #broken(reason: string): void {
    this.#trace?.(() => `broken: ${reason}`);
    const common = this.#common;
    common.status |= STATUS.needsReset;
    common.generation = (common.generation + 1) & 0xff;
    this.#active = false;
    for (const queue of this.#queues) queue.disable();
    this.#device.deactivate();
    if ((common.status & STATUS.driverOk) !== 0) this.#interruptConfiguration();
  }

  #interruptQueue(queue: number): void {
    this.#trace?.(() => `queue ${queue} interrupts`);
    if (this.#msix.enabled) {
      this.#signal(this.#common.queues[queue]?.vector ?? NO_VECTOR);
      return;
    }
    this.#isr |= ISR.queue;
    this.#drivePin();
  }

  #interruptConfiguration(): void {
    this.#trace?.(() => "configuration changed");
    this.#isr |= ISR.configuration;
    if (this.#msix.enabled) this.#signal(this.#common.configVector);
    else this.#drivePin();
  }

  #signal(vector: number): void {
    if (vector !== NO_VECTOR) this.#msix.signal(vector);
  }
  #drivePin(): void {
    this.function.interrupt(this.#isr !== 0 && !this.#msix.enabled);
  }

  #state(): State {
    return {
      common: this.#common.state(),
      isr: this.#isr,
      active: this.#active,
      queues: this.#queues.map((queue) => queue.state()),
      msix: this.#msix.state(),
      device: this.#device.state(),
    };
  }
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
