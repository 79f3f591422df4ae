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

/** TEST r, r after an instruction that has set ZF and SF by r. */
function dropZeroTests(block: MachineBlock): void {
  const list = block.instructions;
  const wanted = flagsWanted(block);
  const drop = new Set<MachineInstruction>();
  for (let n = 0; n < list.length; n++) {
    const test = list[n]!;
    const [a, b] = test.operands;
    if (test.op !== "test" || a?.kind !== "reg" || b?.kind !== "reg" || a.reg !== b.reg) continue;
    const before = setterBefore(list, n, a.reg);
    if (before === undefined || before.size !== test.size) continue;
    const logic = LOGIC.has(before.op);
    if (!logic && !SUMS.has(before.op)) continue;
    const conditions = readersOf(block, n);
    if (conditions === undefined) continue;
    // After a sum OF and CF say something else; ZF and SF are the same.
    if (
      !logic &&
      !conditions.every(
        ({ cc }) => cc === CC.e || cc === CC.ne || cc === CC.s || cc === CC.ns || cc === CC.l || cc === CC.ge,
      )
    ) {
      continue;
    }
    if (!logic) {
      for (const c of conditions) {
        if (c.cc === CC.l) c.set(CC.s);
        else if (c.cc === CC.ge) c.set(CC.ns);
      }
    }
    drop.add(test);
    void wanted;
  }
  if (drop.size > 0) block.instructions = list.filter((i) => !drop.has(i));
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
