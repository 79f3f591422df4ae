/*
 * iced-x86 as a peer: its Intel formatter with the options that give our notation, and the places where its
 * convention (XED's) and ours (an assembler's) part. Not a test itself.
 */
import {
  Decoder,
  DecoderOptions,
  Formatter,
  FormatterSyntax,
  type Instruction,
  MemorySizeOptions,
} from "iced-x86";

export function icedFormatter(): Formatter {
  const f = new Formatter(FormatterSyntax.Intel);
  f.hexPrefix = "0x";
  f.hexSuffix = "";
  f.uppercaseHex = false;
  f.spaceAfterOperandSeparator = true;
  f.memorySizeOptions = MemorySizeOptions.Always;
  f.branchLeadingZeros = false;
  f.ripRelativeAddresses = true;
  f.usePseudoOps = false;
  f.showBranchSize = false;
  f.preferSt0 = true;
  return f;
}

/** A decoder of one instruction at a time; the caller frees what it returns. */
export function icedDecode(bytes: Uint8Array, mode: 16 | 32 | 64, rip: bigint): Instruction {
  const decoder = new Decoder(mode, bytes, DecoderOptions.None);
  decoder.ip = rip;
  const insn = decoder.decode();
  decoder.free();
  return insn;
}
