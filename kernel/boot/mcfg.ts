/** Where PCI's configuration space is in memory (PCI Firmware Specification 3.2 §4.1.2). Segment 0 only. */
import { findTable, HEADER_SIZE, signature } from "./acpi.ts";

/** Behind the header, and eight bytes that are reserved. */
const ENTRIES: usize = HEADER_SIZE + 8;
/** @packed */
class Entry extends Struct {
  base: u64;
  segment: u16;
  firstBus: u8;
  lastBus: u8;
  reserved: u32;
}
/** Physical, of bus 0; 0: configuration is reached by ports only. */
export let ecamAddress: usize = 0;
export let ecamFirstBus: u32 = 0;
export let ecamLastBus: u32 = 0;

export function readMcfg(): void {
  const table = findTable(signature("MCFG"));
  if (table === null) return;
  const end = address(table) + usize(table.length);
  for (let at = address(table) + ENTRIES; at + sizeof<Entry>() <= end; at += sizeof<Entry>()) {
    const entry = pointer<Entry>(at);
    if (entry.segment !== 0) continue;
    ecamAddress = entry.base;
    ecamFirstBus = u32(entry.firstBus);
    ecamLastBus = u32(entry.lastBus);
    return;
  }
}
