/*
 * What may be done to a machine from its guest's and its host's side, as data: a list of these repeats a failure, and a shorter one
 * may still show it.
 */

export type Operation =
  /** Port input and output of 1, 2 or 4 bytes. */
  | { readonly kind: "in"; readonly port: number; readonly size: 1 | 2 | 4 }
  | { readonly kind: "out"; readonly port: number; readonly size: 1 | 2 | 4; readonly value: number }
  /** An access of a processor to physical memory, within a page: a device's window, RAM or nothing. */
  | { readonly kind: "read"; readonly address: number; readonly size: number }
  | { readonly kind: "write"; readonly address: number; readonly size: number; readonly value: bigint }
  /** RDMSR and WRMSR of what belongs to a processor's local APIC. */
  | { readonly kind: "rdmsr"; readonly cpu: number; readonly index: number }
  | { readonly kind: "wrmsr"; readonly cpu: number; readonly index: number; readonly value: bigint }
  /** Bytes written to RAM, in hexadecimal. */
  | { readonly kind: "ram"; readonly address: number; readonly bytes: string }
  /** Cycles pass; the guest's processors run. */
  | { readonly kind: "wait"; readonly cycles: number }
  /** Something from outside. */
  | { readonly kind: "host"; readonly event: HostEvent; readonly value: number };

export const HOST_EVENTS = [
  "serial",
  "console",
  "frame",
  "key",
  "mouse",
  "power button",
  "balloon",
  "balloon statistics",
] as const;
export type HostEvent = (typeof HOST_EVENTS)[number];

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** One line. */
export function textOf(operation: Operation): string {
  switch (operation.kind) {
    case "in":
      return `in ${operation.size * 8} ${hex(operation.port)}`;
    case "out":
      return `out ${operation.size * 8} ${hex(operation.port)} = ${hex(operation.value)}`;
    case "read":
      return `read ${operation.size * 8} ${hex(operation.address)}`;
    case "write":
      return `write ${operation.size * 8} ${hex(operation.address)} = ${hex(operation.value)}`;
    case "rdmsr":
      return `rdmsr cpu ${operation.cpu} ${hex(operation.index)}`;
    case "wrmsr":
      return `wrmsr cpu ${operation.cpu} ${hex(operation.index)} = ${hex(operation.value)}`;
    case "ram":
      return `ram ${hex(operation.address)} ${operation.bytes}`;
    case "wait":
      return `wait ${operation.cycles}`;
    case "host":
      return `host: ${operation.event} ${operation.value}`;
  }
}
