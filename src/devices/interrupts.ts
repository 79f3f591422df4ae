/** How devices ask for attention: wires and messages. Who listens (PIC, I/O APIC, local APICs) is the machine's affair. */

/** One device's end of an interrupt wire. */
export interface InterruptLine {
  /** Raises or lowers it; a shared wire is high while anyone holds it high. Edge-triggered inputs see its changes. */
  set(level: boolean): void;
}

/** Where message-signalled interrupts go: a write of `data` to `address` (SDM vol. 3A §10.11). */
export interface MessageTarget {
  message(address: number, data: number): void;
}
