/**
 * What stands between a device and the world outside: three to six functions each, so that a device knows no operating
 * system. Plain TypeScript; the files beside this one implement them for Node.
 *
 * Calls are synchronous and happen at a point of virtual time. What comes in is taken by the device when the guest has
 * room for it, or announced by a call of `onReady` between two instructions.
 */

/** The far end of a serial line or a console port. */
export interface CharacterBackend {
  write(bytes: Uint8Array): void;
  /** Up to `most` bytes that have arrived; empty if there are none now. */
  read(most: number): Uint8Array;
  /** Nothing will arrive any more. `onReady` is called when it becomes true. Default: something may. */
  readonly ended?: boolean;
  /** Set by the device: called when bytes have arrived. */
  onReady: (() => void) | undefined;
}

/**
 * A disk: whole 512-byte sectors. Offsets and lengths in bytes, within the size. Where the host fails, `read` gives
 * undefined and the others false, and the device reports an I/O error to its guest.
 */
export interface BlockBackend {
  /** Bytes, a multiple of 512. */
  readonly size: number;
  readonly readOnly: boolean;
  read(offset: number, length: number): Uint8Array | undefined;
  write(offset: number, data: Uint8Array): boolean;
  /** Returns once everything written is on the medium. */
  flush(): boolean;
  /** Those bytes are no longer needed; they may read as anything until written. */
  discard(offset: number, length: number): boolean;
  /** They read as zeros from now on. */
  writeZeroes(offset: number, length: number): boolean;
}

/** The far end of a network cable. Frames are Ethernet, without the check sequence. */
export interface NetworkBackend {
  /** A frame from the guest. */
  send(frame: Uint8Array): void;
  /** Set by the device: called with each frame for the guest, between two instructions. */
  receive: ((frame: Uint8Array) => void) | undefined;
}

/** Files for the guest: a server of 9P2000.L. */
export interface FileBackend {
  /** The answer to a request, at most `room` bytes; undefined for what is no message. */
  answer(request: Uint8Array, room: number): Uint8Array | undefined;
  /** The guest has forgotten all that it had open. */
  reset(): void;
}

/** Random bytes for the guest; seeded, so that runs repeat. */
export interface EntropyBackend {
  read(length: number): Uint8Array;
}
