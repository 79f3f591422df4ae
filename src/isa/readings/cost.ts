/**
 * The cost reading: what one instruction costs on Zen 4, out of context: latency, macro-ops, ports and memory accesses.
 * It knows the row's cost column, the class of the mnemonic (cost-classes.ts) and how operands lie; what instructions
 * cost together is timing/block.ts. Caches, TLBs and branch prediction are not here: every load hits L1.
 *
 * A cost column [latency, macro-ops] counts from register operands; loads of explicit memory operands are added.
 * Rows that have no register form (string instructions, pusha) say the whole.
 */
import type { Instruction, MemoryOperand, Operand } from "../instruction.ts";
import type { Row } from "../row.ts";
import { modForms } from "../row-facts.ts";
import { COST_CLASSES, type CostClass, type Port } from "./cost-classes.ts";
import { type Effects, effectsOf } from "./effects.ts";

export type { Port } from "./cost-classes.ts";

/** Cycles from address to value of a load that hits L1D (AMD 57647): to an integer and to a vector register. */
export const LOAD_LATENCY = 4;
const VECTOR_LOAD_LATENCY = 7;
/** What LOCK adds to a read-modify-write, which also lets nothing overlap (measured: 8–9 cycles in all). */
const LOCK_LATENCY = 2;

export interface Cost {
  /** Cycles from the address and register operands to the result, a load included. */
  readonly latency: number;
  /** Of these, cycles that only the address has to wait for: 0 without a load. */
  readonly load: number;
  /** Macro-ops that dispatch. A load is fused with its operation; a read-modify-write takes one more for its store. */
  readonly uops: number;
  readonly ports: Port;
  /** Cycles the port takes nothing else; 1: pipelined. */
  readonly occupancy: number;
  /** Accesses to memory, for the three address generators. */
  readonly loads: number;
  readonly stores: number;
  /** Nothing before or after it overlaps with it. */
  readonly serial: boolean;
}

const ALU: CostClass = { names: /^/, latency: 1, uops: 1, port: "alu" };
const VECTOR: CostClass = { names: /^/, latency: 1, uops: 1, port: "fpalu" };
const HELPER: CostClass = { names: /^/, latency: 20, uops: 6, port: "micro", serial: true };

/** Far transfers share their mnemonics with the near ones. */
const FAR: CostClass = { ...HELPER, latency: 150 };

const classes = new WeakMap<Row, CostClass>();

function classOf(row: Row, effects: Effects): CostClass {
  let found = classes.get(row);
  if (found === undefined) {
    found = COST_CLASSES.find((c) => c.names.test(row.mnemonic)) ?? fallback(row, effects);
    if (found.port === "branch" && effects.flow === "helper") found = FAR;
    classes.set(row, found);
  }
  return found;
}

function fallback(row: Row, effects: Effects): CostClass {
  if (row.unit !== undefined) return VECTOR;
  return effects.helper === undefined ? ALU : HELPER;
}

/** Register moves that renaming does: whole registers of one file. */
function isEliminated(insn: Instruction): boolean {
  const [to, from] = insn.operands;
  if (to?.kind !== "register" || from?.kind !== "register" || to.file !== from.file) return false;
  if (to.file === "gpr") return insn.mnemonic === "mov" && to.width >= 32;
  return to.file === "xmm" && /^mov(ap[sd]|up[sd]|dq[au])$/.test(insn.mnemonic);
}

/** An address of three parts, or scaled with a displacement, takes lea two cycles. */
export function isComplex(m: MemoryOperand): boolean {
  const parts = (m.base >= 0 ? 1 : 0) + (m.index >= 0 ? 1 : 0) + (m.displacement !== 0n ? 1 : 0);
  return parts > 2;
}

/** Cycles that a division of this size keeps the divider busy (measured). */
const DIVIDER_BUSY = { 8: 5, 16: 6, 32: 6, 64: 8 } as const;

const isVector = (o: Operand): boolean =>
  o.kind === "register" && (o.file === "xmm" || o.file === "mm" || o.file === "st");

/** Cost of a decoded instruction. Repeated string instructions: of one iteration. */
export function costOf(insn: Instruction): Cost {
  return costWith(insn, effectsOf(insn));
}

/** As costOf, with the effects already known. */
export function costWith(insn: Instruction, effects: Effects): Cost {
  const { row } = insn;
  const cls = classOf(row, effects);
  const [rowLatency, rowUops] = row.cost ?? [cls.latency, cls.uops];
  let latency = rowLatency;
  let uops = rowUops;
  let port = cls.port;
  const memory = insn.operands.filter((o) => o.kind === "memory");
  const accesses = effects.loads || effects.stores || effects.stack;
  const strings = memory.length === 2;
  const loads = effects.loads ? (strings && !effects.stores ? 2 : 1) : 0;
  const stores = effects.stores ? 1 : 0;

  if (row.mnemonic === "lea") {
    const [m] = memory;
    if (m?.kind === "memory" && isComplex(m)) latency = 2;
  } else if (isEliminated(insn)) {
    latency = 0;
    port = "none";
  } else if (isPlainMove(row) && accesses && cls !== HELPER) {
    // A move is its load or its store and needs no execution port.
    latency = 0;
    port = "none";
  }
  // Helpers' figures, and cost columns of rows without register form, have their loads in them.
  const form = modForms(row);
  const whole = row.cost !== undefined && (form === "none" || form === "mem");
  let load = 0;
  if (effects.loads && !whole && !cls.serial) {
    load = row.unit !== undefined || insn.operands.some(isVector) ? VECTOR_LOAD_LATENCY : LOAD_LATENCY;
  }
  if (effects.loads && effects.stores && memory.length === 1 && row.cost === undefined) uops++;
  const locked = insn.lock || (row.mnemonic === "xchg" && memory.length > 0);
  if (locked) latency += LOCK_LATENCY;
  return {
    latency: load + latency,
    load,
    uops,
    ports: port,
    occupancy: port === "div" ? DIVIDER_BUSY[insn.size] : (cls.occupancy ?? 1),
    loads,
    stores,
    serial: locked || (cls.serial ?? false),
  };
}

const PLAIN_MOVES =
  /^(mov|movabs|push|pop|mov(ap[sd]|up[sd]|dq[au]|ss|sd|[dq]|nti|ntdqa?|ntp[sd]|ntq)|lddqu|fld|fstp?)$/;
const isPlainMove = (row: Row): boolean => PLAIN_MOVES.test(row.mnemonic);
