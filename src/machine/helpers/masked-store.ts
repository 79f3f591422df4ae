/**
 * MASKMOVQ and MASKMOVDQU: those bytes of operand 0 whose mask byte in operand 1 has its top bit set, to ds:rdi or the
 * overriding segment (SDM vol. 2B). The whole vector must be writable, whatever the mask.
 */
import type { Instruction } from "../../isa/instruction.ts";
import { DS, RDI } from "../../isa/state.ts";
import type { Cpu } from "../cpu.ts";
import type { Helper } from "../helper.ts";

function maskedStore(cpu: Cpu, insn: Instruction, size: 8 | 16): void {
  const data = cpu.readOperand(insn, 0);
  const mask = cpu.readOperand(insn, 1);
  const segment = insn.segmentOverride >= 0 ? insn.segmentOverride : DS;
  const linear = cpu.linear(segment, cpu.reg(RDI, insn.addressSize), size, true);
  cpu.memory.probe(linear, size, true);
  const bits = cpu.mode === 64 ? 64 : 32;
  for (let i = 0n; i < BigInt(size); i++) {
    if (((mask >> (8n * i + 7n)) & 1n) === 0n) continue;
    cpu.write(BigInt.asUintN(bits, linear + i), 1, (data >> (8n * i)) & 0xffn);
  }
}

const maskmovq: Helper = (cpu, insn) => maskedStore(cpu, insn, 8);
const maskmovdqu: Helper = (cpu, insn) => maskedStore(cpu, insn, 16);

export const MASKED_STORE_IMPLEMENTATIONS = { maskmovq, maskmovdqu } as const satisfies Record<
  string,
  Helper
>;
