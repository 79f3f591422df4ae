/**
 * What outside 64-bit mode cannot be named: 64-bit general registers, registers 8 to 15, spl, bpl, sil and dil, and
 * addresses relative to rip (SDM vol. 1 section 3.4.1.1, vol. 2A section 2.2.1). Whether an instruction exists there is select.ts's.
 */
import type { RegisterOperand } from "../instruction.ts";
import { gprName, registerName } from "../readings/text.ts";
import type { GivenOperand } from "./fit.ts";

function registerNeeds64(r: RegisterOperand): boolean {
  if (r.file === "gpr" && (r.width === 64 || (r.width === 8 && !r.high && r.index >= 4))) return true;
  return r.index >= 8;
}

/** Why operands exist in 64-bit mode only: "rax needs 64-bit mode"; undefined where they do not. */
export function whyOnly64(operands: readonly GivenOperand[]): string | undefined {
  for (const o of operands) {
    if (o.kind === "register" && registerNeeds64(o.register))
      return `${registerName(o.register)} needs 64-bit mode`;
    if (o.kind !== "memory") continue;
    const { base, index, width, rip } = o.address;
    if (rip !== undefined) return "a rip-relative address needs 64-bit mode";
    const far = [base, index].find((n) => n >= 8 || (n >= 0 && width === 64));
    if (far !== undefined) return `${gprName(far, width ?? 64)} needs 64-bit mode`;
  }
  return undefined;
}
