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

const form = new WeakMap<object, MemoryForm>();

function formOf(insn: Instruction, m: MemoryOperand): MemoryForm {
  if (insn.mode !== 64) return "legacy";
  if (m.displacementSize === 8) return "offset";
  if (m.ripRelative && m.displacement > MAX_FROM_START) return "rip";
  const segmented = m.segment === FS || m.segment === GS;
  return m.index < 0 && !segmented && insn.addressSize === 64 ? "simple" : "full";
}

export function memoryForm(insn: Instruction): MemoryForm {
  const m = memoryOf(insn);
  if (m === undefined) return "none";
  const known = form.get(m);
  if (known !== undefined) return known;
  const made = formOf(insn, m);
  form.set(m, made);
  return made;
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

/** The chunk of prebuilt handlers (prebuilt.ts) that the instruction's shape is in. */
export const chunkOf = (insn: Instruction): string =>
  `${insn.mode}-${(insn.row.unit ?? "integer").replaceAll(" ", "-")}`;
