/** The instruction table: every row, by family. Order is stable: handlers are numbered by it. */

import { AES } from "./families/aes.ts";
import { ARITHMETIC } from "./families/arithmetic.ts";
import { ATOMIC } from "./families/atomic.ts";
import { BITS } from "./families/bits.ts";
import { BMI } from "./families/bmi.ts";
import { CONDITIONAL } from "./families/conditional.ts";
import { CONTROL } from "./families/control.ts";
import { DATA_MOVEMENT } from "./families/data-movement.ts";
import { DECIMAL } from "./families/decimal.ts";
import { EMMS } from "./families/emms.ts";
import { EXTENDED_STATE } from "./families/extended-state.ts";
import { MULTIPLY } from "./families/multiply.ts";
import { NOP } from "./families/nop.ts";
import { SHA } from "./families/sha.ts";
import { SHIFT } from "./families/shift.ts";
import { STACK } from "./families/stack.ts";
import { STRING } from "./families/string.ts";
import { SYSTEM_CONTROL } from "./families/system-control.ts";
import { SYSTEM_PROCESSOR } from "./families/system-processor.ts";
import { SYSTEM_SEGMENTS } from "./families/system-segments.ts";
import { VECTOR_CONVERT } from "./families/vector-convert.ts";
import { VECTOR_FLOAT } from "./families/vector-float.ts";
import { VECTOR_HORIZONTAL } from "./families/vector-horizontal.ts";
import { VECTOR_INTEGER } from "./families/vector-integer.ts";
import { VECTOR_MOVE } from "./families/vector-move.ts";
import { VECTOR_SHIFT } from "./families/vector-shift.ts";
import { VECTOR_SHUFFLE } from "./families/vector-shuffle.ts";
import { VECTOR_TEXT } from "./families/vector-text.ts";
import { X87_ARITHMETIC } from "./families/x87-arithmetic.ts";
import { X87_DATA } from "./families/x87-data.ts";
import type { Row } from "./row.ts";

export const TABLE: readonly Row[] = [
  ...ARITHMETIC,
  ...DATA_MOVEMENT,
  ...NOP,
  ...CONDITIONAL,
  ...STACK,
  ...MULTIPLY,
  ...SHIFT,
  ...BITS,
  ...BMI,
  ...ATOMIC,
  ...STRING,
  ...CONTROL,
  ...DECIMAL,
  ...X87_ARITHMETIC,
  ...X87_DATA,
  ...EXTENDED_STATE,
  ...SYSTEM_CONTROL,
  ...SYSTEM_SEGMENTS,
  ...SYSTEM_PROCESSOR,
  ...VECTOR_MOVE,
  ...VECTOR_INTEGER,
  ...VECTOR_SHIFT,
  ...VECTOR_SHUFFLE,
  ...VECTOR_HORIZONTAL,
  ...VECTOR_FLOAT,
  ...VECTOR_CONVERT,
  ...VECTOR_TEXT,
  ...AES,
  ...SHA,
  ...EMMS,
];
