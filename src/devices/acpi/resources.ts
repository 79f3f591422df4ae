/**
 * Resource descriptors, what `_CRS` gives (ACPI 6.3 §6.4). `resources` makes a buffer of them, ended by an end tag.
 *
 * Interrupts are edge-triggered, active high and exclusive, as ISA devices' are; addresses are decoded in full.
 */
import { type Bytes, buffer } from "./aml.ts";
import { littleEndian as le } from "./little-endian.ts";

function inside(what: string, first: number, count: number, end: number): void {
  if (first + count > end) throw new RangeError(`${count} ${what} at 0x${first.toString(16)} reach too far`);
}

/** `IO (Decode16, first, first, 1, count)`, up to 255 ports (§6.4.2.5). Throws RangeError beyond the last port. */
export function ioPorts(first: number, count: number): Bytes {
  inside("ports", first, count, 2 ** 16);
  return [0x47, 1, ...le(2, first, first), 1, ...le(1, count)];
}

/** `IRQNoFlags () {irq}` (§6.4.2.1). */
export const irq = (number: number): Bytes => [0x22, ...le(2, 1 << number)];

/** `Memory32Fixed (ReadWrite, address, size)` (§6.4.3.4). Throws RangeError beyond 4 GiB. */
export function memory32(address: number, size: number): Bytes {
  inside("bytes", address, size, 2 ** 32);
  return [0x86, ...le(2, 9), 1, ...le(4, address, size)];
}

/** First and last address of what a bridge passes on to its bus, both included. */
export interface Window {
  readonly first: number;
  readonly last: number;
}

/** Address space descriptors' resource types. */
const MEMORY = 0;
const IO = 1;
const BUS = 2;
/** General flags: a producer, positive decode, both ends fixed. */
const FIXED_PRODUCER = 0x0c;
const READ_WRITE = 1;
/** Type-specific flags of I/O: all addresses, not only those of ISA aliases. */
const ENTIRE_RANGE = 3;

/** An address space descriptor with fields of `width` bytes (§6.4.3.5). */
function addressSpace(
  tag: number,
  width: number,
  type: number,
  flags: number,
  { first, last }: Window,
): Bytes {
  const fields = le(width, 0, first, last, 0, last - first + 1);
  return [tag, ...le(2, fields.length + 3), type, FIXED_PRODUCER, flags, ...fields];
}

export const busNumbers = (window: Window): Bytes => addressSpace(0x88, 2, BUS, 0, window);
export const ioWindow = (window: Window): Bytes => addressSpace(0x88, 2, IO, ENTIRE_RANGE, window);
/** Memory, for prefetchable BARs and others: a 32-bit range below 4 GiB, else a 64-bit one. */
export const memoryWindow = (window: Window): Bytes =>
  window.last < 2 ** 32
    ? addressSpace(0x87, 4, MEMORY, READ_WRITE, window)
    : addressSpace(0x8a, 8, MEMORY, READ_WRITE, window);

/** `ResourceTemplate () {…}`. The end tag's checksum is zero, which counts as right. */
export const resources = (...descriptors: Bytes[]): Bytes => buffer([...descriptors.flat(), 0x79, 0]);
