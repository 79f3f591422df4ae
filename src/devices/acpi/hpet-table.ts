/** The table that says where the HPET is (IA-PC HPET 1.0a §3.2.4). */
import { littleEndian as le } from "./little-endian.ts";
import type { AcpiPlatform } from "./platform.ts";
import { genericAddress, SYSTEM_MEMORY, table } from "./table.ts";

const REVISION = 1;
/** The registers have their first 4 KiB for themselves. */
const PAGE_PROTECTED = 1;

export const hpetTable = (hpet: NonNullable<AcpiPlatform["hpet"]>): Uint8Array =>
  table("HPET", REVISION, [
    ...le(4, hpet.blockId),
    ...genericAddress(SYSTEM_MEMORY, hpet.address, 64, 0),
    0, // number of the HPET
    ...le(2, hpet.minimumTick),
    PAGE_PROTECTED,
  ]);
