/**
 * The shape of a decoded instruction: all that its handler depends on. Instructions of one shape share a handler and
 * differ only in their records.
 */
import type { Instruction, MemoryOperand } from "../isa/instruction.ts";
import { FS, GS } from "../isa/state.ts";

/**
 * How the effective address is made:
 *   simple  base + displacement, 64-bit, no segment base (also rip-relative)
 *   full    base + index * scale + displacement, in 64-bit mode, address size 32 or 64, maybe fs or gs
 *   rip     rip + displacement, where the displacement is so near its limit that the record cannot hold it as one from
 *           the start of the block
 *   offset  a 64-bit offset in the instruction (moffs in 64-bit mode)
 *   legacy  outside 64-bit mode, with segment checks
 */
export type MemoryForm = "none" | "simple" | "full" | "rip" | "offset" | "legacy";

/** The memory operand that the record describes: not es:rDI of a string instruction, if there is another. */
export function memoryOf(insn: Instruction): MemoryOperand | undefined {
  let found: MemoryOperand | undefined;
  for (const [i, o] of insn.operands.entries()) {
    if (o.kind !== "memory") continue;
    const spec = insn.row.operands[i];
    if (found === undefined || (spec !== undefined && "letter" in spec && spec.letter !== "Y")) found = o;
  }
  return found;
}

/** A block lies in one page, and its last instruction may reach into the next. */
const MAX_FROM_START = BigInt(0x7fffffff - 8192);

function formOf(insn: Instruction, m: MemoryOperand): MemoryForm {
  if (insn.mode !== 64) return "legacy";
  if (m.displacementSize === 8) return "offset";
  if (m.ripRelative && m.displacement > MAX_FROM_START) return "rip";
  const segmented = m.segment === FS || m.segment === GS;
  return m.index < 0 && !segmented && insn.addressSize === 64 ? "simple" : "full";
}

export function memoryForm(insn: Instruction): MemoryForm {
  const m = memoryOf(insn);
  return m === undefined ? "none" : formOf(insn, m);
}

/** A key equal for instructions that may share a handler. */
export function shapeKey(insn: Instruction): string {
  let key = `${insn.row.id}|${insn.size}|${insn.addressSize}|${insn.mode}|${memoryForm(insn)}|${insn.repeat}`;
  for (const o of insn.operands) {
    key +=
      o.kind === "register"
        ? `|${o.file}${o.width}`
        : o.kind === "immediate"
          ? `|i${o.width}`
          : `|${o.kind[0]}`;
  }
  return key;
}

const FORMS: readonly MemoryForm[] = ["none", "simple", "full", "rip", "offset", "legacy"];
const REPEATS: readonly Instruction["repeat"][] = ["none", "rep", "repne"];
const KINDS: readonly string[] = ["memory", "relative", "far", "immediate"];
const FILES: readonly string[] = ["gpr", "xmm", "mm", "sreg", "cr", "dr", "st"];
/** Bits of an operand in a shape's number; three of them leave room for the rest in 53. */
const OPERAND_VALUES = 2 ** 11;
const MOST_OPERANDS = 3;

/** A number that is equal only for instructions of a row whose shapeKey is, and quicker to have; −1: ask that. */
export function shapeNumber(insn: Instruction): number {
  const { operands } = insn;
  if (operands.length > MOST_OPERANDS) return -1;
  let number =
    (((FORMS.indexOf(memoryForm(insn)) * 4 + REPEATS.indexOf(insn.repeat)) * 4 + (insn.mode >> 5)) * 4 +
      (insn.addressSize >> 5)) *
      16 +
    (insn.size >> 3);
  for (let i = 0; i < operands.length; i++) {
    const o = operands[i]!;
    let code = 0;
    if (o.kind === "register" || o.kind === "immediate") {
      if ((o.width & 7) !== 0 || o.width > 1016) return -1;
      code = (o.width >> 3) * 16 + (o.kind === "register" ? 4 + FILES.indexOf(o.file) : 3);
    } else code = KINDS.indexOf(o.kind);
    number = number * OPERAND_VALUES + code;
  }
  return number;
}

/** The chunk of prebuilt handlers (prebuilt.ts) that the instruction's shape is in. */
export const chunkOf = (insn: Instruction): string =>
  `${insn.mode}-${(insn.row.unit ?? "integer").replaceAll(" ", "-")}`;
