/**
 * The multiple APIC description table (ACPI 6.3 §5.2.12): processors, the I/O APIC, and how ISA interrupts reach it. There
 * are two 8259s as well (PCAT_COMPAT).
 */
import { littleEndian as le } from "./little-endian.ts";
import { type AcpiPlatform, DEFAULT_PM } from "./platform.ts";
import { table } from "./table.ts";

const REVISION = 5;
const PCAT_COMPAT = 1;
const ENABLED = 1;
/** Identifiers and UIDs of one byte; 255 means all of them. */
const BYTE_IDS = 255;

/** MPS INTI flags: as the bus has it (ISA: edge, active high), or level and active high. */
const CONFORMS = 0;
const LEVEL_HIGH = (3 << 2) | 1;
/** The PIT is wired to this input of the I/O APIC; its input 0 takes the 8259s. */
const PIT_INPUT = 2;
/** Local APIC input that takes NMIs. */
const NMI_LINT = 1;

export const LOCAL_APIC_ADDRESS = 0xfee0_0000;

export function madt({ cpus, ioApic, localApicAddress, pm }: AcpiPlatform): Uint8Array {
  const sci = (pm ?? DEFAULT_PM).irq;
  const wide = cpus.map(({ apicId }, uid) => apicId >= BYTE_IDS || uid >= BYTE_IDS);
  const override = (irq: number, input: number, flags: number): number[] => [
    ...[2, 10, 0, irq],
    ...le(4, ioApic.firstInterrupt + input),
    ...le(2, flags),
  ];
  return table("APIC", REVISION, [
    ...le(4, localApicAddress ?? LOCAL_APIC_ADDRESS, PCAT_COMPAT),
    ...cpus.flatMap(({ apicId }, uid) =>
      wide[uid]
        ? [9, 16, ...le(2, 0), ...le(4, apicId, ENABLED, uid)]
        : [0, 8, uid, apicId, ...le(4, ENABLED)],
    ),
    ...[1, 12, ioApic.id, 0, ...le(4, ioApic.address, ioApic.firstInterrupt)],
    ...override(0, PIT_INPUT, CONFORMS),
    ...override(sci, sci, LEVEL_HIGH),
    ...(wide.includes(false) ? [4, 6, 0xff, ...le(2, CONFORMS), NMI_LINT] : []),
    ...(wide.includes(true) ? [10, 12, ...le(2, CONFORMS), ...le(4, 0xffffffff), NMI_LINT, 0, 0, 0] : []),
  ]);
}
