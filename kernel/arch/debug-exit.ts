/** QEMU's device isa-debug-exit: the whole machine ends, with a status. Where there is none, nothing happens. */

/** Where the device is put by us, and where it is by default. */
const PORT: u16 = 0xf4;
const DEFAULT_PORT: u16 = 0x501;

/** The process's status becomes 2 · value + 1. `value`: up to 127. */
export function debugExit(value: u8): void {
  out8(PORT, value);
  out8(DEFAULT_PORT, value);
}
