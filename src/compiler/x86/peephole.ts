/**
 * Rules on neighbouring instructions with real registers: zero by XOR, LEA that is an ADD, comparisons with zero that repeat the
 * flags of what comes before, loads of what has just been stored in the frame.
 */
import { flagsWanted } from "./flags.ts";
import {
  CC,
  imm,
  infoOf,
  type MachineBlock,
  type MachineInstruction,
  reg,
  visitRegisters,
} from "./machine.ts";
import { type Reg, XMM0 } from "./registers.ts";

export function peephole(block: MachineBlock): void {
  forwardStores(block);
  dropZeroTests(block);
  const wanted = flagsWanted(block);
  block.instructions.forEach((i, n) => {
    if (!wanted[n]) withFreeFlags(i);
  });
  block.instructions = block.instructions.filter((i) => !isNothing(i));
  for (const i of block.instructions) {
    if (i.op !== "copy") continue;
    const [to] = i.operands;
    i.op = to?.kind === "reg" && to.reg >= XMM0 ? "movapd" : "mov";
  }
}

function isNothing(i: MachineInstruction): boolean {
  if (i.op === "touch") return true;
  const [a, b] = i.operands;
  return i.op === "copy" && a?.kind === "reg" && b?.kind === "reg" && a.reg === b.reg;
}

/** What may be rewritten where the flags after it are nobody's. */
function withFreeFlags(i: MachineInstruction): void {
  const [a, b] = i.operands;
  if (a?.kind !== "reg" || b === undefined) return;
  if (i.op === "mov" && b.kind === "imm" && b.value === 0 && b.symbol === undefined) {
    i.op = "xor";
    i.size = 32;
    i.operands = [a, a];
    return;
  }
  if (i.op !== "lea" || b.kind !== "mem" || b.symbol !== undefined || b.slot !== undefined) return;
  if (b.index < 0 && b.base === a.reg) {
    i.op = "add";
    i.operands = [a, imm(b.displacement)];
  } else if (b.displacement === 0 && b.index >= 0 && b.scale === 0) {
    if (b.base === a.reg) i.operands = [a, reg(b.index)];
    else if (b.index === a.reg) i.operands = [a, reg(b.base)];
    else return;
    i.op = "add";
  }
}

const LOGIC = new Set(["and", "or", "xor"]);
const SUMS = new Set(["add", "sub", "neg"]);
const SHIFTS = new Set(["shl", "shr", "sar"]);
const ZERO_OR_NOT: ReadonlySet<number> = new Set([CC.e, CC.ne]);
const ZERO_OR_SIGN: ReadonlySet<number> = new Set([CC.e, CC.ne, CC.s, CC.ns, CC.l, CC.ge]);

/** Conditions that mean after the instruction what they mean after a comparison of its result with zero; undefined: all. */
function meaningful(before: MachineInstruction, test: MachineInstruction): ReadonlySet<number> | undefined {
  // Of 64 bits when 32 were written: the sign is another.
  const wider = before.size === 32 && test.size === 64;
  if (before.size !== test.size && !wider) return new Set();
  if (LOGIC.has(before.op)) return wider ? ZERO_OR_NOT : undefined;
  const by = before.operands[1];
  // Flags stay as they were after a shift by 0.
  const shifts = SHIFTS.has(before.op) && by?.kind === "imm" && (by.value & (before.size - 1)) !== 0;
  // OF and CF say something else.
  if (shifts || SUMS.has(before.op)) return wider ? ZERO_OR_NOT : ZERO_OR_SIGN;
  return new Set();
}

/** TEST r, r after an instruction that has set ZF and SF by r. */
function dropZeroTests(block: MachineBlock): void {
  const list = block.instructions;
  const drop = new Set<MachineInstruction>();
  for (let n = 0; n < list.length; n++) {
    const test = list[n]!;
    const [a, b] = test.operands;
    if (test.op !== "test" || a?.kind !== "reg" || b?.kind !== "reg" || a.reg !== b.reg) continue;
    const conditions = readersOf(block, n);
    if (conditions === undefined) continue;
    const asked = askedBefore(list, n, a.reg);
    if (asked !== undefined && conditions.every(({ cc }) => ZERO_OR_NOT.has(cc))) {
      for (const c of conditions) c.set(c.cc === CC.ne ? asked : asked ^ 1);
      drop.add(test);
      continue;
    }
    const before = setterBefore(list, n, a.reg);
    if (before === undefined) continue;
    const same = meaningful(before, test);
    if (same !== undefined) {
      if (!conditions.every(({ cc }) => same.has(cc))) continue;
      for (const c of conditions) {
        if (c.cc === CC.l) c.set(CC.s);
        else if (c.cc === CC.ge) c.set(CC.ns);
      }
    }
    drop.add(test);
  }
  if (drop.size > 0) block.instructions = list.filter((i) => !drop.has(i));
}

