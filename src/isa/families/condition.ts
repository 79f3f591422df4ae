/**
 * The sixteen conditions of jcc, setcc and cmovcc (SDM vol. 1 appendix B), by the low four bits of the opcode.
 * No rows here: the families that use a condition make them.
 */
import type { Ops } from "../ops.ts";
import type { StatusFlag } from "../state.ts";

/** Names by condition number: the one that is printed, then those that the assembler also accepts. */
export const CONDITION_NAMES: readonly (readonly [string, ...string[]])[] = [
  ["o"],
  ["no"],
  ["b", "c", "nae"],
  ["ae", "nb", "nc"],
  ["e", "z"],
  ["ne", "nz"],
  ["be", "na"],
  ["a", "nbe"],
  ["s"],
  ["ns"],
  ["p", "pe"],
  ["np", "po"],
  ["l", "nge"],
  ["ge", "nl"],
  ["le", "ng"],
  ["g", "nle"],
];

/** The flag that an even condition below 12 tests; 6 tests cf or zf. */
const TESTED: readonly StatusFlag[] = ["of", "cf", "zf", "cf", "sf", "pf"];

function evenCondition<V>(o: Ops<V>, number: number): V {
  if (number === 6) return o.or(o.flag("cf"), o.flag("zf"));
  if (number === 12) return o.xor(o.flag("sf"), o.flag("of"));
  if (number === 14) return o.or(o.flag("zf"), o.xor(o.flag("sf"), o.flag("of")));
  const flag = TESTED[number >> 1];
  if (flag === undefined) throw new RangeError(`condition ${number}`);
  return o.flag(flag);
}

/** Whether condition 0–15 holds, as a value of width 1. An odd condition is the opposite of the even one before it. */
export function condition<V>(o: Ops<V>, number: number): V {
  const even = evenCondition(o, number & ~1);
  return number & 1 ? o.xor(even, o.const(1, 1)) : even;
}
