/**
 * What carries interrupt messages between local APICs, I/O APICs and devices that signal by message: who is meant by a
 * destination, lowest priority, end of interrupt (SDM vol. 3A §10.6.2, §10.11, §10.12.10).
 *
 * Messages arrive at once. There is no focus processor, and no message is held back and tried again.
 */
import type { Device, State } from "./device.ts";
import type { MessageTarget } from "./interrupts.ts";

/** Delivery modes: bits 10–8 of the ICR, of LVT and redirection entries, and of message data. */
export const DELIVERY = {
  FIXED: 0,
  LOWEST_PRIORITY: 1,
  SMI: 2,
  NMI: 4,
  INIT: 5,
  STARTUP: 6,
  EXT_INT: 7,
} as const;

export interface ApicMessage {
  /** A number of DELIVERY. Others are lost. */
  readonly mode: number;
  /** 0–255. */
  readonly vector: number;
  /** Level-triggered: its end is broadcast to the I/O APICs. */
  readonly level: boolean;
  /** A logical destination, else a physical one (an APIC id). */
  readonly logical: boolean;
  /** 8 bits, or 32 if `wide`. All ones is everyone. */
  readonly destination: number;
  /** In x2APIC's form. */
  readonly wide: boolean;
}

/** A local APIC, as the bus sees it. */
export interface LocalUnit {
  /** The 32-bit id. */
  readonly id: number;
  /** Its PPR: what lowest priority compares. */
  readonly processorPriority: number;
  /** Whether it takes fixed interrupts: enabled by APIC_BASE and by the spurious vector register. */
  readonly accepting: boolean;
  /** Whether it is meant. */
  matches(message: ApicMessage): boolean;
  /** Takes a message; false refuses it. */
  accept(mode: number, vector: number, level: boolean): boolean;
}

/** An I/O APIC, as the bus sees it. */
export interface IoUnit {
  /** A processor has ended a level-triggered interrupt of that vector. */
  endOfInterrupt(vector: number): void;
}

/** Whether a destination is everyone: all ones. */
export const isBroadcast = (message: ApicMessage): boolean =>
  message.destination === (message.wide ? 0xffff_ffff : 0xff);

export class ApicBus implements MessageTarget, Device {
  readonly name = "apic-bus";
  /** Sorted by id. */
  readonly #locals: LocalUnit[] = [];
  readonly #ios: IoUnit[] = [];

  /** It holds nothing. */
  reset(): void {}
  state(): State {
    return null;
  }

  connectLocal(unit: LocalUnit): void {
    this.#locals.push(unit);
    this.#locals.sort((a, b) => a.id - b.id);
  }
  connectIo(unit: IoUnit): void {
    this.#ios.push(unit);
  }

  /**
   * Delivers to all who are meant, but not to `except`. Lowest priority goes to one of them: the lowest priority class of
   * its PPR, and of equals the lowest id, so that nothing but the registers decides. False if nobody has accepted.
   */
  send(message: ApicMessage, except?: LocalUnit): boolean {
    if (message.mode === DELIVERY.LOWEST_PRIORITY) {
      return this.#lowest(message, except)?.accept(DELIVERY.FIXED, message.vector, message.level) ?? false;
    }
    let accepted = false;
    for (const unit of this.#locals) {
      if (unit === except || !unit.matches(message)) continue;
      if (unit.accept(message.mode, message.vector, message.level)) accepted = true;
    }
    return accepted;
  }
  #lowest(message: ApicMessage, except: LocalUnit | undefined): LocalUnit | undefined {
    let best: LocalUnit | undefined;
    for (const unit of this.#locals) {
      if (unit === except || !unit.accepting || !unit.matches(message)) continue;
      if (best === undefined || unit.processorPriority >> 4 < best.processorPriority >> 4) best = unit;
    }
    return best;
  }

  /** A local APIC ends a level-triggered interrupt: told to all I/O APICs. */
  endOfInterrupt(vector: number): void {
    for (const unit of this.#ios) unit.endOfInterrupt(vector);
  }

  /**
   * A message-signalled interrupt (§10.11). Writes outside 0xFEExxxxx are none and are lost. The destination mode bit counts
   * whether or not the redirection hint is set; level-triggered de-asserts end nothing here.
   */
  message(address: number, data: number): void {
    const low = address >>> 0;
    if (address !== low || low >>> 20 !== 0xfee) return;
    const level = (data & 0x8000) !== 0;
    if (level && (data & 0x4000) === 0) return;
    this.send({
      mode: (data >> 8) & 7,
      vector: data & 0xff,
      level,
      logical: (address & 4) !== 0,
      destination: (low >>> 12) & 0xff,
      wide: false,
    });
  }
}
