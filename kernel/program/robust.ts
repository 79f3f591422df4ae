/**
 * Futexes of a thread that ends while it holds them: their owner is told dead, and one that waits is woken. The list is the program's own and is
 * believed in nothing; who walks it may sleep. set_robust_list(2), as Linux has it (kernel/futex/core.c); priority inheritance is not here.
 *
 *     head │ first entry │ offset of an entry's futex │ what was being locked or unlocked │      entry │ next entry, bit 0: not ours to wake │
 */
import { wakeFutex } from "./futex.ts";
import type { ProgramThread } from "./process.ts";
import { compareExchangeWord, copyIn, loadWord } from "./user.ts";

class Head extends Struct {
  first: usize;
  distance: u64;
  pending: usize;
}
/** What a futex that inherits priority has in its entry's address. */
const INHERITS: usize = 1;
/** A list may be a circle. */
const MOST_ENTRIES: u32 = 2048;
/** Of a futex's word. */
const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const OWNER: u32 = 0x3fff_ffff;

/** False: the address cannot be one, and so the list is not to be trusted. */
function tell(at: usize, thread: ptr<ProgramThread>, inherits: bool, isPending: bool): bool {
  const word: array<u32, 1> = zeroed();
  if ((at & 3) !== 0 || !loadWord(at, addressOf(word[0]))) return false;
  // It had been given free, and nobody woken yet.
  if (isPending && !inherits && word[0] === 0) {
    wakeFutex(at, 1, 0xffff_ffff);
    return true;
  }
  for (;;) {
    const old = word[0];
    if ((old & OWNER) !== thread.id) return true;
    if (!compareExchangeWord(at, old, (old & WAITERS) | OWNER_DIED, addressOf(word[0]))) return false;
    if (word[0] !== old) continue;
    if (!inherits && (old & WAITERS) !== 0) wakeFutex(at, 1, 0xffff_ffff);
    return true;
  }
}
/** Of the calling thread, which ends. */
export function leaveRobust(thread: ptr<ProgramThread>): void {
  const head: Head = zeroed();
  const next: array<usize, 1> = zeroed();
  const list = thread.robustList;
  if (list === 0 || !copyIn(addressOf(head), list, sizeof<Head>())) return;
  const pending = head.pending & ~INHERITS;
  let entry = head.first;
  for (let i: u32 = 0; i < MOST_ENTRIES && (entry & ~INHERITS) !== list; i++) {
    const at = entry & ~INHERITS;
    // The futex may be gone as soon as it is told.
    const hasNext = copyIn(addressOf(next[0]), at, 8);
    const inherits = (entry & INHERITS) !== 0;
    if (at !== pending && !tell(at + head.distance, thread, inherits, false)) return;
    if (!hasNext) return;
    entry = next[0];
  }
  if (pending !== 0) tell(pending + head.distance, thread, (head.pending & INHERITS) !== 0, true);
}
