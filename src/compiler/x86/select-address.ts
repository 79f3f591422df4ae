/**
 * Addresses: sums of values matched to base + index × scale + displacement + symbol or frame slot (SDM vol. 1 §3.7.5).
 * What cannot be folded goes into registers.
 */
import type { Value } from "../ir/ir.ts";
import type { FrameSlot, MemoryOperand } from "./machine.ts";
import { NO_REGISTER } from "./registers.ts";
import { constantOf, fitsInt32, producer, type Selection } from "./selection.ts";

/** Terms of a sum found so far. Values become registers only when the whole is known to fit. */
export interface Terms {
  readonly base: Value | undefined;
  readonly index: Value | undefined;
  /** log2. */
  readonly scale: number;
  readonly displacement: number;
  readonly symbol: string | undefined;
  readonly slot: FrameSlot | undefined;
}
const NOTHING: Terms = {
  base: undefined,
  index: undefined,
  scale: 0,
  displacement: 0,
  symbol: undefined,
  slot: undefined,
};

function displaced(t: Terms, by: bigint | number): Terms | undefined {
  const sum = BigInt(t.displacement) + BigInt(by);
  return fitsInt32(sum) ? { ...t, displacement: Number(sum) } : undefined;
}

function withRegister(t: Terms, v: Value): Terms | undefined {
  if (t.base === undefined && t.slot === undefined) return { ...t, base: v };
  return t.index === undefined ? { ...t, index: v, scale: 0 } : undefined;
}

function withScaled(t: Terms, v: Value, scale: number): Terms | undefined {
  if (t.index === undefined) return { ...t, index: v, scale };
  // A plain index may as well be the base.
  if (t.scale !== 0 || t.base !== undefined || t.slot !== undefined) return undefined;
  return { ...t, base: t.index, index: v, scale };
}

/** Whether to look through a sum or shift rather than to take its result from a register. */
function mayFold(s: Selection, v: Value, registers: number): boolean {
  const def = producer(v)!;
  if (s.isLocal(def)) return registers < 2 || s.useCounts.get(v) === 1 || !s.isRequested(v);
  // From outside: one register more is alive from there to here, so only where that is likely the last of it.
  if (registers < 2) return !s.isRequested(v) || s.homeDepth(def) >= s.depth;
  return s.useCounts.get(v) === 1 && s.homeDepth(def) >= s.depth;
}

/** Whether a value is in a register here whatever the address takes. */
function livesAlone(s: Selection, v: Value): boolean {
  return producer(v, "symbol", "slot") !== undefined || s.livesOn(v);
}

function addTerm(s: Selection, t: Terms, v: Value, depth: number, forced = false): Terms | undefined {
  const constant = constantOf(v);
  if (constant !== undefined) {
    const sum = displaced(t, constant);
    if (sum) return sum;
  }
  const def = producer(v);
  if (def === undefined || depth > 8) return withRegister(t, v);
  switch (def.op) {
    case "symbol": {
      if (t.symbol !== undefined || t.slot !== undefined) break;
      return displaced({ ...t, symbol: def.details.symbol }, def.details.offset ?? 0);
    }
    case "slot": {
      if (t.symbol !== undefined || t.slot !== undefined || (t.base !== undefined && t.index !== undefined))
        break;
      const slot = s.slots.get(def.details.slot!.id);
      const moved = t.base === undefined ? t : { ...t, base: undefined, index: t.base, scale: 0 };
      return displaced({ ...moved, slot }, def.details.offset ?? 0);
    }
    case "add": {
      const [a, b] = [def.args[0]!, def.args[1]!];
      const plain = constantOf(b) !== undefined || constantOf(a) !== undefined;
      if (!forced && !mayFold(s, v, plain ? 1 : 2)) break;
      // What has a register anyway costs nothing; the operand would have to live on for this alone.
      if (
        !forced &&
        plain &&
        s.isLocal(def) &&
        s.isRequested(v) &&
        !livesAlone(s, constantOf(b) === undefined ? b : a)
      )
        break;
      // The side with structure first, as registers alone fit anywhere.
      const [first, second] = producer(b, "shl", "mul", "const", "symbol", "slot") ? [b, a] : [a, b];
      const half = addTerm(s, t, first, depth + 1);
      const whole = half && addTerm(s, half, second, depth + 1);
      if (whole) return whole;
      break;
    }
    case "sub": {
      const by = constantOf(def.args[1]!);
      if (by === undefined || !(forced || mayFold(s, v, 1))) break;
      const less = displaced(t, -by);
      const whole = less && addTerm(s, less, def.args[0]!, depth + 1);
      if (whole) return whole;
      break;
    }
    case "shl": {
      const by = constantOf(def.args[1]!);
      if (by === undefined || by < 1n || by > 3n || !mayFold(s, v, 1)) break;
      const whole = scaledTerm(s, t, def.args[0]!, Number(by), depth);
      if (whole) return whole;
      break;
    }
    case "mul": {
      const by = constantOf(def.args[1]!);
      const scale = by === 2n ? 1 : by === 4n ? 2 : by === 8n ? 3 : 0;
      if (scale === 0 || !mayFold(s, v, 1)) break;
      const whole = scaledTerm(s, t, def.args[0]!, scale, depth);
      if (whole) return whole;
      break;
    }
  }
  return withRegister(t, v);
}

/** (x + c) × s is x × s + c × s. */
function scaledTerm(s: Selection, t: Terms, x: Value, scale: number, depth: number): Terms | undefined {
  const def = producer(x, "add", "sub");
  const by = def && constantOf(def.args[1]!);
  if (def !== undefined && by !== undefined && mayFold(s, x, 1)) {
    const moved = displaced(t, (def.op === "add" ? by : -by) << BigInt(scale));
    const whole = moved && withScaled(moved, def.args[0]!, scale);
    if (whole) return whole;
  }
  if (depth > 8) return undefined;
  return withScaled(t, x, scale);
}

/** The terms of a value as an address; `forced`: the sum itself is wanted, not its register. */
export function matchTerms(s: Selection, v: Value, displacement = 0, forced = false): Terms {
  const start = { ...NOTHING, displacement };
  return addTerm(s, start, v, 0, forced) ?? { ...start, base: v };
}

/** The operand for terms; their values become needed. */
export function operandOf(s: Selection, t: Terms): MemoryOperand {
  return {
    kind: "mem",
    base: t.base === undefined ? NO_REGISTER : s.use(t.base),
    index: t.index === undefined ? NO_REGISTER : s.use(t.index),
    scale: t.scale,
    displacement: t.displacement,
    symbol: t.symbol,
    slot: t.slot,
  };
}

/** What lies `displacement` bytes after the address `v`. */
export function addressOf(s: Selection, v: Value, displacement = 0): MemoryOperand {
  return operandOf(s, matchTerms(s, v, displacement));
}

/** The same place some bytes on. */
export const shifted = (m: MemoryOperand, by: number): MemoryOperand => ({
  ...m,
  displacement: m.displacement + by,
});
