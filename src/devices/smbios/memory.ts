/** Structures of memory: the array, its modules, and the addresses it answers to (DSP0134 3.3 §7.17, §7.18, §7.20). */
import { littleEndian as le } from "../acpi/little-endian.ts";
import type { MemoryRange } from "./description.ts";
import { structure } from "./structure.ts";

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/** Of error information that the machine never has. */
const NOT_PROVIDED = 0xfffe;

const SYSTEM_BOARD = 3;
const SYSTEM_MEMORY = 3;
const NO_ECC = 3;
const CAPACITY_ELSEWHERE = 0x8000_0000;

/** Type 16: `bytes` at most, in `modules` modules. */
export function memoryArray(handle: number, bytes: number, modules: number): number[] {
  const kib = bytes / KIB;
  const large = kib >= CAPACITY_ELSEWHERE;
  return structure(16, handle, () => [
    ...[SYSTEM_BOARD, SYSTEM_MEMORY, NO_ECC],
    ...le(4, large ? CAPACITY_ELSEWHERE : kib),
    ...le(2, NOT_PROVIDED, modules),
    ...le(8, large ? bytes : 0),
  ]);
}

const NOT_KNOWN = 0xffff;
const DIMM = 9;
const RAM = 7;
/** Type detail and technology: neither is any that has a name. */
const OTHER_DETAIL = 1 << 1;
const OTHER_TECHNOLOGY = 1;
const VOLATILE_MODE = 1 << 3;
const SIZE_IN_KIB = 0x8000;
const SIZE_ELSEWHERE = 0x7fff;

/** The size in MiB where it is a multiple, else in KiB; from 32 GiB − 1 MiB on in the extended field, rounded down. */
function moduleSize(bytes: number): { readonly size: number; readonly extended: number } {
  if (bytes % MIB !== 0 && bytes < 32 * MIB) return { size: SIZE_IN_KIB | (bytes / KIB), extended: 0 };
  const mib = Math.floor(bytes / MIB);
  return mib < SIZE_ELSEWHERE ? { size: mib, extended: 0 } : { size: SIZE_ELSEWHERE, extended: mib };
}

/** Type 17: the module in slot `index`. */
export function memoryDevice(handle: number, array: number, index: number, bytes: number): number[] {
  const { size, extended } = moduleSize(bytes);
  return structure(17, handle, (strings) => [
    ...le(2, array, NOT_PROVIDED),
    ...le(2, NOT_KNOWN, NOT_KNOWN), // total and data width
    ...le(2, size),
    DIMM,
    0, // in no set
    strings.add(`DIMM ${index}`),
    0, // bank
    RAM,
    ...le(2, OTHER_DETAIL),
    ...le(2, 0), // speed: not known
    strings.add("Vitrine"),
    ...[0, 0, 0], // serial number, asset tag, part number
    0, // ranks: not known
    ...le(4, extended),
    ...le(2, 0), // configured speed
    ...le(2, 0, 0, 0), // voltages: not known
    OTHER_TECHNOLOGY,
    ...le(2, VOLATILE_MODE),
    0, // firmware version
    ...le(2, 0, 0, 0, 0), // identifiers of the module and of its controller
    ...le(8, 0, bytes, 0, 0), // non-volatile, volatile, cache, logical
    ...le(4, 0, 0), // extended speeds
  ]);
}

/** Type 19: `range` is a multiple of 1 KiB. */
export function mappedAddresses(handle: number, array: number, { start, size }: MemoryRange): number[] {
  const last = (start + size) / KIB - 1;
  const large = last >= 0xffff_ffff;
  return structure(19, handle, () => [
    ...(large ? le(4, 0xffff_ffff, 0xffff_ffff) : le(4, start / KIB, last)),
    ...le(2, array),
    1, // module in a row
    ...(large ? le(8, start, start + size - 1) : le(8, 0, 0)),
  ]);
}
