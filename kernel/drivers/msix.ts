/**
 * MSI-X: a function's table of messages, each an interrupt vector of some processor (PCI Local Bus 3.0 §6.8.2; the message is SDM vol. 3
 * §11.11's).
 */
import { cpus } from "../arch/cpu.ts";
import { mapDevice } from "../vm/alias.ts";
import { barAddress, findCapability } from "./pci.ts";
import { readConfiguration, writeConfiguration } from "./pci-configuration.ts";

const CAPABILITY: u32 = 0x11;
/** Of the first word. */
const ENABLE: u32 = 0x8000_0000;
const ALL_MASKED: u32 = 0x4000_0000;
const TABLE: u32 = 4;
const MESSAGES: usize = 0xfee0_0000;

class Entry extends Struct {
  addressLow: u32;
  addressHigh: u32;
  data: u32;
  /** Bit 0: masked. */
  control: u32;
}

/** Turns MSI-X on with all entries masked. Gives its table, linear; 0: the function has none that can be reached, or fewer entries than `least`. */
export function enableMsix(place: u32, least: usize): usize {
  const at = findCapability(place, CAPABILITY);
  if (at === 0) return 0;
  const control = readConfiguration(place, at);
  const entries = usize((control >> 16) & 0x7ff) + 1;
  const where = readConfiguration(place, at + TABLE);
  const bar = barAddress(place, where & 7);
  if (bar === 0 || entries < least) return 0;
  const table = mapDevice(bar + usize(where & ~u32(7)), entries * sizeof<Entry>());
  if (table !== 0) writeConfiguration(place, at, (control | ENABLE) & ~ALL_MASKED);
  return table;
}
/** An entry of a table interrupts a processor that is up, by its index. */
export function setMessage(table: usize, entry: u32, cpu: u32, vector: u32): void {
  const message = mmio<Entry>(table + usize(entry) * sizeof<Entry>());
  message.addressLow = u32(MESSAGES) | (cpus[cpu].apicId << 12);
  message.addressHigh = 0;
  message.data = vector;
  message.control = 0;
}
