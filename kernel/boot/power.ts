/** The end of the machine by ACPI: off (S5, ACPI 6.5 §16.1), or a new start (§4.8.3.6). Where it takes neither, the processor halts. */
import { disableInterrupts, halt } from "../arch/instructions.ts";
import { printLine } from "../console/print.ts";
import { Area, inArea } from "../memory/address.ts";
import { fixed, type GenericAddress, SPACE_IO, SPACE_MEMORY } from "./fadt.ts";

/** PM1 control: ACPI's mode is on; the sleep type's place; sleep. */
const SCI_ENABLED: u16 = 1;
const TYPE_SHIFT: u16 = 10;
const TYPE_MASK: u16 = 0x1c00;
const SLEEP: u16 = 0x2000;
/** Sleep control register of reduced hardware. */
const REDUCED_SHIFT: u8 = 2;
const REDUCED_SLEEP: u8 = 0x20;
/** How often ACPI's mode is asked for: it is firmware that answers. */
const PATIENCE: u32 = 100_000;
/** Ticks of the time-stamp counter that the machine may take to be off. */
const SLEEP_PATIENCE: u64 = 10_000_000_000;

/** The old ways of a reset: the chipset's port, and the keyboard controller's. */
const RESET_PORT: u16 = 0xcf9;
const HARD_RESET: u8 = 0x0e;
const KEYBOARD: u16 = 0x64;
const PULSE_RESET: u8 = 0xfe;

function write(at: GenericAddress, value: u8): void {
  if (at.space === SPACE_IO) out8(truncate<u16>(at.address), value);
  else if (at.space === SPACE_MEMORY && at.address !== 0)
    mmio<u8>(inArea(Area.Device, at.address)).value = value;
}
function enterAcpiMode(): void {
  if (fixed.smiCommand === 0 || (in16(fixed.pm1aControl) & SCI_ENABLED) !== 0) return;
  out8(fixed.smiCommand, fixed.acpiEnable);
  for (let i: u32 = 0; i < PATIENCE && (in16(fixed.pm1aControl) & SCI_ENABLED) === 0; i++) pause();
}
function sleep(port: u16, type: u8): void {
  if (port === 0) return;
  const control = (in16(port) & ~TYPE_MASK) | (u16(type) << TYPE_SHIFT);
  out16(port, control);
  out16(port, control | SLEEP);
}

export function powerOff(): never {
  disableInterrupts();
  if (fixed.hasS5) {
    write(fixed.sleepControl, (fixed.s5a << REDUCED_SHIFT) | REDUCED_SLEEP);
    if (fixed.pm1aControl !== 0) {
      enterAcpiMode();
      sleep(fixed.pm1aControl, fixed.s5a);
      sleep(fixed.pm1bControl, fixed.s5b);
    }
    const start = readTsc();
    while (readTsc() - start < SLEEP_PATIENCE) pause();
  }
  printLine("The machine cannot switch itself off.");
  halt();
}
export function reset(): never {
  disableInterrupts();
  write(fixed.reset, fixed.resetValue);
  out8(RESET_PORT, HARD_RESET);
  out8(KEYBOARD, PULSE_RESET);
  halt();
}
