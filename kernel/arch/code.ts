/** Whose code an address is: the kernel's image ends below 4 MiB, and programs begin there (docs/kernel.md, addresses). */

/** log₂ of the first address of programs. Entry code shifts by it as well. */
export const PROGRAMS_SHIFT: u64 = 22;

/** Whether it is not the kernel's. @inline */
export function isProgramCode(rip: usize): bool {
  return rip >> PROGRAMS_SHIFT !== 0;
}
