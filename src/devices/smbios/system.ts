/** Structures of the machine as a whole: BIOS, system, chassis, boot, and the end (DSP0134 3.3 §7.1, §7.2, §7.4, §7.33, §7.45). */
import { littleEndian as le } from "../acpi/little-endian.ts";
import type { MemoryRange } from "./description.ts";
import { structure } from "./structure.ts";

const MANUFACTURER = "Vitrine";
const PRODUCT = "Virtual computer";
const BIOS_VERSION = "1.0";
/** Systems take from its year what they may expect: of an AMD machine from 2021 on, alarms of the clock by ACPI, which has none here. */
const BIOS_DATE = "06/01/2020";

/** BIOS characteristics: PCI; the two extension bytes: ACPI; a virtual machine. */
const PCI = 1 << 7;
const ACPI = 1 << 0;
const VIRTUAL_MACHINE = 1 << 4;
/** Of a release that has no number. */
const NO_RELEASE = 0xff;

/** Type 0. `firmware` is a multiple of 64 KiB below 1 MiB. */
export const bios = (handle: number, firmware: MemoryRange): number[] =>
  structure(0, handle, (strings) => [
    strings.add(MANUFACTURER),
    strings.add(BIOS_VERSION),
    ...le(2, firmware.start / 16),
    strings.add(BIOS_DATE),
    firmware.size / 0x10000 - 1,
    ...le(8, PCI),
    ...[ACPI, VIRTUAL_MACHINE],
    ...[NO_RELEASE, NO_RELEASE, NO_RELEASE, NO_RELEASE],
    ...le(2, 0), // the size is in the byte above
  ]);

const POWER_SWITCH = 6;

/** Type 1. A UUID of zeros is none: nothing tells one machine from another. */
export const system = (handle: number): number[] =>
  structure(1, handle, (strings) => [
    strings.add(MANUFACTURER),
    strings.add(PRODUCT),
    ...[0, 0], // version and serial number
    ...le(8, 0, 0), // UUID
    POWER_SWITCH,
    ...[0, 0], // SKU number and family
  ]);

const OTHER = 1;
const SAFE = 3;
const NO_SECURITY = 3;

/** Type 3. */
export const chassis = (handle: number): number[] =>
  structure(3, handle, (strings) => [
    strings.add(MANUFACTURER),
    OTHER,
    ...[0, 0, 0], // version, serial number, asset tag
    ...[SAFE, SAFE, SAFE], // boot-up, power supply, heat
    NO_SECURITY,
    ...le(4, 0),
    ...[0, 0], // height and power cords: not known
    ...[0, 0], // no contained elements
    0, // SKU number
  ]);

/** Type 32: no errors. */
export const boot = (handle: number): number[] => structure(32, handle, () => [0, 0, 0, 0, 0, 0, 0]);

/** Type 127. */
export const end = (handle: number): number[] => structure(127, handle, () => []);
