/** The rows of MMX, SSE to SSE4.2, AES-NI, PCLMULQDQ and SHA, in one list. */
import type { Row } from "../row.ts";
import { AES } from "./aes.ts";
import { SHA } from "./sha.ts";
import { VECTOR_CONVERT } from "./vector-convert.ts";
import { VECTOR_FLOAT } from "./vector-float.ts";
import { VECTOR_HORIZONTAL } from "./vector-horizontal.ts";
import { VECTOR_INTEGER } from "./vector-integer.ts";
import { VECTOR_MOVE } from "./vector-move.ts";
import { VECTOR_SHIFT } from "./vector-shift.ts";
import { VECTOR_SHUFFLE } from "./vector-shuffle.ts";
import { VECTOR_TEXT } from "./vector-text.ts";

export const VECTORS: readonly Row[] = [
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
];
