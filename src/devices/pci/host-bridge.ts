/**
 * The host bridge: the function 00:00.0 by which software knows that there is a bus. It is the plain PCI Express host bridge that
 * QEMU's generic machines have too, so that no quirk for a real chipset applies to it. There is no ISA bridge: nothing
 * needs one, as ACPI names the devices that would be behind it.
 */
import { PciFunction } from "./function.ts";

/** Red Hat's generic PCI Express host bridge. */
const IDENTITY = {
  vendor: 0x1b36,
  device: 0x0008,
  revision: 0,
  classCode: 0x060000,
  subsystemVendor: 0x1af4,
  subsystemDevice: 0x1100,
} as const;

export const hostBridge = (): PciFunction => new PciFunction("host bridge", IDENTITY);
