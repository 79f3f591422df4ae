/**
 * All ACPI tables of a machine, placed in memory (ACPI 6.3 §5.2): RSDP, RSDT and XSDT, FADT, FACS, DSDT, MADT, and HPET, MCFG,
 * SRAT and SLIT where the machine has what they describe.
 *
 * It describes what it is told and touches no memory. The region must be one that an operating system does not take for
 * its own and that it can write to (the FACS). A BIOS scan finds the RSDP if the region begins between 0xE0000 and 0xFFFFF.
 */
import { slit, srat } from "./affinity.ts";
import { dsdt } from "./dsdt.ts";
import { FACS_ALIGNMENT, facs, fadt } from "./fadt.ts";
import { hpetTable } from "./hpet-table.ts";
import { ascii, littleEndian as le } from "./little-endian.ts";
import { madt } from "./madt.ts";
import { mcfg } from "./mcfg.ts";
import type { AcpiPlatform } from "./platform.ts";
import { checksum, oemId, table } from "./table.ts";

export interface PlacedTable {
  /** "RSD PTR ", "FACP" and so on. */
  readonly signature: string;
  readonly address: number;
  readonly length: number;
}

export interface AcpiTables {
  /** Where `bytes` go. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** The address of the RSDP. */
  readonly rsdp: number;
  readonly tables: readonly PlacedTable[];
}

const RSDP_SIZE = 36;
const RSDP_REVISION = 2;
/** The part of the RSDP that the first checksum is of. */
const RSDP_1_SIZE = 20;
/** The RSDP must, the others may. */
const ALIGNMENT = 16;
const RSDT_REVISION = 1;
const XSDT_REVISION = 1;

function rootPointer(rsdt: number, xsdt: number): Uint8Array {
  const bytes = Uint8Array.from([
    ...ascii("RSD PTR ", 8),
    0, // checksum of the first part, below
    ...oemId(),
    RSDP_REVISION,
    ...le(4, rsdt),
    ...le(4, RSDP_SIZE),
    ...le(8, xsdt),
    0, // checksum of all, below
    ...[0, 0, 0],
  ]);
  bytes[8] = checksum(bytes.subarray(0, RSDP_1_SIZE));
  bytes[32] = checksum(bytes);
  return bytes;
}

/**
 * The tables of `platform`, at `start` (a multiple of 16, below 4 GiB) and after, the RSDP first. Throws RangeError if
 * they do not end at or before `end`, or if the platform has what tables cannot say.
 */
export function buildAcpiTables(start: number, end: number, platform: AcpiPlatform): AcpiTables {
  if (start % ALIGNMENT !== 0) throw new RangeError("ACPI tables start at a multiple of 16");
  const placed: { readonly address: number; readonly bytes: Uint8Array; readonly signature: string }[] = [];
  let next = start + RSDP_SIZE;
  const place = (bytes: Uint8Array, alignment = ALIGNMENT): number => {
    const address = Math.ceil(next / alignment) * alignment;
    next = address + bytes.length;
    placed.push({ address, bytes, signature: String.fromCharCode(...bytes.subarray(0, 4)) });
    return address;
  };

  const { hpet, pci, numa } = platform;
  const facsAddress = place(facs(), FACS_ALIGNMENT);
  const dsdtAddress = place(dsdt(platform));
  const listed = [place(fadt(platform, facsAddress, dsdtAddress)), place(madt(platform))];
  if (hpet) listed.push(place(hpetTable(hpet)));
  if (pci) listed.push(place(mcfg(pci)));
  if (numa) listed.push(place(srat(numa, platform.cpus)), place(slit(numa)));
  const rsdt = place(table("RSDT", RSDT_REVISION, le(4, ...listed)));
  const xsdt = place(table("XSDT", XSDT_REVISION, le(8, ...listed)));
  if (next > end) {
    throw new RangeError(
      `ACPI tables of ${next - start} bytes do not fit from 0x${start.toString(16)} to 0x${end.toString(16)}`,
    );
  }

  placed.unshift({ address: start, bytes: rootPointer(rsdt, xsdt), signature: "RSD PTR " });
  const bytes = new Uint8Array(next - start);
  for (const t of placed) bytes.set(t.bytes, t.address - start);
  return {
    address: start,
    bytes,
    rsdp: start,
    tables: placed.map((t) => ({ signature: t.signature, address: t.address, length: t.bytes.length })),
  };
}
