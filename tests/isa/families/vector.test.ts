// The vector families, MMX to SHA, against recorded silicon.
import { describe, expect, test } from "vitest";
import { decodeWith, isFailure } from "../../../src/isa/decode.ts";
import { buildDecodeTable } from "../../../src/isa/decode-table.ts";
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
import { modForms } from "../../../src/isa/row-facts.ts";
import { MASKED_STORE_IMPLEMENTATIONS } from "../../../src/machine/helpers/masked-store.ts";
import { MXCSR_IMPLEMENTATIONS } from "../../../src/machine/helpers/mxcsr.ts";
import { SiliconProcessor } from "../../machine/helpers/silicon-processor.ts";
import { check, report } from "../../silicon/check.ts";
import { readFamily } from "../../silicon/vectors.ts";

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
  "move", // conversions from memory to general registers
];

const EMMS = 96;
/** What is recorded beside them: EMMS, and the moves of general registers. */
const table = buildDecodeTable(rows);
const isOurs = (bytes: Uint8Array): boolean => !isFailure(decodeWith(table, bytes, 0, 64));

describe("vector families against silicon", () => {
  test.each(FAMILIES)("family %s", (family) => {
    const processor = new SiliconProcessor(rows, {
      ...MXCSR_IMPLEMENTATIONS,
      ...MASKED_STORE_IMPLEMENTATIONS,
    });
    const result = check({
      execute: processor.execute,
      families: [family],
      accept: ({ bytes }) => isOurs(bytes),
    });
    expect(report(result)).toMatch(/, 0 disagree/);
    expect(result.vectors).toBeGreaterThan(500);
    if (family !== "move") expect(result.skipped).toBe(family === "mmx" ? EMMS : 0);
  });

  test("every row is among the recorded ones, in each form it has", () => {
    const seen = new Set<string>();
    for (const family of FAMILIES) {
      let last: unknown;
      for (const { encoding, bytes } of readFamily(family)) {
        if (encoding === last) continue;
        last = encoding;
        const insn = decodeWith(table, bytes, 0, 64);
        if (!isFailure(insn)) seen.add(`${insn.row.id} ${insn.modrm < 0xc0 ? "memory" : "register"}`);
      }
    }
    const forms = rows.flatMap((row) => {
      const mod = modForms(row);
      return [
        ...(mod === "reg" ? [] : [`${row.id} memory`]),
        ...(mod === "mem" ? [] : [`${row.id} register`]),
      ];
    });
    expect(forms.filter((form) => !seen.has(form))).toEqual([]);
  });
});
