/**
 * System calls that only read or set a few words of the kernel's, `quick` in the table: entry.ts calls them at once, with interrupts off, and
 * saves no more registers than a function may change. They see their arguments and nothing else of the `Call`, and can neither wait nor touch
 * the program's memory. No signal is looked for afterwards: what another processor sends meanwhile comes as an interrupt, as soon as interrupts are on.
 */
import type { Serve } from "./call.ts";
import { CALLS, rows } from "./table.ts";

/** By number; null: the call is not quick, or quick ones are not served so. */
export const quickCalls: array<Serve | null, typeof CALLS> = zeroed();

/** From here on; before, and while calls are traced, all go the long way. */
export function openQuickCalls(): void {
  for (let i: usize = 0; i < CALLS; i++) if (rows[i].quick) quickCalls[i] = rows[i].serve;
}
