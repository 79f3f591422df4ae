/**
 * PCI functions: found on the root bus and behind bridges, with the BARs that the firmware has given them (PCI Local Bus 3.0 §6). A
 * function whose BARs have no address stays as it is; nothing is assigned here, and nothing comes or goes later.
 */
import {
  NOTHING,
  readConfiguration,
  readConfiguration8,
  readConfiguration16,
  writeConfiguration,
} from "./pci-configuration.ts";

/** Registers of the header. */
const IDS: u32 = 0;
const COMMAND: u32 = 4;
const CLASS: u32 = 8;
const HEADER_TYPE: u32 = 14;
const FIRST_BAR: u32 = 16;
const SECONDARY_BUS: u32 = 25;
const SUBSYSTEM: u32 = 44;
const CAPABILITIES: u32 = 52;

const HAS_CAPABILITIES: u32 = 0x10_0000;
const SEVERAL_FUNCTIONS: u32 = 0x80;
const BRIDGE_HEADER: u32 = 1;
const BARS: u32 = 6;
/** Of a BAR: ports; 64 bits. */
const IS_PORTS: u32 = 1;
const IS_WIDE: u32 = 4;
const ADDRESS_MASK: u32 = ~u32(15);
/** Of the command register. */
const MEMORY: u32 = 2;
const BUS_MASTER: u32 = 4;
const NO_PIN: u32 = 0x400;
/** Each is four bytes at least, behind the header of 64. */
export const MOST_CAPABILITIES = 48;

export class PciFunction extends Struct {
  /** As pci-configuration.ts has it. */
  place: u32;
  vendor: u32;
  device: u32;
  subsystemDevice: u32;
  /** Base class, class, programming interface. */
  class: u32;
}
const MAX_FUNCTIONS = 64;
const MAX_BUSES = 16;
export const pciFunctions: array<PciFunction, typeof MAX_FUNCTIONS> = zeroed();
export let pciCount: usize = 0;
/** Buses that are still to be looked at, and have been. */
const buses: array<u32, typeof MAX_BUSES> = zeroed();
let busCount: usize = 0;

function addBus(bus: u32): void {
  for (let i: usize = 0; i < busCount; i++) if (buses[i] === bus) return;
  if (busCount === MAX_BUSES) return;
  buses[busCount] = bus;
  busCount++;
}
/** False: nothing is there. */
function addFunction(place: u32): bool {
  const ids = readConfiguration(place, IDS);
  if (ids === NOTHING) return false;
  if ((readConfiguration8(place, HEADER_TYPE) & 0x7f) === BRIDGE_HEADER) {
    const bus = readConfiguration8(place, SECONDARY_BUS);
    if (bus !== 0) addBus(bus);
  }
  if (pciCount === MAX_FUNCTIONS) return true;
  pciFunctions[pciCount] = {
    place,
    vendor: ids & 0xffff,
    device: ids >> 16,
    subsystemDevice: readConfiguration16(place, SUBSYSTEM + 2),
    class: readConfiguration(place, CLASS) >> 8,
  };
  pciCount++;
  return true;
}
/** Finds all functions; once. */
export function initPci(): void {
  addBus(0);
  for (let i: usize = 0; i < busCount; i++) {
    for (let device: u32 = 0; device < 32; device++) {
      const place = (buses[i] << 8) | (device << 3);
      if (!addFunction(place)) continue;
      if ((readConfiguration8(place, HEADER_TYPE) & SEVERAL_FUNCTIONS) === 0) continue;
      for (let f: u32 = 1; f < 8; f++) addFunction(place | f);
    }
  }
}
/** It answers at its BARs, reads and writes memory, and interrupts by messages only. */
export function enableFunction(place: u32): void {
  const command = readConfiguration(place, COMMAND) & 0xffff;
  writeConfiguration(place, COMMAND, command | MEMORY | BUS_MASTER | NO_PIN);
}
/** The physical address in memory that a BAR has; 0: none. */
export function barAddress(place: u32, bar: u32): usize {
  if (bar >= BARS) return 0;
  const low = readConfiguration(place, FIRST_BAR + 4 * bar);
  if ((low & IS_PORTS) !== 0) return 0;
  const high =
    (low & IS_WIDE) !== 0 && bar + 1 < BARS ? readConfiguration(place, FIRST_BAR + 4 * bar + 4) : 0;
  return (usize(high) << 32) | usize(low & ADDRESS_MASK);
}
/** Where a function's first capability is; 0: it has none. A read of it takes as long as hundreds of instructions. */
export function firstCapability(place: u32): u32 {
  if ((readConfiguration(place, COMMAND) & HAS_CAPABILITIES) === 0) return 0;
  return capabilityAt(readConfiguration8(place, CAPABILITIES));
}
/** Where the capability behind one is, of which the first word is given; 0: it is the last. */
export function capabilityBehind(head: u32): u32 {
  return capabilityAt((head >> 8) & 0xff);
}
function capabilityAt(pointer: u32): u32 {
  return pointer < 64 ? u32(0) : pointer & 0xfc;
}
/** The first capability with an id; 0: there is none. */
export function findCapability(place: u32, id: u32): u32 {
  let at = firstCapability(place);
  for (let i: u32 = 0; at !== 0 && i < MOST_CAPABILITIES; i++) {
    const head = readConfiguration(place, at);
    if ((head & 0xff) === id) return at;
    at = capabilityBehind(head);
  }
  return 0;
}
