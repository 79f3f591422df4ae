/** The processor structure, one for each package (DSP0134 3.3 §7.5). */
import { littleEndian as le } from "../acpi/little-endian.ts";
import type { SmbiosPackage } from "./description.ts";
import { NO_HANDLE, structure } from "./structure.ts";

const CENTRAL = 3;
const ZEN_FAMILY = 0x6b;
/** In a socket, and enabled. */
const ENABLED = 0x41;
const OTHER_UPGRADE = 1;
/** Characteristics: 64 bits, more than one core, execute protection, power and performance not mentioned. */
const CAPABLE_64_BITS = 1 << 2;
const MULTI_CORE = 1 << 3;
const EXECUTE_PROTECTION = 1 << 5;

/** A byte that has a word of its own for what does not fit. */
const short = (count: number): number => Math.min(count, 0xff);
/** 0 is not known. */
const megahertz = (value: number): number[] => le(2, value > 0xffff ? 0 : value);

/** Type 4, in socket `index`. */
export const processor = (handle: number, index: number, p: SmbiosPackage): number[] =>
  structure(4, handle, (strings) => [
    strings.add(`CPU ${index}`),
    CENTRAL,
    ZEN_FAMILY,
    strings.add("Vitrine"),
    ...le(4, p.signature, p.features),
    strings.add(p.name),
    0, // voltage: not known
    ...le(2, 0), // external clock: not known
    ...megahertz(p.megahertz), // at most
    ...megahertz(p.megahertz), // at boot
    ENABLED,
    OTHER_UPGRADE,
    ...le(2, NO_HANDLE, NO_HANDLE, NO_HANDLE), // caches: CPUID tells
    ...[0, 0, 0], // serial number, asset tag, part number
    ...[short(p.cores), short(p.cores), short(p.cores)], // cores, enabled ones, threads
    ...le(2, CAPABLE_64_BITS | (p.cores > 1 ? MULTI_CORE : 0) | EXECUTE_PROTECTION),
    ...le(2, ZEN_FAMILY),
    ...le(2, p.cores, p.cores, p.cores),
  ]);