/** The condition whose truth SETcc has left in `r`, if the flags are still those. */
function askedBefore(list: readonly MachineInstruction[], n: number, tested: Reg): number | undefined {
  let r = tested;
  for (let m = n - 1; m >= 0; m--) {
    const i = list[m]!;
    const { flags } = infoOf(i.op);
    if (flags === "w" || flags === "rw") return undefined;
    let changes = false;
    visitRegisters(
      i,
      () => {},
      (d) => {
        if (d === r) changes = true;
      },
    );
    if (!changes) continue;
    const [, from] = i.operands;
    // The SETcc, and its extension to the whole register.
    if (i.op === "setcc" || i.op === "setlow") return i.cc;
    if (i.op !== "movzx8" || from?.kind !== "reg") return undefined;
    r = from.reg;
  }
  return undefined;
}

/** The instruction that set flags and `r` last before `n`, if nothing between changes either. */
function setterBefore(
  list: readonly MachineInstruction[],
  n: number,
  r: Reg,
): MachineInstruction | undefined {
  for (let m = n - 1; m >= 0; m--) {
    const i = list[m]!;
    const { flags } = infoOf(i.op);
    const target = i.operands[0];
    if (flags === "w" || flags === "rw") {
      return target?.kind === "reg" && target.reg === r && infoOf(i.op).roles[0] === "m" ? i : undefined;
    }
    let changes = false;
    visitRegisters(
      i,
      () => {},
      (d) => {
        if (d === r) changes = true;
      },
    );
    if (changes) return undefined;
  }
  return undefined;
}

/** Who reads the flags that instruction `n` sets, with a way to change their condition; undefined if others may. */
function readersOf(block: MachineBlock, n: number): { cc: number; set: (cc: number) => void }[] | undefined {
  const out: { cc: number; set: (cc: number) => void }[] = [];
  for (let m = n + 1; m < block.instructions.length; m++) {
    const i = block.instructions[m]!;
    const { flags, conditional } = infoOf(i.op);
    if (flags === "r" || flags === "rw") {
      if (!conditional) return i.op === "asm" ? out : undefined;
      out.push({
        cc: i.cc,
        set: (cc) => {
          i.cc = cc;
        },
      });
    }
    if (flags === "w" || flags === "rw") return out;
  }
  const { end } = block;
  if (end.kind !== "branch") return end.kind === "jump" || end.kind === "toggle" ? undefined : out;
  // A second branch on the same flags stands in a block without instructions.
  if ([end.taken, end.otherwise].some((b) => b.instructions.length === 0 && b.end.kind === "branch"))
    return undefined;
  out.push({
    cc: end.cc,
    set: (cc) => {
      end.cc = cc;
    },
  });
  return out;
}

/** A load from the frame right after a store to the same place is a copy, or nothing. */
function forwardStores(block: MachineBlock): void {
  for (let n = 1; n < block.instructions.length; n++) {
    const store = block.instructions[n - 1]!;
    const load = block.instructions[n]!;
    if (store.op !== "mov" || load.op !== "mov" || store.size !== 64 || load.size !== 64) continue;
    const [to, from] = [store.operands[0]!, store.operands[1]!];
    const [into, at] = [load.operands[0]!, load.operands[1]!];
    if (to.kind !== "mem" || at.kind !== "mem" || from.kind !== "reg" || into.kind !== "reg") continue;
    if (
      to.slot === undefined ||
      to.slot !== at.slot ||
      to.displacement !== at.displacement ||
      to.index >= 0 ||
      at.index >= 0
    )
      continue;
    load.op = "copy";
    load.operands = [into, from];
  }
}
