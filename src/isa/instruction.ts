/**
 * A decoded instruction: a row with its operands filled in. Made by decode.ts, read by every engine, the text
 * reading and the helpers. Plain data.
 */
import type { RegisterFile } from "./operand.ts";
import type { Row } from "./row.ts";

export interface RegisterOperand {
  readonly kind: "register";
  readonly file: RegisterFile;
  readonly index: number;
  /** Bits 8–15 of the register (ah, ch, dh, bh). */
  readonly high: boolean;
  readonly width: number;
}

export interface MemoryOperand {
  readonly kind: "memory";
  /** Segment index (state.ts) after defaults and overrides. */
  readonly segment: number;
  /** Register index 0–15, −1 for none. */
  readonly base: number;
  readonly index: number;
  /** log2 of the scale, 0–3. */
  readonly scale: number;
  /** Sign-extended; for moffs the full 64-bit offset. */
  readonly displacement: bigint;
  /** Displacement counts from the next instruction. */
  readonly ripRelative: boolean;
  /** Bits accessed; 0 where the operand has no fixed size. */
  readonly width: number;
  /** Bytes the displacement takes in the encoding: 0, 1, 2, 4, 8 (for text and encode round trips). */
  readonly displacementSize: number;
}

export interface ImmediateOperand {
  readonly kind: "immediate";
  /** As an unsigned number of `width` bits, already sign-extended where the code says so. */
  readonly value: bigint;
  readonly width: number;
}

export interface RelativeOperand {
  readonly kind: "relative";
  /** Added to the next instruction's rip. */
  readonly displacement: number;
  readonly width: number;
}

export interface FarOperand {
  readonly kind: "far";
  readonly selector: number;
  readonly offset: bigint;
  readonly width: number;
}

export type Operand = RegisterOperand | MemoryOperand | ImmediateOperand | RelativeOperand | FarOperand;

export interface Instruction {
  readonly row: Row;
  /** Bytes, 1–15. */
  readonly length: number;
  /** Operand size in bits (8 for byte rows) and address size. */
  readonly size: 8 | 16 | 32 | 64;
  readonly addressSize: 16 | 32 | 64;
  readonly mode: 16 | 32 | 64;
  readonly operands: readonly Operand[];
  readonly lock: boolean;
  /** F3 or F2 as a repeat prefix of a row with `rep`. */
  readonly repeat: "none" | "rep" | "repne";
  /** Segment override prefix, or −1. */
  readonly segmentOverride: number;
  /** The modrm byte, or −1: the x87 environment records it (FOP). */
  readonly modrm: number;
  /** Mnemonic at this size (row.names). */
  readonly mnemonic: string;
}
