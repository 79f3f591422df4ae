/**
 * A clip on a network cable: frames that pass are written down in pcapng, with the virtual time at which they passed. It
 * changes and delays nothing. Pure TypeScript; where the bytes go is the caller's affair.
 */
import type { NetworkBackend } from "./backends.ts";
import { type Direction, enhancedPacket, interfaceDescription, sectionHeader } from "./pcapng.ts";

export interface CaptureOptions {
  /** Takes the file's bytes in order: a FileOutput, for one. */
  readonly write: (bytes: Uint8Array) => void;
  /** The time of the frame that passes now: nanoseconds, a whole number below 2^53. */
  readonly now: () => number;
  /** Where the cable goes on: a hub's port. Absent: nowhere. */
  readonly to?: NetworkBackend;
  /** Name of the interface in the file. */
  readonly name?: string;
  /** Only frames that the guest sends (outbound) or receives (inbound). Absent: both. */
  readonly only?: Direction;
}

/** What the machine's network device is plugged into. */
export class Capture implements NetworkBackend {
  receive: ((frame: Uint8Array) => void) | undefined;
  readonly #options: CaptureOptions;

  constructor(options: CaptureOptions) {
    this.#options = options;
    const { write, to, name = "net0" } = options;
    write(sectionHeader("vitrine"));
    write(interfaceDescription(name));
    if (to !== undefined) {
      to.receive = (frame) => {
        this.#record(frame, "inbound");
        this.receive?.(frame);
      };
    }
  }
  send(frame: Uint8Array): void {
    this.#record(frame, "outbound");
    this.#options.to?.send(frame);
  }
  #record(frame: Uint8Array, direction: Direction): void {
    const { only = direction, write, now } = this.#options;
    if (only === direction) write(enhancedPacket(frame, now(), direction));
  }
}
