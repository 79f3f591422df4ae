/**
 * All SMBIOS structures of a machine with both entry points, placed in memory (DSP0134 3.3 §5.2, §6.2). Where there is no
 * EFI, readers find the entry points on a 16-byte boundary from 0xF0000 to 0xFFFFF.
 *
 * It describes what it is told and touches no memory. There are no structures of what has a bus to be found on.
 */
import { ascii, littleEndian as le } from "../acpi/little-endian.ts";
import { checksum } from "../acpi/table.ts";
import type { SmbiosDescription } from "./description.ts";
import { mappedAddresses, memoryArray, memoryDevice } from "./memory.ts";
import { processor } from "./processor.ts";
import { bios, boot, chassis, end, system } from "./system.ts";

export interface SmbiosTables {
  /** Where `bytes` go: the 64-bit entry point, the 32-bit one, and the structures. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Where the structures begin. */
  readonly structures: number;
}

const MAJOR = 3;
const MINOR = 3;
const DOCUMENT_REVISION = 0;
const ALIGNMENT = 16;
const ENTRY_64_SIZE = 24;
const ENTRY_32_SIZE = 31;
/** Of the 32-bit entry point, from "_DMI_" on; it has a checksum of its own. */
const INTERMEDIATE = 16;

const aligned = (address: number): number => Math.ceil(address / ALIGNMENT) * ALIGNMENT;

/** §5.2.2. */
function entryPoint64(structures: number, size: number): Uint8Array {
  const bytes = Uint8Array.from([
    ...ascii("_SM3_", 5),
    0, // checksum, below
    ...[ENTRY_64_SIZE, MAJOR, MINOR, DOCUMENT_REVISION],
    1, // revision of the entry point
    0,
    ...le(4, size),
    ...le(8, structures),
  ]);
  bytes[5] = checksum(bytes);
  return bytes;
}

/** §5.2.1. */
function entryPoint32(structures: number, all: readonly (readonly number[])[], size: number): Uint8Array {
  const bytes = Uint8Array.from([
    ...ascii("_SM_", 4),
    0, // checksum, below
    ...[ENTRY_32_SIZE, MAJOR, MINOR],
    ...le(2, Math.max(...all.map((s) => s.length))),
    ...[0, 0, 0, 0, 0, 0], // revision, formatted area
    ...ascii("_DMI_", 5),
    0, // checksum from there on, below
    ...le(2, size),
    ...le(4, structures),
    ...le(2, all.length),
    (MAJOR << 4) | MINOR,
  ]);
  bytes[INTERMEDIATE + 5] = checksum(bytes.subarray(INTERMEDIATE));
  bytes[4] = checksum(bytes);
  return bytes;
}

/** Handles are places in the list. */
function structuresOf(d: SmbiosDescription): number[][] {
  const total = d.modules.reduce((sum, bytes) => sum + bytes, 0);
  const list: number[][] = [];
  const add = (make: (handle: number) => number[]): number => list.push(make(list.length)) - 1;
  add((handle) => bios(handle, d.firmware));
  add(system);
  add(chassis);
  for (const [i, p] of d.packages.entries()) add((handle) => processor(handle, i, p));
  const array = add((handle) => memoryArray(handle, total, d.modules.length));
  for (const [i, bytes] of d.modules.entries()) add((handle) => memoryDevice(handle, array, i, bytes));
  for (const range of d.memory) add((handle) => mappedAddresses(handle, array, range));
  add(boot);
  add(end);
  return list;
}

/** Throws RangeError if they do not fit from `start`, a multiple of 16, to `end`. */
export function buildSmbiosTables(start: number, end: number, description: SmbiosDescription): SmbiosTables {
  if (start % ALIGNMENT !== 0) throw new RangeError("SMBIOS entry points start at a multiple of 16");
  const all = structuresOf(description);
  const table = all.flat();
  const entry32 = aligned(start + ENTRY_64_SIZE);
  const structures = aligned(entry32 + ENTRY_32_SIZE);
  const size = structures + table.length - start;
  if (start + size > end) {
    throw new RangeError(
      `SMBIOS tables of ${size} bytes do not fit from 0x${start.toString(16)} to 0x${end.toString(16)}`,
    );
  }
  const bytes = new Uint8Array(size);
  bytes.set(entryPoint64(structures, table.length));
  bytes.set(entryPoint32(structures, all, table.length), entry32 - start);
  bytes.set(table, structures - start);
  return { address: start, bytes, structures };
}
