// The vector families, MMX to SHA, against recorded silicon.
import { describe, expect, test } from "vitest";
import { AES } from "../../../src/isa/families/aes.ts";
import { SHA } from "../../../src/isa/families/sha.ts";
import { VECTOR_CONVERT } from "../../../src/isa/families/vector-convert.ts";
import { VECTOR_FLOAT } from "../../../src/isa/families/vector-float.ts";
import { VECTOR_HORIZONTAL } from "../../../src/isa/families/vector-horizontal.ts";
import { VECTOR_INTEGER } from "../../../src/isa/families/vector-integer.ts";
import { VECTOR_MOVE } from "../../../src/isa/families/vector-move.ts";
import { VECTOR_SHIFT } from "../../../src/isa/families/vector-shift.ts";
import { VECTOR_SHUFFLE } from "../../../src/isa/families/vector-shuffle.ts";
import { VECTOR_TEXT } from "../../../src/isa/families/vector-text.ts";
import { MASKED_STORE_IMPLEMENTATIONS } from "../../../src/machine/helpers/masked-store.ts";
import { MXCSR_IMPLEMENTATIONS } from "../../../src/machine/helpers/mxcsr.ts";
import { SiliconProcessor } from "../../machine/helpers/silicon-processor.ts";
import { check, report } from "../../silicon/check.ts";

const rows = [
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

const FAMILIES = [
  "mmx",
  "sse-integer",
  "sse4-integer",
  "sse-float32",
  "sse-float64",
  "sse-approximate",
  "crypto",
];

describe("vector families against silicon", () => {
  test.each(FAMILIES)("family %s", (family) => {
    const processor = new SiliconProcessor(rows, {
      ...MXCSR_IMPLEMENTATIONS,
      ...MASKED_STORE_IMPLEMENTATIONS,
    });
    const result = check({
      execute: processor.execute,
      families: [family],
      // EMMS is an instruction of the system families.
      accept: ({ bytes }) => !(bytes.at(-2) === 0x0f && bytes.at(-1) === 0x77),
    });
    expect(report(result)).toMatch(/, 0 disagree/);
    expect(result.vectors).toBeGreaterThan(500);
  });
});
