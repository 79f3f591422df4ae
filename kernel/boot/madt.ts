/**
 * The multiple APIC description table: processors, I/O APICs, and how ISA's interrupts reach them. ACPI 6.5 §5.2.12. Without
 * the table there is the one processor that runs.
 */

import { setApicAddress } from "../arch/apic.ts";
import { addIoApic, routeInput } from "../arch/io-apic.ts";
import { addProcessor } from "../arch/processors.ts";
import { findTable, signature, type TableHeader } from "./acpi.ts";
import { nodeOfApic } from "./numa.ts";

class Madt extends Struct {
  apicAddress: at<36, u32>;
  flags: at<40, u32>;
  entries: at<44, u8>;
}
class Entry extends Struct {
  type: u8;
  length: u8;
}
/** @packed */
class LocalApic extends Struct {
  type: u8;
  length: u8;
  uid: u8;
  apicId: u8;
  flags: u32;
}
/** @packed */
class LocalX2Apic extends Struct {
  type: u8;
  length: u8;
  reserved: u16;
  apicId: u32;
  flags: u32;
  uid: u32;
}
/** @packed */
class IoApic extends Struct {
  type: u8;
  length: u8;
  id: u8;
  reserved: u8;
  address: u32;
  firstInterrupt: u32;
}
/** @packed */
class Override extends Struct {
  type: u8;
  length: u8;
  bus: u8;
  irq: u8;
  interrupt: u32;
  flags: u16;
}
/** @packed */
class AddressOverride extends Struct {
  type: u8;
  length: u8;
  reserved: u16;
  address: u64;
}
const LOCAL_APIC: u8 = 0;
const IO_APIC: u8 = 1;
const OVERRIDE: u8 = 2;
const ADDRESS_OVERRIDE: u8 = 5;
const LOCAL_X2APIC: u8 = 9;
/** A processor's flag: it is there and works. */
const ENABLED: u32 = 1;
/** An override's flags, where they do not say "as the bus does it": polarity in bits 0 and 1, trigger in 2 and 3. */
const ACTIVE_LOW: u16 = 3;
const LEVEL: u16 = 12;

const ISA_LINES = 16;
class Line extends Struct {
  /** Of all I/O APICs together. */
  interrupt: u32;
  low: bool;
  level: bool;
}
const lines: array<Line, typeof ISA_LINES> = zeroed();

function read(entry: ptr<Entry>): void {
  switch (entry.type) {
    case LOCAL_APIC: {
      const cpu = cast<LocalApic>(entry);
      if ((cpu.flags & ENABLED) !== 0) addProcessor(u32(cpu.apicId), nodeOfApic(u32(cpu.apicId)));
      break;
    }
    case LOCAL_X2APIC: {
      const cpu = cast<LocalX2Apic>(entry);
      if ((cpu.flags & ENABLED) !== 0) addProcessor(cpu.apicId, nodeOfApic(cpu.apicId));
      break;
    }
    case IO_APIC: {
      const io = cast<IoApic>(entry);
      addIoApic(usize(io.address), io.firstInterrupt);
      break;
    }
    case OVERRIDE: {
      const override = cast<Override>(entry);
      if (override.irq >= ISA_LINES) break;
      lines[override.irq] = {
        interrupt: override.interrupt,
        low: (override.flags & ACTIVE_LOW) === ACTIVE_LOW,
        level: (override.flags & LEVEL) === LEVEL,
      };
      break;
    }
    case ADDRESS_OVERRIDE:
      setApicAddress(cast<AddressOverride>(entry).address);
      break;
  }
}
/** After readNodes. */
export function readMadt(): void {
  for (let irq: u32 = 0; irq < ISA_LINES; irq++) lines[irq] = { interrupt: irq, low: false, level: false };
  const table: ptr<TableHeader> | null = findTable(signature("APIC"));
  if (table === null) return;
  const madt = cast<Madt>(table);
  setApicAddress(usize(madt.apicAddress));
  const end = address(table) + usize(table.length);
  for (let at = address(addressOf(madt.entries)); at + sizeof<Entry>() <= end; ) {
    const entry = pointer<Entry>(at);
    if (usize(entry.length) < sizeof<Entry>() || at + usize(entry.length) > end) return;
    read(entry);
    at += usize(entry.length);
  }
}
/** An ISA line's interrupt goes to a vector of a processor. */
export function routeIsa(irq: u32, vector: u32, cpu: u32): void {
  const line = addressOf(lines[irq]);
  routeInput(line.interrupt, vector, cpu, line.low, line.level);
}
