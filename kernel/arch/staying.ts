/** Exceptions whose handlers run to their end on a stack of their own, from which no thread can be switched (entry.ts). */

/** Double fault, NMI, machine check, page fault: 2, 8, 14, 18. */
const STAYING: u32 = 0x0004_4104;

/** Whether a vector's handler runs on its own stack of the TSS to its end. */
export function staysOnItsStack(vector: u32): bool {
  return vector < 32 && (STAYING & (1 << vector)) !== 0;
}
