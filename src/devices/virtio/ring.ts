/** What the two formats of rings have in common: their interface to a queue, and descriptors' flags (virtio 1.2 §2.7, §2.8). */
import type { GuestMemory } from "../guest-memory.ts";
import type { BufferChain, ChainSource } from "./buffer-chain.ts";

/** Flags of a descriptor; the last two only in packed rings. */
export const DESCRIPTOR = { next: 1, write: 2, indirect: 4, available: 0x80, used: 0x8000 } as const;
/** Bytes of a descriptor in either format. */
export const DESCRIPTOR_SIZE = 16;
/**
 * Descriptors of an indirect table that are looked at, where the queue is not longer. Linux makes indirect chains longer than
 * the queue, which §2.7.5.3.1 forbids.
 */
export const MOST_INDIRECT = 1024;

/** Where a ring is and what was negotiated for it. */
export interface RingSetup {
  readonly memory: GuestMemory;
  /** Elements. */
  readonly size: number;
  /** The descriptor area, driver area and device area (§2.6). */
  readonly descriptors: number;
  readonly driver: number;
  readonly device: number;
  readonly indirect: boolean;
  readonly eventIndex: boolean;
  /** Whether the device may use memory now. */
  reachable(): boolean;
}

/** Why a ring cannot be worked on. */
export class Malformed {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export interface Ring extends ChainSource {
  readonly size: number;
  /** Takes the next chain; undefined if there is none, and then the driver is asked to notify of the next. */
  pop(): BufferChain | Malformed | undefined;
  /** Undoes the last `pop`. */
  unpop(chain: BufferChain): void;
  /** Gives a chain back. */
  push(chain: BufferChain, written: number): void;
  /** Whether the driver wants an interrupt for what was pushed since this was asked last. */
  wantsInterrupt(): boolean;
  /** Its chains are dead from here on. */
  retire(): void;
  /** Indices and counters, for comparing. */
  state(): Readonly<Record<string, number | boolean>>;
}

/** What is wrong with an indirect descriptor; undefined if it can be followed. */
export function indirectFault(
  setup: RingSetup,
  flags: number,
  address: number,
  length: number,
): string | undefined {
  if (!setup.indirect) return "an indirect descriptor that was not negotiated";
  if ((flags & DESCRIPTOR.next) !== 0) return "an indirect descriptor with a next one";
  if (length === 0 || length % DESCRIPTOR_SIZE !== 0) return `an indirect table of ${length} bytes`;
  if (!setup.memory.contains(address, length)) return "an indirect table outside RAM";
  return undefined;
}
