/**
 * What an instruction waits for and what waits for it, as masks over one file of *resources*: general-purpose
 * registers, vector registers, the x87 stack and three groups of flags. Made from the effects and cost readings once
 * for each kind of instruction, then filled in with the registers of each.
 */
import type { Instruction, Operand } from "../isa/instruction.ts";
import { type Cost, costWith, isComplex, type Port } from "../isa/readings/cost.ts";
import { PORT_COUNT } from "../isa/readings/cost-classes.ts";
import { type Effects, effectsOf } from "../isa/readings/effects.ts";
import type { Row } from "../isa/row.ts";
import { RSP, type StatusFlag } from "../isa/state.ts";

/** Resource numbers: 0–15 general-purpose, 16–31 xmm, 32–39 mm, then these. */
const X87 = 40;
const FLAG_C = 41;
const FLAG_O = 42;
/** zf, af, pf, sf: renamed together. */
const FLAG_ZAPS = 43;
export const RESOURCES = 44;

// as: Object.keys loses the key type; PORT_COUNT has exactly the ports
export const PORTS = Object.keys(PORT_COUNT) as Port[];

/** What all instructions of one kind have in common. */
export interface Kind {
  readonly cost: Cost;
  /** Index of its ports in PORTS. */
  readonly port: number;
  /** Resources beside explicit operands. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** How explicit register operands are used. */
  readonly operands: readonly { readonly reads: boolean; readonly writes: boolean }[];
  /** Moves rsp by a constant known at decoding, which costs nothing and delays nobody. */
  readonly stack: boolean;
  /** Writes no register that later instructions could wait for. */
  readonly onlyFlags: boolean;
  /** A conditional near branch that fuses with a compare before it, or such a compare. */
  readonly fuses: boolean;
  readonly fusible: boolean;
  /** Its result does not depend on its operands where both are the same register (xor eax,eax). */
  readonly zeroes: boolean;
}

const kinds = new WeakMap<Row, Map<number, Kind>>();

const SIZE_BITS = { 8: 0, 16: 1, 32: 2, 64: 3 } as const;
const REPEAT_BITS = { none: 0, rep: 1, repne: 2 } as const;

/** Equal for instructions of a row whose Kind is the same. */
function kindKey(insn: Instruction): number {
  let key =
    SIZE_BITS[insn.size] |
    (SIZE_BITS[insn.addressSize] << 2) |
    (SIZE_BITS[insn.mode] << 4) |
    (REPEAT_BITS[insn.repeat] << 6) |
    (insn.lock ? 256 : 0);
  const { operands } = insn;
  for (let i = 0; i < operands.length; i++) {
    const o = operands[i]!;
    if (o.kind === "memory") key |= (isComplex(o) ? 3 : 1) << (9 + 2 * i);
  }
  return key;
}

/** The kind of an instruction; made at first sight. */
export function kindOf(insn: Instruction): Kind {
  let ofRow = kinds.get(insn.row);
  if (ofRow === undefined) {
    ofRow = new Map();
    kinds.set(insn.row, ofRow);
  }
  const key = kindKey(insn);
  let kind = ofRow.get(key);
  if (kind === undefined) {
    kind = makeKind(insn);
    ofRow.set(key, kind);
  }
  return kind;
}

/** Resource of a register operand, or −1 where nothing is modelled to wait for it. */
export function resourceOf(o: Operand): number {
  if (o.kind !== "register") return -1;
  switch (o.file) {
    case "gpr":
      return o.index;
    case "xmm":
      return 16 + o.index;
    case "mm":
      return 32 + o.index;
    default:
      return -1;
  }
}

const GROUP: Readonly<Record<StatusFlag, number>> = {
  cf: FLAG_C,
  of: FLAG_O,
  zf: FLAG_ZAPS,
  sf: FLAG_ZAPS,
  af: FLAG_ZAPS,
  pf: FLAG_ZAPS,
};

/** Stands in for explicit registers, so that the effects of the rest can be told from theirs. */
const ELSEWHERE = 64;

/** The instruction with explicit general-purpose registers and address registers that no semantics names. */
function withoutRegisters(insn: Instruction): Instruction {
  const operands = insn.operands.map((o): Operand => {
    if (o.kind === "register" && o.file === "gpr") return { ...o, index: ELSEWHERE };
    return o.kind === "memory" ? { ...o, base: -1, index: -1 } : o;
  });
  return { ...insn, operands };
}

const FUSIBLE = /^(cmp|test|add|sub|and|or|xor|inc|dec)$/;
/** By a count of 0 they would leave the flags alone, but nobody writes that as an immediate. */
const SHIFT = /^(sh[lr]d?|sal|sar)$/;
const ZEROING = /^(xor|sub|pxor|xorp[sd]|psub[bwdq]|pcmpgt[bwdq])$/;

function makeKind(insn: Instruction): Kind {
  const effects: Effects = effectsOf(insn);
  const implicit = effectsOf(withoutRegisters(insn));
  const { row } = insn;
  const reads = new Set([...implicit.read].filter((r) => r < 16));
  const writes = new Set([...implicit.written].filter((r) => r < 16));
  // Pushes and pops move rsp at decoding; ret imm16 too. leave and enter compute it.
  const stack = effects.stack && writes.has(RSP) && row.mnemonic !== "leave" && row.mnemonic !== "enter";
  if (stack) {
    reads.delete(RSP);
    writes.delete(RSP);
  }
  const byImmediate = SHIFT.test(row.mnemonic) && insn.operands.at(-1)?.kind === "immediate";
  for (const f of effects.flagsRead) reads.add(GROUP[f]);
  for (const f of effects.flagsWritten) {
    writes.add(GROUP[f]);
    if (!effects.flagsKilled.has(f) && !byImmediate) reads.add(GROUP[f]);
  }
  if (row.unit === "x87") {
    reads.add(X87);
    writes.add(X87);
  }
  const operands = insn.operands.map((o, i) => {
    const use = effects.operands[i];
    const written = use?.written ?? false;
    // A write of 8 or 16 bits of a register is merged with the rest.
    const merges = o.kind === "register" && o.file === "gpr" && o.width < 32;
    return { reads: (use?.read ?? false) || (written && merges), writes: written };
  });
  const writesRegister =
    operands.some((use, i) => use.writes && insn.operands[i]?.kind === "register") ||
    [...writes].some((r) => r <= X87);
  const jcc = effects.flow === "conditional" && effects.flagsRead.size > 0 && !writesRegister;
  const cost = costWith(insn, effects);
  return {
    cost,
    port: PORTS.indexOf(cost.ports),
    reads: [...reads],
    writes: [...writes],
    operands,
    stack,
    onlyFlags: !writesRegister,
    fuses: jcc,
    fusible: FUSIBLE.test(row.mnemonic) && !effects.stores,
    zeroes: ZEROING.test(row.mnemonic),
  };
}
