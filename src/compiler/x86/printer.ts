/**
 * Machine code of a function as text, for people, between the steps of the back end: operations as machine.ts names them, with the size of
 * the operation where it is not 64 bits; virtual registers are v0, v1 …; places in the frame [slot0]. It is not meant to be read back.
 */
import {
  type BlockEnd,
  CC,
  type FrameSlot,
  infoOf,
  type MachineBlock,
  type MachineInstruction,
  type MemoryOperand,
  type Operand,
} from "./machine.ts";
import { registerName } from "./registers.ts";

const CONDITIONS = new Map<number, string>(Object.entries(CC).map(([name, cc]) => [cc, name]));
const conditionText = (cc: number): string => CONDITIONS.get(cc) ?? String(cc);

const signed = (n: number): string => (n < 0 ? `- ${-n}` : `+ ${n}`);

/** Slots are numbered in the order in which they are met. */
class Slots {
  readonly #names = new Map<FrameSlot, string>();
  name(slot: FrameSlot): string {
    if (slot.area !== "local") return `${slot.area} ${slot.offset}`;
    let name = this.#names.get(slot);
    if (name === undefined) {
      name = `slot${this.#names.size}`;
      this.#names.set(slot, name);
    }
    return name;
  }
}

function memoryText(m: MemoryOperand, slots: Slots): string {
  const parts: string[] = [];
  if (m.slot !== undefined) parts.push(slots.name(m.slot));
  if (m.symbol !== undefined) parts.push(m.symbol);
  if (m.base >= 0) parts.push(registerName(m.base));
  if (m.index >= 0) parts.push(`${registerName(m.index)}${m.scale > 0 ? ` * ${1 << m.scale}` : ""}`);
  const sum = parts.join(" + ");
  if (sum === "") return `[${m.displacement}]`;
  return m.displacement === 0 ? `[${sum}]` : `[${sum} ${signed(m.displacement)}]`;
}

function operandText(o: Operand, slots: Slots): string {
  if (o.kind === "reg") return registerName(o.reg);
  if (o.kind === "mem") return memoryText(o, slots);
  if (o.symbol !== undefined) return o.value === 0 ? o.symbol : `${o.symbol} ${signed(o.value)}`;
  return String(o.wide ?? o.value);
}

function instructionText(i: MachineInstruction, slots: Slots): string {
  const condition = infoOf(i.op).conditional ? `.${conditionText(i.cc)}` : "";
  const size = i.size === 64 ? "" : `.${i.size}`;
  const operands = i.operands.map((o) => operandText(o, slots));
  if (i.symbol !== undefined) operands.push(i.symbol);
  const list = operands.length > 0 ? ` ${operands.join(", ")}` : "";
  const defs = i.op === "touch" && i.defs.length > 0 ? ` ${i.defs.map(registerName).join(", ")}` : "";
  return `${i.lock ? "lock " : ""}${i.op}${condition}${size}${list}${defs}`;
}

function endText(end: BlockEnd): string {
  switch (end.kind) {
    case "jump":
      return `jump b${end.to.id}`;
    case "branch": {
      const likely = end.likely === undefined ? "" : `, likely ${end.likely}`;
      return `branch.${conditionText(end.cc)} b${end.taken.id}, else b${end.otherwise.id}${likely}`;
    }
    case "toggle":
      return `toggle b${end.taken.id}, else b${end.otherwise.id}`;
    case "table":
      return `table ${registerName(end.index)}: ${end.targets.map((t) => `b${t.id}`).join(", ")}`;
    case "return":
      return "return";
    case "none":
      return "nothing";
  }
}

/** The blocks in the order given, each with how often it is thought to run for a call of the function. */
export function printMachine(symbol: string, blocks: readonly MachineBlock[]): string {
  const slots = new Slots();
  const lines = [`machine @${symbol} {`];
  for (const block of blocks) {
    lines.push(`b${block.id}:  ; ${Number(block.frequency.toPrecision(3))}`);
    for (const i of block.instructions) lines.push(`  ${instructionText(i, slots)}`);
    lines.push(`  ${endText(block.end)}`);
  }
  return `${lines.join("\n")}\n}\n`;
}
