// The vector families, MMX to SHA, against recorded silicon.
import { describe, expect, test } from "vitest";
import { VECTORS } from "../../../src/isa/families/vectors.ts";
import { MASKED_STORE_IMPLEMENTATIONS } from "../../../src/machine/helpers/masked-store.ts";
import { MXCSR_IMPLEMENTATIONS } from "../../../src/machine/helpers/mxcsr.ts";
import { SiliconProcessor } from "../../machine/helpers/silicon-processor.ts";
import { check, report } from "../../silicon/check.ts";

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
    const processor = new SiliconProcessor(VECTORS, {
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
