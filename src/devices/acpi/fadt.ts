/**
 * The fixed ACPI description table and the firmware control structure (ACPI 6.3 §5.2.9, §5.2.10): where the registers of
 * acpi-pm.ts are and what the machine has of the old PC.
 *
 * SMI_CMD is zero: the machine is in ACPI mode from the start and has no other. Addresses are given twice, in the old
 * fields and in the X_ fields, and agree; X_FIRMWARE_CTRL stays zero, since FIRMWARE_CTRL reaches the FACS.
 */
import { GPE0, GPE0_LENGTH, PM_TIMER, PM_TIMER_BITS, PM1_CONTROL, PM1_EVENT } from "../acpi-pm.ts";
import { RESET_PORT, RESET_VALUE } from "../reset-control.ts";
import { ascii, littleEndian as le } from "./little-endian.ts";
import { type AcpiPlatform, DEFAULT_PM } from "./platform.ts";
import { genericAddress, NO_ADDRESS, SYSTEM_IO, table } from "./table.ts";

const REVISION = 6;
const MINOR_REVISION = 3;

/** Latencies of C2 and C3 that mean: not supported. */
const NO_C2 = 0xfff;
const NO_C3 = 0xfff;

/** IA-PC boot architecture flags. */
const LEGACY_DEVICES = 1 << 0;
const I8042 = 1 << 1;
const VGA_NOT_PRESENT = 1 << 2;
const CMOS_RTC_NOT_PRESENT = 1 << 5;

/** Fixed feature flags. */
const WBINVD = 1 << 0;
const PROC_C1 = 1 << 2;
const NO_FIXED_SLEEP_BUTTON = 1 << 5;
const NO_FIXED_RTC_WAKE = 1 << 6;
const TMR_VAL_EXT = 1 << 8;
const RESET_REG_SUP = 1 << 10;

/** `facs` and `dsdt` are their addresses, below 4 GiB. */
export function fadt(platform: AcpiPlatform, facs: number, dsdt: number): Uint8Array {
  const { base, irq } = platform.pm ?? DEFAULT_PM;
  const boot =
    (platform.serial?.length ? LEGACY_DEVICES : 0) |
    (platform.keyboard || platform.mouse ? LEGACY_DEVICES | I8042 : 0) |
    (platform.vga ? 0 : VGA_NOT_PRESENT) |
    (platform.rtc ? 0 : CMOS_RTC_NOT_PRESENT);
  const flags =
    WBINVD |
    PROC_C1 |
    NO_FIXED_SLEEP_BUTTON |
    NO_FIXED_RTC_WAKE |
    (PM_TIMER_BITS === 32 ? TMR_VAL_EXT : 0) |
    RESET_REG_SUP;
  const event = base + PM1_EVENT;
  const control = base + PM1_CONTROL;
  const timer = base + PM_TIMER;
  const gpe0 = base + GPE0;
  return table("FACP", REVISION, [
    ...le(4, facs, dsdt),
    0, // reserved
    0, // preferred power-management profile: unspecified
    ...le(2, irq),
    ...le(4, 0), // SMI_CMD
    ...[0, 0, 0, 0], // ACPI_ENABLE, ACPI_DISABLE, S4BIOS_REQ, PSTATE_CNT
    ...le(4, event, 0, control, 0, 0, timer, gpe0, 0), // PM1a, PM1b, PM2, timer, GPE0, GPE1
    ...[4, 2, 0, 4, GPE0_LENGTH, 0], // their lengths: events, control, PM2, timer, GPE0, GPE1
    ...[0, 0], // GPE1_BASE, CST_CNT
    ...le(2, NO_C2, NO_C3),
    ...le(2, 0, 0), // FLUSH_SIZE, FLUSH_STRIDE: WBINVD does it
    ...[0, 0], // duty cycle
    ...[0, 0, platform.rtc?.century ?? 0], // DAY_ALRM, MON_ALRM, CENTURY
    ...le(2, boot),
    0, // reserved
    ...le(4, flags),
    ...genericAddress(SYSTEM_IO, RESET_PORT, 8, 1),
    RESET_VALUE,
    ...le(2, 0), // ARM boot architecture
    MINOR_REVISION,
    ...le(8, 0, dsdt), // X_FIRMWARE_CTRL, X_DSDT
    ...genericAddress(SYSTEM_IO, event, 32, 2),
    ...NO_ADDRESS,
    ...genericAddress(SYSTEM_IO, control, 16, 2),
    ...NO_ADDRESS,
    ...NO_ADDRESS,
    ...genericAddress(SYSTEM_IO, timer, 32, 4),
    ...genericAddress(SYSTEM_IO, gpe0, GPE0_LENGTH * 8, 1),
    ...NO_ADDRESS,
    ...NO_ADDRESS, // sleep control and status: hardware-reduced machines only
    ...NO_ADDRESS,
    ...le(8, 0), // hypervisor vendor
  ]);
}

/** Starts at a multiple of this. */
export const FACS_ALIGNMENT = 64;

/** Has no header and no checksum; software writes to it. */
export const facs = (): Uint8Array =>
  Uint8Array.from([
    ...ascii("FACS", 4),
    ...le(4, 64),
    ...le(4, 0, 0, 0, 0), // hardware signature, waking vector, global lock, flags
    ...le(8, 0), // X waking vector
    2, // version
    ...new Array<number>(31).fill(0),
  ]);
