/** The PCI host bridge in AML: what it passes on, who gets which interrupt, who controls it (PCI Firmware Specification 3.2 §4.5). */
import {
  arg,
  type Bytes,
  define,
  device,
  dwordField,
  eisaId,
  equal,
  ifThen,
  method,
  name,
  not,
  or,
  otherwise,
  packageOf,
  returns,
  uuid,
} from "./aml.ts";
import type { AcpiPci } from "./platform.ts";
import { busNumbers, ioPorts, ioWindow, memoryWindow, resources } from "./resources.ts";

const SLOTS = 32;
const PINS = 4;
/** Ports of configuration mechanism 1, which the bridge keeps for itself. */
const CONFIGURATION_PORTS = { first: 0xcf8, count: 8 };

const HOST_BRIDGE_UUID = "33DB4D5B-1FF7-401C-9657-7441C03DD766";
const OSC_REVISION = 1;
/** Bits of the status in the first word that `_OSC` gives back. */
const UNKNOWN_UUID = 1 << 2;
const UNKNOWN_REVISION = 1 << 3;

const turning = (slot: number, pin: number): number => 16 + ((slot + pin) % 8);

/** `_PRT`: all functions of a slot (0xFFFF), a pin, and the global system interrupt (source 0). */
function routing(interrupt: (slot: number, pin: number) => number): Bytes {
  const entries: Bytes[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    for (let pin = 0; pin < PINS; pin++) {
      entries.push(packageOf(slot * 0x10000 + 0xffff, pin, 0, interrupt(slot, pin)));
    }
  }
  return define("_PRT", packageOf(...entries));
}

/**
 * `_OSC`: no firmware uses the features that the operating system asks for, so it gets them all: its words come back as
 * they are.
 */
function operatingSystemCapabilities(): Bytes {
  return method(
    "_OSC",
    4,
    true,
    dwordField(arg(3), 0, "CDW1"),
    ifThen(not(equal(arg(0), uuid(HOST_BRIDGE_UUID))), or(name("CDW1"), UNKNOWN_UUID, name("CDW1"))),
    otherwise(ifThen(not(equal(arg(1), OSC_REVISION)), or(name("CDW1"), UNKNOWN_REVISION, name("CDW1")))),
    returns(arg(3)),
  );
}

/** `numa`: whether it says that it belongs to proximity domain 0. */
export function hostBridge(pci: AcpiPci, numa: boolean): Bytes {
  return device(
    "PCI0",
    define("_HID", eisaId("PNP0A08")),
    define("_CID", eisaId("PNP0A03")),
    define("_UID", 0),
    define("_SEG", 0),
    define("_BBN", 0),
    ...(numa ? [define("_PXM", 0)] : []),
    define(
      "_CRS",
      resources(
        busNumbers({ first: 0, last: pci.ecam.busCount - 1 }),
        ioPorts(CONFIGURATION_PORTS.first, CONFIGURATION_PORTS.count),
        ioWindow(pci.ioWindow),
        ...pci.memoryWindows.map(memoryWindow),
      ),
    ),
    routing(pci.interrupt ?? turning),
    operatingSystemCapabilities(),
  );
}
