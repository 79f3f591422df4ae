/**
 * The differentiated system description table: the devices that nothing else finds, in AML (ACPI 6.3 §5.2.11.1).
 *
 * It has no code that touches hardware. Interrupts of PCI are routed to fixed inputs of the I/O APIC, so that an operating
 * system that uses the 8259s finds none for PCI devices without MSI.
 */
import { PM_PORTS, SLEEP_TYPE_S5 } from "../acpi-pm.ts";
import { type Bytes, define, device, eisaId, packageOf, scope } from "./aml.ts";
import { hostBridge } from "./dsdt-pci.ts";
import { type AcpiPlatform, DEFAULT_PM } from "./platform.ts";
import { ioPorts, irq, memory32, resources } from "./resources.ts";
import { table } from "./table.ts";

/** From revision 2 on integers have 64 bits. */
const REVISION = 2;
/** `_STA`: present, decoding, working, but not shown to people. */
const HIDDEN = 0x0b;

const pnp = (path: string, id: string, ...content: Bytes[]): Bytes =>
  device(path, define("_HID", eisaId(id)), ...content);
const crs = (...descriptors: Bytes[]): Bytes => define("_CRS", resources(...descriptors));

function processors({ cpus }: AcpiPlatform): Bytes[] {
  return cpus.map((_, uid) =>
    device(
      `C${uid.toString(16).toUpperCase().padStart(3, "0")}`,
      define("_HID", "ACPI0007"),
      define("_UID", uid),
    ),
  );
}

/** Where addresses are taken by what is no device of its own: the PM block, PCI configuration space. */
function motherboard({ pm, pci }: AcpiPlatform): Bytes {
  const ecam = pci && memory32(pci.ecam.base, pci.ecam.busCount * 2 ** 20);
  const { base } = pm ?? DEFAULT_PM;
  return pnp("MBRD", "PNP0C02", define("_UID", 0), crs(ioPorts(base, PM_PORTS), ...(ecam ? [ecam] : [])));
}

function isaDevices(platform: AcpiPlatform): Bytes[] {
  const { serial = [], hpet, fwCfg } = platform;
  const list = [
    pnp("PIC_", "PNP0000", crs(ioPorts(0x20, 2), ioPorts(0xa0, 2), ioPorts(0x4d0, 2), irq(2))),
    pnp("TIMR", "PNP0100", crs(ioPorts(0x40, 4), irq(0))),
    pnp("SPKR", "PNP0800", crs(ioPorts(0x61, 1))),
  ];
  if (platform.rtc) list.push(pnp("RTC_", "PNP0B00", crs(ioPorts(0x70, 2), irq(8))));
  if (platform.keyboard) list.push(pnp("KBD_", "PNP0303", crs(ioPorts(0x60, 1), ioPorts(0x64, 1), irq(1))));
  if (platform.mouse) list.push(pnp("MOU_", "PNP0F13", crs(irq(12))));
  for (const [i, { port, irq: line }] of serial.entries()) {
    list.push(pnp(`COM${i + 1}`, "PNP0501", define("_UID", i + 1), crs(ioPorts(port, 8), irq(line))));
  }
  if (hpet) list.push(pnp("HPET", "PNP0103", crs(memory32(hpet.address, 0x400))));
  if (fwCfg !== undefined) {
    list.push(device("FWCF", define("_HID", "QEMU0002"), define("_STA", HIDDEN), crs(ioPorts(fwCfg, 12))));
  }
  return list;
}

export function dsdt(platform: AcpiPlatform): Uint8Array {
  return table("DSDT", REVISION, [
    ...define("_S5", packageOf(SLEEP_TYPE_S5, 0, 0, 0)),
    ...scope(
      "_SB",
      ...processors(platform),
      motherboard(platform),
      ...isaDevices(platform),
      ...(platform.pci ? [hostBridge(platform.pci, platform.numa !== undefined)] : []),
    ),
  ]);
}
