/** The table that says where PCI configuration space is in memory (PCI Firmware Specification 3.2 §4.1.2). */
import { littleEndian as le } from "./little-endian.ts";
import type { AcpiPci } from "./platform.ts";
import { table } from "./table.ts";

const REVISION = 1;
const SEGMENT = 0;

export const mcfg = ({ ecam }: AcpiPci): Uint8Array =>
  table("MCFG", REVISION, [
    ...le(8, 0), // reserved
    ...le(8, ecam.base),
    ...le(2, SEGMENT),
    ...[0, ecam.busCount - 1], // first and last bus
    ...le(4, 0), // reserved
  ]);
