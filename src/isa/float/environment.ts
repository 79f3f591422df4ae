// The floating-point environment: what MXCSR, or the x87 control word, tells an operation, and what the operation
// tells back. It knows nothing of registers, of the sticky status words or of delivering #MF and #XM: an operation
// starts from `flags` as the caller left them (usually 0) and ORs into them, and the caller merges the outcome.
//
// Intel SDM vol. 1: 4.8.4 (rounding), 8.1.5 (x87 control word), 10.2.3 (MXCSR), 4.9 (exceptions).

/** Invalid operation. */
export const IE = 1;
/** Denormal operand. */
export const DE = 2;
/** Division of a finite operand by zero. */
export const ZE = 4;
/** Overflow. */
export const OE = 8;
/** Underflow. */
export const UE = 16;
/** Precision: the result is inexact. */
export const PE = 32;
/** The six exception bits, as they stand in FSW 5:0 and MXCSR 5:0; the masks are the same bits, shifted. */
const ALL_EXCEPTIONS = 63;

/** The RC field, the same two bits in MXCSR, the x87 control word and the immediate of ROUNDPS. */
export type Rounding = 0 | 1 | 2 | 3;
export const NEAREST = 0;
export const DOWN = 1;
export const UP = 2;
export const ZERO = 3;

/** Width in bits of the significand that x87 arithmetic rounds to: the PC field decoded. */
export type Precision = 24 | 53 | 64;

const PRECISION_CONTROL: readonly Precision[] = [24, 64, 53, 64];

export class Environment {
  rounding: Rounding = NEAREST;
  /** x87 only; SSE rounds to its operand's format. The reserved encoding 01 of PC acts as 64. */
  precision: Precision = 64;
  /** Exceptions whose bit is 1 are masked. */
  masks = ALL_EXCEPTIONS;
  /** Exceptions raised since the caller last cleared this. */
  flags = 0;
  /** x87 condition code C1 of the last operation: the result was rounded away from zero. */
  c1 = false;
  /** Denormals-are-zero: SSE operands only. */
  daz = false;
  /** Flush-to-zero: SSE results only, and only while underflow is masked. */
  ftz = false;

  /** Takes RC, masks, DAZ and FTZ of an MXCSR image and clears `flags`. */
  setMxcsr(mxcsr: number): this {
    this.rounding = ((mxcsr >>> 13) & 3) as Rounding; // as: two bits, four modes
    this.masks = (mxcsr >>> 7) & ALL_EXCEPTIONS;
    this.daz = (mxcsr & 0x40) !== 0;
    this.ftz = (mxcsr & 0x8000) !== 0;
    this.flags = 0;
    return this;
  }

  /** Takes RC, PC and masks of an x87 control word image and clears `flags` and `c1`. */
  setControlWord(fcw: number): this {
    this.rounding = ((fcw >>> 10) & 3) as Rounding; // as: likewise
    this.precision = PRECISION_CONTROL[(fcw >>> 8) & 3] as Precision; // as: the table has four
    this.masks = fcw & ALL_EXCEPTIONS;
    this.daz = false;
    this.ftz = false;
    this.flags = 0;
    this.c1 = false;
    return this;
  }

  raise(exceptions: number): void {
    this.flags |= exceptions;
  }

  isMasked(exception: number): boolean {
    return (this.masks & exception) !== 0;
  }

  /**
   * The raised exceptions that are not masked. Where this meets IE, DE or ZE, the operation stopped before computing:
   * its return value must not be delivered. So also for OE, UE and (SSE) PE, unless the destination is an x87
   * register, which receives the rounded, and for OE and UE bias-adjusted, result.
   */
  get unmasked(): number {
    return this.flags & ~this.masks;
  }
}
