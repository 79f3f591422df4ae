/**
 * The registers of virtio over PCI that all devices have (virtio 1.2 §4.1.4.3): features, status, and the setting up of queues.
 * They keep values and tell their owner what happened; what follows from it is the owner's. An access that is not a
 * whole field is not heard when it writes; 64-bit fields are two of 32.
 *
 *     +0  device_feature_select   +4  device_feature   +8  driver_feature_select   +12 driver_feature
 *     +16 config_msix_vector u16  +18 num_queues u16   +20 device_status u8        +21 config_generation u8
 *     +22 queue_select u16        +24 queue_size u16   +26 queue_msix_vector u16   +28 queue_enable u16
 *     +30 queue_notify_off u16    +32 queue_desc u64   +40 queue_driver u64        +48 queue_device u64
 *     +56 queue_notify_data u16   +58 queue_reset u16
 */
import type { AccessSize, RegisterHandler } from "../bus.ts";
import type { State } from "../device.ts";

export const COMMON_SIZE = 60;
/** No MSI-X vector. */
export const NO_VECTOR = 0xffff;

/** device_status (§2.1). */
export const STATUS = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  needsReset: 0x40,
  failed: 0x80,
} as const;

const FIELD = {
  deviceFeatureSelect: 0,
  deviceFeature: 4,
  driverFeatureSelect: 8,
  driverFeature: 12,
  configVector: 16,
  queueCount: 18,
  status: 20,
  generation: 21,
  queueSelect: 22,
  queueSize: 24,
  queueVector: 26,
  queueEnable: 28,
  notifyOffset: 30,
  addresses: 32,
  notifyData: 56,
  queueReset: 58,
} as const;

/** What a driver sets for a queue. */
export class QueueRegisters {
  readonly most: number;
  size: number;
  vector = NO_VECTOR;
  enabled = false;
  /** Descriptors, driver, device: low and high words. */
  readonly addresses = new Uint32Array(6);

  constructor(most: number) {
    this.most = most;
    this.size = most;
  }
  /** As doubles: exact below 2^53. */
  get descriptors(): number {
    return this.#address(0);
  }
  get driver(): number {
    return this.#address(2);
  }
  get device(): number {
    return this.#address(4);
  }
  reset(): void {
    this.size = this.most;
    this.vector = NO_VECTOR;
    this.enabled = false;
    this.addresses.fill(0);
  }
  #address(word: number): number {
    return this.addresses[word + 1]! * 2 ** 32 + this.addresses[word]!;
  }
}

export interface CommonOwner {
  /** The features it offers: bits 0 to 31 and 32 to 63. */
  readonly offered: readonly [number, number];
  /** Vectors below this exist. */
  readonly vectors: number;
  /** The driver wrote the status register. */
  statusWritten(value: number): void;
  /** The driver enables a queue that is not. */
  enable(queue: number): void;
  /** The driver resets one queue. */
  resetQueue(queue: number): void;
}

export class CommonConfiguration implements RegisterHandler {
  readonly widest = 4;
  readonly queues: readonly QueueRegisters[];
  status = 0;
  generation = 0;
  configVector = NO_VECTOR;
  /** What the driver accepted: bits 0 to 31 and 32 to 63. */
  readonly accepted = new Uint32Array(2);
  readonly #owner: CommonOwner;
  #deviceFeatureSelect = 0;
  #driverFeatureSelect = 0;
  #queueSelect = 0;

  /** `sizes`: the most elements of each queue. */
  constructor(owner: CommonOwner, sizes: readonly number[]) {
    this.#owner = owner;
    this.queues = sizes.map((most) => new QueueRegisters(most));
  }

  read(offset: number, size: AccessSize): number {
    const at = offset & 3;
    const bytes = Math.min(size, 4 - at);
    return (this.#word(offset - at) >>> (at * 8)) % 2 ** (bytes * 8);
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size === 4) this.#write32(offset, value);
    else if (size === 2) this.#write16(offset, value);
    else if (offset === FIELD.status) this.#owner.statusWritten(value);
  }

  /** As after reset of the device. The generation goes on. */
  reset(): void {
    this.status = 0;
    this.configVector = NO_VECTOR;
    this.accepted.fill(0);
    this.#deviceFeatureSelect = 0;
    this.#driverFeatureSelect = 0;
    this.#queueSelect = 0;
    for (const queue of this.queues) queue.reset();
  }

  state(): State {
    return {
      status: this.status,
      generation: this.generation,
      configVector: this.configVector,
      accepted: Array.from(this.accepted),
      selects: [this.#deviceFeatureSelect, this.#driverFeatureSelect, this.#queueSelect],
      queues: this.queues.map((q) => [q.size, q.vector, q.enabled, ...q.addresses]),
    };
  }

  get #queue(): QueueRegisters | undefined {
    return this.queues[this.#queueSelect];
  }

  /** The four bytes at an offset that is a multiple of 4. */
  #word(offset: number): number {
    const queue = this.#queue;
    const pair = (low: number, high: number): number => high * 65536 + low;
    switch (offset) {
      case FIELD.deviceFeatureSelect:
        return this.#deviceFeatureSelect;
      case FIELD.deviceFeature:
        return this.#owner.offered[this.#deviceFeatureSelect] ?? 0;
      case FIELD.driverFeatureSelect:
        return this.#driverFeatureSelect;
      case FIELD.driverFeature:
        return this.accepted[this.#driverFeatureSelect] ?? 0;
      case FIELD.configVector:
        return pair(this.configVector, this.queues.length);
      case FIELD.status:
        return pair(this.status | (this.generation << 8), this.#queueSelect);
      case FIELD.queueSize:
        return queue ? pair(queue.size, queue.vector) : pair(0, NO_VECTOR);
      case FIELD.queueEnable:
        return queue ? pair(queue.enabled ? 1 : 0, this.#queueSelect) : 0;
      // What to write for a notification, where that were negotiated; and reset of a queue is done at once.
      case FIELD.notifyData:
        return queue ? pair(this.#queueSelect, 0) : 0;
      default:
        return queue?.addresses[(offset - FIELD.addresses) >> 2] ?? 0;
    }
  }

  #write32(offset: number, value: number): void {
    if (offset === FIELD.deviceFeatureSelect) this.#deviceFeatureSelect = value;
    else if (offset === FIELD.driverFeatureSelect) this.#driverFeatureSelect = value;
    else if (offset === FIELD.driverFeature) {
      // Features are settled once FEATURES_OK is set (§3.1.1).
      if ((this.status & STATUS.featuresOk) === 0) this.accepted[this.#driverFeatureSelect] = value;
    } else if (offset >= FIELD.addresses && offset < FIELD.notifyData && offset % 4 === 0) {
      const queue = this.#queue;
      if (queue && !queue.enabled) queue.addresses[(offset - FIELD.addresses) >> 2] = value;
    }
  }

  #write16(offset: number, value: number): void {
    const queue = this.#queue;
    const vector = value < this.#owner.vectors ? value : NO_VECTOR;
    if (offset === FIELD.configVector) this.configVector = vector;
    else if (offset === FIELD.queueSelect) this.#queueSelect = value;
    else if (!queue) return;
    else if (offset === FIELD.queueVector) queue.vector = vector;
    else if (offset === FIELD.queueSize) {
      if (!queue.enabled && value > 0 && value <= queue.most) queue.size = value;
    } else if (offset === FIELD.queueEnable) {
      if (value === 1 && !queue.enabled) this.#owner.enable(this.#queueSelect);
    } else if (offset === FIELD.queueReset) {
      if (value === 1) this.#owner.resetQueue(this.#queueSelect);
    }
  }
}
