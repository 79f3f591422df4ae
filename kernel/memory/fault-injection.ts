/** Makes allocations of frames fail, so that tests can see what becomes of those who asked. */

/** Requests until the one that fails; 0: none fails. */
let countdown: u64 = 0;
let failed: u64 = 0;

/** The n-th request from now on fails, counted from 1 over all processors, and no other. 0: none does. */
export function failAfter(n: u64): void {
  countdown = n;
}
/** Requests that were made to fail, ever. */
export function injectedFailures(): u64 {
  return failed;
}
/** @noinline */
function count(): bool {
  for (;;) {
    const left = atomicLoad(addressOf(countdown));
    if (left === 0) return false;
    if (atomicCompareExchange(addressOf(countdown), left, left - 1) !== left) continue;
    if (left === 1) failed++;
    return left === 1;
  }
}
/**
 * Asked once for each request: whether it is to fail.
 * @inline
 */
export function failsNow(): bool {
  return atomicLoadRelaxed(addressOf(countdown)) !== 0 && count();
}
