/*
 * What iced-x86 says an instruction touches, in the terms of our effects reading: general-purpose registers by index,
 * status flags by name. Not a test itself.
 */
import { type Instruction, InstructionInfoFactory, OpAccess, Register, RflagsBits } from "iced-x86";
import { STATUS_FLAGS, type StatusFlag } from "../../src/isa/state.ts";

export interface PeerEffects {
  readonly read: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
  readonly flagsRead: ReadonlySet<StatusFlag>;
  /** Given a defined value: computed, cleared or set. */
  readonly flagsWritten: ReadonlySet<StatusFlag>;
  readonly flagsUndefined: ReadonlySet<StatusFlag>;
}

const READS: ReadonlySet<OpAccess> = new Set([
  OpAccess.Read,
  OpAccess.CondRead,
  OpAccess.ReadWrite,
  OpAccess.ReadCondWrite,
]);
const WRITES: ReadonlySet<OpAccess> = new Set([
  OpAccess.Write,
  OpAccess.CondWrite,
  OpAccess.ReadWrite,
  OpAccess.ReadCondWrite,
]);

const BITS: Readonly<Record<StatusFlag, RflagsBits>> = {
  cf: RflagsBits.CF,
  pf: RflagsBits.PF,
  af: RflagsBits.AF,
  zf: RflagsBits.ZF,
  sf: RflagsBits.SF,
  of: RflagsBits.OF,
};

const flags = (bits: number): Set<StatusFlag> => new Set(STATUS_FLAGS.filter((f) => (bits & BITS[f]) !== 0));

/** Index 0–15 of the general-purpose register that `register` is or is part of; −1 for others. */
export function gprIndex(register: Register): number {
  // iced numbers al cl dl bl ah ch dh bh, spl bpl sil dil r8b … r15b, then the registers of 16, 32 and 64 bits.
  if (register >= Register.AL && register <= Register.BL) return register - Register.AL;
  if (register >= Register.AH && register <= Register.BH) return register - Register.AH;
  if (register >= Register.SPL && register <= Register.R15L) return register - Register.SPL + 4;
  if (register >= Register.AX && register <= Register.R15W) return register - Register.AX;
  if (register >= Register.EAX && register <= Register.R15D) return register - Register.EAX;
  if (register >= Register.RAX && register <= Register.R15) return register - Register.RAX;
  return -1;
}

/** "xmm3", "mm0" for a vector register, "" for others. */
function vectorName(register: Register): string {
  if (register >= Register.XMM0 && register <= Register.XMM15) return `xmm${register - Register.XMM0}`;
  return register >= Register.MM0 && register <= Register.MM7 ? `mm${register - Register.MM0}` : "";
}

const factory = new InstructionInfoFactory();

/** Vector registers read and written. */
export function peerVectors(insn: Instruction): { read: ReadonlySet<string>; written: ReadonlySet<string> } {
  const info = factory.info(insn);
  const read = new Set<string>();
  const written = new Set<string>();
  for (const used of info.usedRegisters()) {
    const name = vectorName(used.register);
    if (name !== "" && READS.has(used.access)) read.add(name);
    if (name !== "" && WRITES.has(used.access)) written.add(name);
    used.free();
  }
  info.free();
  return { read, written };
}

export function peerEffects(insn: Instruction): PeerEffects {
  const info = factory.info(insn);
  const read = new Set<number>();
  const written = new Set<number>();
  for (const used of info.usedRegisters()) {
    const index = gprIndex(used.register);
    if (index >= 0 && READS.has(used.access)) read.add(index);
    if (index >= 0 && WRITES.has(used.access)) written.add(index);
    used.free();
  }
  info.free();
  return {
    read,
    written,
    flagsRead: flags(insn.rflagsRead),
    flagsWritten: flags(insn.rflagsWritten | insn.rflagsCleared | insn.rflagsSet),
    flagsUndefined: flags(insn.rflagsUndefined),
  };
}
