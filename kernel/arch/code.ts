/** Whose code an address is: the kernel's lies in its image and nowhere else (docs/kernel.md, addresses). */

declare const __image_end: u8;

/** Below it nothing is ever executed but by a program that has lost its way. Entry code compares with it as well. */
export const KERNEL_START: u64 = 0x10_0000;

/** Whether it is not the kernel's. @inline */
export function isProgramCode(rip: usize): bool {
  return rip < KERNEL_START || rip >= address(addressOf(__image_end));
}
