/** QEMU's device isa-debug-exit: the whole machine ends, with a status. Where there is none, nothing happens. */

/** Where the device is put by us, and where it is by default. */
const PORT: u16 = 0xf4;
const DEFAULT_PORT: u16 = 0x501;
/** Beside a program's status, so that the kernel's own end is not mistaken for one. */
const PROGRAM: u16 = 0x100;

/** The process's status becomes 2 · value + 1. `value`: up to 127. */
export function debugExit(value: u8): void {
  out8(PORT, value);
  out8(DEFAULT_PORT, value);
}
/** Tells the status of the program: 2 · (0x100 + status) + 1. Where the host's process has 8 bits for it, that is 2 · status + 1. */
export function programExit(status: u8): void {
  out16(PORT, PROGRAM | u16(status));
  out16(DEFAULT_PORT, PROGRAM | u16(status));
}
