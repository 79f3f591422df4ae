/**
 * What a virtio device is to its transport, and the transport to it (virtio 1.2 chapter 2). A device knows neither PCI nor
 * the format of rings: it sees queues of chains and its own configuration. Nothing here throws for what a guest does.
 */
import type { Device } from "../device.ts";

/** Device types (§5), by number. */
export const VIRTIO_TYPE = { network: 1, block: 2, console: 3, entropy: 4, balloon: 5, ninep: 9 } as const;

/** A kind of virtio device. The transport calls it; it calls the host that `activate` gave it. */
export interface VirtioDevice extends Device {
  /** Its number in §5. */
  readonly type: number;
  /** The feature bits it offers that are its own: 0 to 23 and 50 up (§2.2). Those of rings and transport are added to them. */
  readonly features: bigint;
  readonly queueCount: number;
  /** The most elements of a queue: a power of two up to 32768, the same at every call. */
  queueSize(queue: number): number;
  /** Bytes of its configuration (§2.5); 0 where it has none. */
  readonly configSize: number;
  /** Little-endian, `size` 1, 2 or 4, within the configuration. Allowed at any time after reset. */
  readConfig(offset: number, size: number): number;
  /** Fields that are read-only stay as they are. */
  writeConfig(offset: number, size: number, value: number): void;
  /** Whether the driver may go on with these features, its own bits of those accepted. Absent: any subset. */
  accepts?(features: bigint): boolean;
  /** DRIVER_OK: from here on queues are worked on. `host` serves until `deactivate`. */
  activate(host: VirtioHost): void;
  /** The driver has made chains available in a queue that is enabled. Only between `activate` and `deactivate`. */
  notified(queue: number): void;
  /**
   * The driver reset the device, or it broke: chains held are forgotten, timers disarmed, the configuration as after
   * reset. Also called before the first `activate` and after `reset`: calling it twice is no harm.
   */
  deactivate(): void;
}

/** The transport, as an active device sees it. */
export interface VirtioHost {
  /** Whether this feature bit was negotiated. */
  has(feature: number): boolean;
  /** The queue at this index, below `queueCount`: the same object at every call. */
  queue(index: number): Virtqueue;
  /** The configuration is not what it was: the driver gets a configuration interrupt. */
  configChanged(): void;
  /**
   * The driver did what it must not, so that the device cannot go on: DEVICE_NEEDS_RESET is set and the driver told. The
   * device is deactivated before this returns, and its queues stay empty until it is reset. `reason` is for people who trace.
   */
  broken(reason: string): void;
}

/**
 * A queue, whatever its ring's format. Chains leave it by `pop` and go back by `push`, in any order. If the driver's ring
 * is malformed, the device is broken (see VirtioHost) and `pop` gives undefined.
 */
export interface Virtqueue {
  readonly index: number;
  /** Elements of its ring, as the driver chose; 0 while it is not enabled. */
  readonly size: number;
  /** Whether the driver has enabled it. Until then `pop` gives undefined. */
  readonly enabled: boolean;
  /** The next chain, or undefined if there is none; then the driver is asked to notify when it adds one. */
  pop(): Chain | undefined;
  /** Puts the chain popped last back, to be popped again. It must not have been pushed, nor another popped or pushed since, save those put back. */
  unpop(chain: Chain): void;
  /** Gives a chain back to the driver: `written` bytes of its writable room, from the start, hold data. Lost if the queue was reset since. */
  push(chain: Chain, written: number): void;
  /** An interrupt for what was pushed, unless the driver does not want one now. Call it after a batch of pushes. */
  notify(): void;
}

/**
 * A request: bytes the driver wrote, then room for the device's answer. Every buffer is RAM. Both lengths are below 2^32.
 * A chain outlives a reset of its queue as an empty shell: reads give nothing and writes go nowhere.
 */
export interface Chain {
  /** Bytes that can be read. */
  readonly readable: number;
  /** Bytes that can be written. */
  readonly writable: number;
  /**
   * A copy of readable bytes from `offset`: `length` of them, or fewer where the chain ends. Never more than 1 MiB at once,
   * so that no guest makes the host allocate without bound.
   */
  read(offset: number, length: number): Uint8Array;
  /** Writes behind what `write` wrote before. Returns how many bytes there was room for. */
  write(bytes: Uint8Array): number;
  /** Writes at an offset of the writable room, leaving `write`'s place alone. Returns how many bytes there was room for. */
  writeAt(offset: number, bytes: Uint8Array): number;
  /** Bytes written so far by `write`: what `push` is told, usually. */
  readonly written: number;
}
