/**
 * The image's functions, from the table that the compiler puts beside them (src/compiler/elf/function-table.ts): the name of what an
 * address lies in, and how its frame is undone.
 *
 *     u32 count
 *     count + 1 ×  u32 address, u32 name, u32 state    ascending; the last one is the end of the code
 *     states ×     u16 from, u16 rule                  of function n: state n up to state n + 1
 *     names
 */

declare const __symbols_start: u8;

class Entry extends Struct {
  address: u32;
  /** Bytes from the table's start. */
  name: u32;
  state: u32;
}
class State extends Struct {
  /** Bytes from the function's start, from which on the rule holds. */
  from: u16;
  rule: u16;
}
/** Of a rule: where the CFA is, where the caller's RBP is below it, both in words; what register the CFA counts from. */
const WORDS: u16 = 0x3ff;
const SAVED_SHIFT: u16 = 10;
const SAVED: u16 = 0x1f;
const BY_RBP: u16 = 0x8000;

/** A place in code, with the registers that lead to its caller. */
export class Frame extends Struct {
  rip: usize;
  rsp: usize;
  rbp: usize;
}

function table(): usize {
  return address(addressOf(__symbols_start));
}
function count(): usize {
  return usize(pointer<u32>(table()).value);
}
function entry(index: usize): ptr<Entry> {
  return pointer<Entry>(table() + 4).offset(index);
}
/** The entry of the function that `at` lies in; null if it lies in none. */
export function functionOf(at: usize): ptr<Entry> | null {
  let low: usize = 0;
  let high = count();
  if (high === 0 || at < usize(entry(0).address) || at >= usize(entry(high).address)) return null;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (usize(entry(middle).address) <= at) low = middle;
    else high = middle;
  }
  return entry(low);
}
export function nameOf(found: ptr<Entry>): ptr<u8> {
  return pointer<u8>(table() + usize(found.name));
}
/** The rule at `offset` of a function; 0: none. */
function ruleAt(found: ptr<Entry>, offset: usize): u16 {
  const states = pointer<State>(address(entry(count())) + sizeof<Entry>());
  let rule: u16 = 0;
  for (let i = found.state; i < found.offset(1).state && usize(states[i].from) <= offset; i++)
    rule = states[i].rule;
  return rule;
}
/** From a place to the one that called it. False: it cannot be told. Reads the stack, and trusts it. */
export function unwind(frame: ptr<Frame>, found: ptr<Entry>): bool {
  const rule = ruleAt(found, frame.rip - usize(found.address));
  if (rule === 0) return false;
  const base = (rule & BY_RBP) !== 0 ? frame.rbp : frame.rsp;
  const cfa = base + 8 * usize(rule & WORDS);
  if ((base & 7) !== 0 || cfa <= frame.rsp) return false;
  const saved = usize((rule >> SAVED_SHIFT) & SAVED);
  frame.rip = pointer<usize>(cfa - 8).value;
  if (saved !== 0) frame.rbp = pointer<usize>(cfa - 8 * saved).value;
  frame.rsp = cfa;
  return true;
}
