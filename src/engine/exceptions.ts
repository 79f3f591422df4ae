/** Exceptions in numbers: vectors (SDM vol. 3A table 6-1), and what generated code stores in FAULT beside them. */
import type { ExceptionName } from "../isa/ops.ts";

export const EXCEPTION_VECTOR: Readonly<Record<ExceptionName, number>> = {
  DE: 0,
  DB: 1,
  BP: 3,
  OF: 4,
  BR: 5,
  UD: 6,
  NM: 7,
  TS: 10,
  NP: 11,
  SS: 12,
  GP: 13,
  PF: 14,
  MF: 16,
  AC: 17,
  XM: 19,
};
/** FAULT bit: SLOW_INFO holds an error code. */
export const RAISED_WITH_ERROR = 0x100;
