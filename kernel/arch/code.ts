/** Whose code an address is: the kernel's image lies between 1 and 4 MiB, and programs begin there (docs/kernel.md, addresses). */

/** log₂ of the first address of programs. Entry code shifts by it as well. */
export const PROGRAMS_SHIFT: u64 = 22;

/** Below it nothing is ever executed but by a program that has lost its way. Entry code compares with it as well. */
export const KERNEL_START: u64 = 0x10_0000;

/** Whether it is not the kernel's. @inline */
export function isProgramCode(rip: usize): bool {
  return rip >> PROGRAMS_SHIFT !== 0 || rip < KERNEL_START;
}
