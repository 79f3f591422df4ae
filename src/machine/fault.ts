/** Exceptions of the processor, as JavaScript values thrown by slow paths and helpers (SDM vol. 3A chapter 6). */
import { EXCEPTION_VECTOR as VECTOR } from "../engine/exceptions.ts";
import type { ExceptionName } from "../isa/ops.ts";

/** Vector numbers (SDM vol. 3A table 6-1). */
export { VECTOR };

/** Exceptions that push an error code. */
export const HAS_ERROR_CODE: ReadonlySet<number> = new Set([8, 10, 11, 12, 13, 14, 17, 21]);

/**
 * A fault or trap that the instruction in progress has raised. Thrown; caught by the engine, never by a user. It is no Error: those find out where
 * they were made, which took longer than all that a page fault asks for.
 */
export class Fault {
  readonly vector: number;
  /** undefined for vectors that push none. */
  readonly errorCode: number | undefined;
  /** Linear address of a page fault, for cr2. */
  readonly address: bigint | undefined;
  /** Bits to set in dr6 for #DB. */
  readonly dr6: number;

  constructor(
    exception: ExceptionName,
    errorCode?: number,
    details: { address?: bigint; dr6?: number } = {},
  ) {
    this.vector = VECTOR[exception];
    this.errorCode = errorCode ?? (HAS_ERROR_CODE.has(this.vector) ? 0 : undefined);
    this.address = details.address;
    this.dr6 = details.dr6 ?? 0;
  }
}
