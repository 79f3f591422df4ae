/**
 * When memory has run out: everyone who keeps some in reserve is asked to give it back. They register here, so that whoever
 * finds memory short need not know them. Nothing is taken from its users.
 */

/** Gives back what it can; whether that was anything. Called without locks of its own held, on any processor. */
type Reserve = fn<() => bool>;

const MAX_RESERVES = 16;
const reserves: array<Reserve | null, typeof MAX_RESERVES> = zeroed();
let reserveCount: usize = 0;
/** How many times memory was short. */
export let shortages: u64 = 0;

/** At start-up only. */
export function addReserve(reserve: Reserve): void {
  if (reserveCount === reserves.length) return;
  reserves[reserveCount] = reserve;
  reserveCount++;
}
/** Whether it is worth trying again. */
export function relieveShortage(): bool {
  shortages++;
  let relieved = false;
  for (let i: usize = 0; i < reserveCount; i++) {
    const reserve = reserves[i];
    if (reserve === null) continue;
    if (reserve()) relieved = true;
  }
  return relieved;
}
